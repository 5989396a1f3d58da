"""The help button: the tour, and the list of keys."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any

import traitlets

from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import render
from nncompare.ui.making import Scripted
from nncompare.ui.panels.shortcuts import SHORTCUTS
from nncompare.ui.panels.tour import STOPS

# One script: they are short, and each widget of its own costs the page a message.
_SCRIPTS = ("shortcuts", "tour", "help")


class Help(Scripted):
    """A button that offers the tour and lists the keys; the first visit begins with the tour.

    Each key calls one of the `actions`, but for those that the page does by itself.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    html = traitlets.Unicode().tag(sync=True)
    shortcuts = traitlets.Dict().tag(sync=True)
    stops: traitlets.List[Any] = traitlets.List().tag(sync=True)

    def __init__(self, actions: Mapping[str, Callable[[], object]]) -> None:
        keys = {shortcut.key: shortcut.action for shortcut in SHORTCUTS}
        html = str(render("help_dialog.html", shortcuts=SHORTCUTS))
        super().__init__("nnc-help-place", html=html, shortcuts=keys, stops=[asdict(stop) for stop in STOPS])
        self.actions = actions
        self.on_msg(self._on_message)

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        action = content.get("action")
        if isinstance(action, str) and action in self.actions:
            self.actions[action]()
