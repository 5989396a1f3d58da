"""Choosing images by what both models say of them: a group, classes, an order, and pages."""

from collections.abc import Callable, Sequence

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import Group, Order, Outcomes
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import button, column, html, row, set_class, set_value
from nncompare.ui.html import render

_SAMPLE = "sample"
_ANY = -1


class ImageFilter:
    """Offers the groups with their counts as soon as it has `Outcomes`; calls `on_change` after every choice."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._outcomes: Outcomes | None = None
        self._group: Group | None = None
        self._page = 0
        self._groups = Clickable(self._on_group_pick, "nnc-groups")
        self._order = widgets.Dropdown(options=[(str(order), order) for order in Order], description="Sorted by")
        self._true_class = widgets.Dropdown(options=[("any", _ANY)], description="True class")
        self._said = widgets.Dropdown(options=[("any", _ANY)], description="Said")
        self._by = widgets.Dropdown(options=[("A or B", ""), ("A", "a"), ("B", "b")], description="by")
        self._is_moving = False
        for choice in (self._order, self._true_class, self._said, self._by):
            choice.observe(lambda _: self._on_choice(), names="value")
        self._previous = button("Previous page", lambda: self._turn(-1))
        self._next = button("Next page", lambda: self._turn(1))
        self._place = html("nnc-note")
        self._choices = row(
            "nnc-row nnc-choice",
            [self._order, self._true_class, self._said, self._by, self._previous, self._place, self._next],
        )
        self.box = column("nnc-filter", [self._groups, self._choices])
        self.offer(None, ())

    @property
    def is_on(self) -> bool:
        """Say whether a group is looked at, and not a sample."""
        return self._outcomes is not None and self._group is not None

    def offer(self, outcomes: Outcomes | None, classes: Sequence[str]) -> None:
        """Filter these from now on; without outcomes there is nothing to choose."""
        self._outcomes, self._page = outcomes, 0
        if outcomes is None:
            self._group = None
        options = [("any", _ANY), *((name, number) for number, name in enumerate(classes))]
        for choice in (self._true_class, self._said):
            if outcomes is not None and list(choice.options) != options:
                self._is_moving = True
                choice.options = options
                self._is_moving = False
        self._draw()

    def look_at(self, true_class: int, said: int, by: str) -> None:
        """Look at the images of one class that a model ("a", "b", or "" for either) takes for another."""
        self._is_moving = True  # one change, not four
        self._group = Group.ALL
        self._true_class.value, self._said.value, self._by.value = true_class, said, by
        self._is_moving = False
        self._begin_anew()

    def leave(self) -> None:
        """Look at a sample again."""
        self._group = None
        self._draw()

    def page(self, size: int) -> NDArray[np.intp]:
        """Give the positions of the images of this page, and write which they are."""
        found = self._found()
        self._page = min(self._page, max(0, -(-len(found) // size) - 1))
        start = self._page * size
        page = found[start : start + size]
        words = f"{start + 1:,} to {start + len(page):,} of {len(found):,}" if len(page) else "no such image"
        set_value(self._place, value=render("note.html", error="", used=words, hint=""))
        set_value(self._previous, disabled=start == 0)
        set_value(self._next, disabled=start + size >= len(found))
        return page

    def _found(self) -> NDArray[np.intp]:
        assert self._outcomes is not None
        assert self._group is not None
        return self._outcomes.select(
            self._group,
            self._order.value,
            true_class=None if self._true_class.value == _ANY else self._true_class.value,
            predicted=None if self._said.value == _ANY else self._said.value,
            by=self._by.value,
        )

    def _on_group_pick(self, pick: str) -> None:
        self._group = None if pick == _SAMPLE else Group(pick)
        self._begin_anew()

    def _on_choice(self) -> None:
        if not self._is_moving:
            self._begin_anew()

    def _begin_anew(self) -> None:
        self._page = 0
        self._draw()
        self._on_change()

    def _turn(self, step: int) -> None:
        self._page = max(0, self._page + step)
        self._on_change()

    def _draw(self) -> None:
        counts = self._outcomes.counts() if self._outcomes is not None else {}
        chosen = self._group if self._group is not None else _SAMPLE
        set_value(self._groups, html=render("groups.html", counts=counts, chosen=chosen) if counts else "")
        set_class(self._choices, "nnc-hidden", not self.is_on)
