"""Choosing images by what both models predict: a group, classes, an order, and pages."""

from collections.abc import Callable, Sequence

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import Group, Order, Outcomes
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, button, column, dropdown, hide, row, set_value

_SAMPLE = "sample"
_ANY = -1


class ImageFilter:
    """Offers the groups with their counts as soon as it has `Outcomes`; calls `on_change` after every choice."""

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self._outcomes: Outcomes | None = None
        self._group: Group | None = None
        self._page = 0
        self.groups = Clickable(self.pick, "nnc-groups")
        self._order = dropdown("Sorted by", [(str(order), order) for order in Order], self._on_choice)
        self.true_class = dropdown("True class", [("any", _ANY)], self._on_choice)
        self._predicted = dropdown("Predicted", [("any", _ANY)], self._on_choice)
        self._model = dropdown("by model", [("A or B", ""), ("A", "a"), ("B", "b")], self._on_choice)
        choices = [self._order, self.true_class, self._predicted, self._model]
        self._is_moving = False
        self._previous = button("Previous page", lambda: self._turn(-1))
        self.next = button("Next page", lambda: self._turn(1))
        self.place = Place("nnc-note")
        self._choices = row("nnc-row nnc-choice", [*choices, self._previous, self.place, self.next])
        self.box = column("nnc-filter", [self.groups, self._choices])
        self.offer(None, ())

    @property
    def is_on(self) -> bool:
        """Whether a group is looked at, and not a sample."""
        return self._outcomes is not None and self._group is not None

    def offer(self, outcomes: Outcomes | None, classes: Sequence[str]) -> None:
        """Filter these from now on; without outcomes there is nothing to choose."""
        self._outcomes, self._page = outcomes, 0
        if outcomes is None:
            self._group = None
        options = [("any", _ANY), *((name, number) for number, name in enumerate(classes))]
        self._is_moving = True
        for choice in (self.true_class, self._predicted):
            if outcomes is not None and list(choice.options) != options:
                choice.options = options
        self._is_moving = False
        self._draw()

    def pick(self, group: str) -> None:
        """Look at a group of images, or at a sample."""
        self._group = None if group == _SAMPLE else Group(group)
        self._begin()

    def pick_confusion(self, true_class: int, predicted: int, model: str) -> None:
        """Look at the images of one class that a model ("a", "b", or "" for either) takes for another."""
        self._is_moving = True  # one change, not four
        self._group = Group.ALL
        self.true_class.value, self._predicted.value, self._model.value = true_class, predicted, model
        self._is_moving = False
        self._begin()

    def pick_disagreements(self) -> None:
        """Look at the images on which both disagree, the most different answers first."""
        self._is_moving = True  # one change, not five
        self._order.value, self._model.value = Order.DIFFERENCE, ""
        self.true_class.value = self._predicted.value = _ANY
        self._is_moving = False
        self.pick(Group.DISAGREE)

    def leave(self) -> None:
        """Look at a sample again."""
        self._group = None
        self._draw()

    def page(self, size: int) -> NDArray[np.intp]:
        """Return the positions of the images of this page, and write which they are."""
        found = self._found()
        self._page = min(self._page, max(0, -(-len(found) // size) - 1))
        start = self._page * size
        page = found[start : start + size]
        words = f"{start + 1:,} to {start + len(page):,} of {len(found):,}" if len(page) else "no such image"
        self.place.show("note.html", error="", used=words, hint="")
        set_value(self._previous, disabled=start == 0)
        set_value(self.next, disabled=start + size >= len(found))
        return page

    def _found(self) -> NDArray[np.intp]:
        assert self._outcomes is not None
        assert self._group is not None
        return self._outcomes.select(
            self._group,
            self._order.value,
            true_class=_class_of(self.true_class),
            predicted=_class_of(self._predicted),
            by=self._model.value,
        )

    def _on_choice(self) -> None:
        if not self._is_moving:
            self._begin()

    def _begin(self) -> None:
        self._page = 0
        self._draw()
        self._on_change()

    def _turn(self, step: int) -> None:
        self._page = max(0, self._page + step)
        self._on_change()

    def _draw(self) -> None:
        counts = self._outcomes.counts() if self._outcomes is not None else {}
        chosen = self._group if self._group is not None else _SAMPLE
        self.groups.show("groups.html", counts=counts, chosen=chosen)
        hide(self._choices, not self.is_on)


def _class_of(choice: widgets.Dropdown) -> int | None:
    return None if choice.value == _ANY else choice.value
