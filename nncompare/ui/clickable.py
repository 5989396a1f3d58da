"""Widgets that report what is done in the browser: a click on HTML, and a file that is chosen."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import traitlets
from markupsafe import escape

from nncompare.ui.elements import render, set_value
from nncompare.ui.making import Scripted

STATIC = Path(__file__).parent / "static"
_LONGEST_NAME = 100


class Clickable(Scripted):
    """Shows `html`; a click on an element with a ``data-pick`` attribute calls `on_pick` with its value.

    The label of what has the pointer or the focus stands in the element of class ``nnc-label-line``, if there is one.
    A form with a ``data-form`` attribute that is submitted calls `on_form` with its value and with the fields by name.
    What is not offered can be neither picked nor submitted, whatever the browser says.
    """

    _esm = (STATIC / "clickable.js").read_text(encoding="utf-8")
    html = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        on_pick: Callable[[str], None],
        css_class: str = "",
        on_form: Callable[[str, dict[str, str]], None] = lambda _name, _fields: None,
    ) -> None:
        super().__init__(css_class)
        self._on_pick, self._on_form = on_pick, on_form
        self._dialog = ""  # the one that was shown last
        self.on_msg(self._on_message)

    def show(self, template: str, **values: Any) -> None:
        """Show a template in place of what was here."""
        set_value(self, html=render(template, **values))

    def show_dialog(self, template: str, **values: Any) -> None:
        """Show a template in a dialog above the page; once it is closed, what was picked has the focus again.

        What is picked in it closes it, too.
        """
        self._dialog = render(template, **values)
        self.send({"dialog": self._dialog})

    def download(self, name: str, media_type: str, content: bytes) -> None:
        """Send a file, which the browser saves."""
        self.send({"download": {"name": name, "type": media_type}}, buffers=[content])

    def pick(self, pick: object) -> None:
        """Report a click, as the page does."""
        if isinstance(pick, str) and self.offers(pick):
            self._on_pick(pick)

    def submit(self, form: object, fields: object) -> None:
        """Report a form that was filled in, as the page does."""
        is_offered = isinstance(form, str) and f'data-form="{escape(form)}"' in self.html
        if is_offered and isinstance(fields, dict) and all(isinstance(value, str) for value in fields.values()):
            self._on_form(str(form), fields)

    def offers(self, pick: str) -> bool:
        """Return whether there is something to pick by this name."""
        return f'data-pick="{escape(pick)}"' in self.html + self._dialog

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        self.pick(content.get("pick"))
        self.submit(content.get("form"), content.get("fields"))


class OpenFile(Scripted):
    """Calls `on_file` with the name and the bytes of a file that was chosen; None for one that is too large.

    The size is looked at in the browser, before anything is sent.
    """

    _esm = (STATIC / "open_file.js").read_text(encoding="utf-8")
    label = traitlets.Unicode().tag(sync=True)
    accept = traitlets.Unicode().tag(sync=True)
    largest_bytes = traitlets.Int().tag(sync=True)

    def __init__(
        self, label: str, accept: str, largest_bytes: int, on_file: Callable[[str, bytes | None], None]
    ) -> None:
        super().__init__(label=label, accept=accept, largest_bytes=largest_bytes)
        self._on_file, self._largest = on_file, largest_bytes
        self.on_msg(self._on_message)

    def _on_message(self, _widget: object, content: dict[str, Any], buffers: Sequence[Any]) -> None:
        name = content.get("file")
        if isinstance(name, str):
            sent = bytes(buffers[0]) if len(buffers) == 1 else None
            self._on_file(name[:_LONGEST_NAME], sent if sent is not None and len(sent) <= self._largest else None)
