"""Widgets in a page of a browser without a kernel: what they send goes straight to Python, and back."""

import base64
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import ipywidgets as widgets
from playwright.sync_api import Page

from nncompare.ui.page import Page as DashboardPage

_SCRIPT = (Path(__file__).parent / "widget_page.js").read_text(encoding="utf-8")
_HIDDEN = {"layout", "style", "comm", "keys", "tabbable", "tooltip"}


class WidgetPage:
    """Shows a tree of widgets as the dashboard would; it hears of what `page` does before the next look at it.

    Attributes
    ----------
    heard : list
        What the browser has sent.
    """

    def __init__(self, page: Page, box: widgets.Widget) -> None:
        self.page, self.heard = page, list[Any]()
        self._widgets = {part.model_id or str(id(part)): part for part in _parts(box)}
        self._changes: list[dict[str, Any]] = []
        for key, part in self._widgets.items():
            self._follow(key, part)
        page.expose_function("tellPython", self._on_message)
        page.set_content("<!doctype html><html lang='en'><title>nncompare</title><body data-voila='1'></body></html>")
        page.add_style_tag(content="body { font-family: sans-serif; }\n" + str(DashboardPage._css))
        page.add_script_tag(content=_SCRIPT)
        page.evaluate("(tree) => showWidgets(tree)", self._describe(box))

    def update(self) -> None:
        """Bring to the page what Python has changed by itself."""
        self.page.evaluate("(changes) => changeWidgets(changes)", self._take())

    def _take(self) -> list[dict[str, Any]]:
        changes, self._changes = self._changes, []
        return changes

    def _follow(self, key: str, part: widgets.Widget) -> None:
        def send(content: dict[str, Any], buffers: Sequence[bytes] = ()) -> None:
            self._changes.append({"key": key, "message": content, "buffers": [_sent(one) for one in buffers]})

        def tell(change: Any) -> None:
            self._changes.append({"key": key, "state": {change.name: _sent(change.new)}})

        part.send = send
        part.observe(tell, _names(part))

    def _on_message(self, key: str, content: Any) -> list[dict[str, Any]]:
        self.heard.append(content)
        self._widgets[key]._handle_custom_msg(content, [])
        return self._take()

    def _describe(self, part: widgets.Widget) -> dict[str, Any]:
        key = next(key for key, known in self._widgets.items() if known is part)
        kind = "row" if isinstance(part, widgets.HBox) else type(part).__name__
        children = [self._describe(child) for child in getattr(part, "children", ())]
        return {"key": key, "kind": kind, "state": _state(part), "children": children}


def _parts(widget: widgets.Widget) -> list[widgets.Widget]:
    return [widget, *(part for child in getattr(widget, "children", ()) for part in _parts(child))]


def _names(part: widgets.Widget) -> list[str]:
    return [name for name in part.traits(sync=True) if name not in _HIDDEN and name != "children"]


def _state(part: widgets.Widget) -> dict[str, Any]:
    return {name: _sent(getattr(part, name)) for name in _names(part)}


def _sent(value: Any) -> Any:
    """Give bytes as the page gets them: those of a buffer."""
    if isinstance(value, dict):
        return {name: _sent(inner) for name, inner in value.items()}
    if isinstance(value, bytes):
        return {"bytes": base64.b64encode(value).decode("ascii")}
    return [*value] if isinstance(value, tuple) else value
