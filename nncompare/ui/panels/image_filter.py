"""Choosing images by what the models predict: a group, classes, an order, and pages."""

from collections.abc import Callable, Sequence

import ipywidgets as widgets
import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import Group, Order, Outcomes
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, button, dropdown, hide, offer, row, set_value
from nncompare.ui.panels.groups import BAR_OF_ONE, BAR_OF_TWO, rest_of, words_of
from nncompare.ui.panels.matrix import Cell
from nncompare.ui.refresher import Refresher

_SAMPLE = "sample"
_ANY = -1


class ImageFilter:
    """Offers the groups with their counts as soon as it has `Outcomes`; calls `on_change` after every choice.

    The `bar` has a part for each group by which models are right; the `others` are not parts of the whole. `words` say
    what is looked at, such as "66 images that only B got right"; `is_left` is whether a sample was asked for. `note`
    says why labels are doubted while those images are looked at.
    """

    def __init__(self, refresher: Refresher, on_change: Callable[[], None]) -> None:
        self._on_change = refresher.posting(on_change)
        self._outcomes: Outcomes | None = None
        self._names: Sequence[str] = ()
        self._group: Group | None = None
        self._page, self.words = 0, ""
        self._doubts: Sequence[str] = ()
        pick, turn = refresher.posting(self._pick), refresher.posting(self._turn)
        follow = refresher.posting(self._on_choice)
        self.bar, self.others = Clickable(pick, "nnc-groups"), Clickable(pick, "nnc-others")
        self.order = dropdown("Sorted by", [(str(order), order) for order in Order], follow)
        self.true_class = dropdown("True class", [("any", _ANY)], follow)
        self._predicted = dropdown("Predicted", [("any", _ANY)], follow)
        self._model = dropdown("by model", [("A or B", "")], follow)
        self.is_left = False
        self._drawn: tuple[object, ...] = ()
        self._previous = button("Previous page", lambda: turn(-1))
        self.next = button("Next page", lambda: turn(1))
        self.place, self.note = Place("nnc-note"), Place("nnc-doubts")
        self.pages = row("nnc-row", [self._previous, self.place, self.next])
        self.choices = row("nnc-filters", [self.order, self.true_class, self._predicted, self._model])
        self.offer(None, ())

    @property
    def is_on(self) -> bool:
        """Whether a group is looked at, and not a sample."""
        return self._outcomes is not None and self._group is not None

    @property
    def cell(self) -> Cell | None:
        """The true and the predicted class, and by which model, where both are chosen."""
        is_cell = self.is_on and _ANY not in (self.true_class.value, self._predicted.value)
        return (self.true_class.value, self._predicted.value, self._model.value) if is_cell else None

    def offer(
        self,
        outcomes: Outcomes | None,
        classes: Sequence[str],
        names: Sequence[str] = (),
        doubts: Sequence[str] = (),
    ) -> None:
        """Filter these from now on, of the models of these names; without outcomes there is nothing to choose.

        `doubts` are sentences on the images whose labels may be wrong.
        """
        self._outcomes, self._names, self._doubts = outcomes, names, doubts
        if outcomes is None:
            self._group, self.is_left = None, False
        options = [("any", _ANY), *((name, number) for number, name in enumerate(classes))]
        by_either = [("A or B", "")] if len(names) > 1 else []
        models = [*by_either, *((name, name.lower()) for name in names)]
        if outcomes is not None:
            for choice in (self.true_class, self._predicted):
                offer(choice, options, otherwise=_ANY)
            offer(self._model, models, otherwise=models[0][1])
        self._draw()

    def begin_with(self, group: Group) -> None:
        """Look at a group with what is most telling first, or at a sample where the group has no images."""
        is_empty = self._outcomes is None or not self._outcomes.members(group).any()
        self._choose(None if is_empty else group, order=self._telling(group))

    def _pick(self, group: str) -> None:
        self._choose(None if group == _SAMPLE else Group(group))

    def _telling(self, group: Group | None) -> Order:
        if group is Group.SUSPECT:
            return Order.AGAINST_LABEL
        return Order.DIFFERENCE if len(self._names) > 1 else Order.MISTAKE

    def pick_confusion(self, true_class: int, predicted: int, model: str) -> None:
        """Look at the images of one class that a model ("a", "b", or "" for either) takes for another."""
        self._choose(Group.ALL, true_class, predicted, model)

    def leave(self) -> None:
        """Look at a sample again, and stay there."""
        self._group, self.is_left = None, True
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

    @property
    def _has_classes(self) -> bool:
        return {self.true_class.value, self._predicted.value} != {_ANY}

    def _said(self) -> str:
        if self._group is None or not self.is_on:
            return ""
        true, said = self.true_class, self._predicted
        words = [words_of(self._group, len(self._found()), self._names)]
        if true.value != _ANY:
            words.append(f"true {true.label}")
        if said.value != _ANY:
            words.append(f"predicted {said.label}{f' by {self._model.label}' if len(self._names) > 1 else ''}")
        return ", ".join(words)

    def _found(self) -> NDArray[np.intp]:
        assert self._outcomes is not None
        assert self._group is not None
        return self._outcomes.select(
            self._group,
            self.order.value,
            true_class=_class_of(self.true_class),
            predicted=_class_of(self._predicted),
            by=self._model.value,
        )

    def _choose(
        self,
        group: Group | None,
        true_class: int = _ANY,
        predicted: int = _ANY,
        model: str = "",
        order: Order | None = None,
    ) -> None:
        """Change all at once: one change, not five. Images whose labels may be wrong have an order of their own."""
        if Group.SUSPECT in (group, self._group):
            order = order or self._telling(group)
        self._group = group
        self.true_class.value, self._predicted.value = true_class, predicted
        self._model.value = model if len(self._names) > 1 else self._model.options[0][1]
        self.order.value = order or self.order.value
        self._begin()

    @property
    def _chosen(self) -> tuple[object, ...]:
        return self.order.value, self.true_class.value, self._predicted.value, self._model.value

    def _on_choice(self) -> None:
        """Follow a choice of the user; one that this class has made is drawn by now."""
        if self._chosen != self._drawn:
            self._begin()

    def _begin(self) -> None:
        self._page = 0
        self._draw()
        self._on_change()

    def _turn(self, step: int) -> None:
        self._page = max(0, self._page + step)
        self._on_change()

    def _draw(self) -> None:
        self._drawn = self._chosen
        counts = self._outcomes.counts() if self._outcomes is not None else {}
        parts = BAR_OF_TWO if len(self._names) > 1 else BAR_OF_ONE
        self.words = self._said()
        is_all_of_a_class = self._group is Group.ALL and self._has_classes
        is_pair, chosen = len(self._names) > 1, "" if is_all_of_a_class else self._group or _SAMPLE
        most = max((counts[part.group] for part in parts[1:]), default=0) if counts else 0
        self.bar.show("groups.html", counts=counts, parts=parts, chosen=chosen, most=max(1, most))
        rest = rest_of(counts) if counts else ""
        self.others.show("other_groups.html", counts=counts, is_pair=is_pair, chosen=chosen, rest=rest)
        self.note.show("doubts.html", sentences=self._doubts if self._group is Group.SUSPECT else ())
        hide(self.choices, not self.is_on)
        hide(self.pages, not self.is_on)
        hide(self._model, not is_pair)


def _class_of(choice: widgets.Dropdown) -> int | None:
    return None if choice.value == _ANY else choice.value
