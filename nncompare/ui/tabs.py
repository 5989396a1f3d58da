"""Panels in one place, of which one is seen."""

from collections.abc import Callable, Mapping

import traitlets

from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import Panel, column, hide, set_value
from nncompare.ui.making import Scripted


class _TabList(Scripted):
    _esm = (STATIC / "tabs.js").read_text(encoding="utf-8")
    label = traitlets.Unicode().tag(sync=True)
    titles: traitlets.List[str] = traitlets.List(traitlets.Unicode()).tag(sync=True)
    shown = traitlets.Int(0).tag(sync=True)


class Tabs:
    """Shows one of several panels, and their titles above it; calls `on_choice` with the title of another.

    Nothing is shown in place of the one before until `show` says so. With one panel alone there are no titles.
    """

    def __init__(self, label: str, panels: Mapping[str, Panel], on_choice: Callable[[str], None]) -> None:
        self._titles, self._on_choice = list(panels), on_choice
        self._places = [column("nnc-tab-panel", [panel]) for panel in panels.values()]
        classes = "nnc-tab-list" if len(panels) > 1 else "nnc-tab-list nnc-hidden"
        self.list = _TabList(classes, label=label, titles=self._titles)
        self.list.on_msg(lambda _widget, content, _buffers: self.pick(content.get("pick")))
        self.box = column("nnc-tabbed", [self.list, *self._places])
        self.show(self._titles[0])

    @property
    def shown(self) -> str:
        """The title of the panel that is seen."""
        return self._titles[self.list.shown]

    def show(self, title: str) -> None:
        """Show this panel in place of the one before."""
        number = self._titles.index(title)
        set_value(self.list, shown=number)
        for place, panel in enumerate(self._places):
            hide(panel, place != number)

    def pick(self, title: object) -> None:
        """Report a choice, as the page does; what is no title is passed over."""
        if title in self._titles:
            self._on_choice(str(title))
