"""Comparisons that were interrupted, offered at the top of the page."""

import time
from collections.abc import Callable

from nncompare.data import CATALOG
from nncompare.store import ModelSummary, Store, Summary
from nncompare.ui.elements import button, column, html, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.refresher import Refresher

MOST = 3
LOOK_SECONDS = 5.0
_LOOKED_AT = 20  # of the newest: each takes about a millisecond


class Interrupted:
    """Tells of the newest comparisons in the store that can go on, and calls `on_open(id)` for the one to open.

    It looks again now and then: one that another page has just left becomes free a moment later.
    """

    def __init__(self, refresher: Refresher, store: Store, on_open: Callable[[str], None]) -> None:
        self._refresher, self._store, self._on_open = refresher, store, on_open
        self._found: list[Summary] = []
        self._next_look = 0.0
        self._is_wanted = True
        self._places = [html("nnc-interrupted-words") for _ in range(MOST)]
        self.buttons = [
            button("Open", lambda number=number: refresher.post(lambda: self._open(number)))  # type: ignore[misc]
            for number in range(MOST)
        ]
        self._rows = [
            row("nnc-row nnc-interrupted nnc-hidden", [place, pressed])
            for place, pressed in zip(self._places, self.buttons, strict=True)
        ]
        self.box = column("nnc-offers", self._rows)

    def tick(self, *, is_wanted: bool) -> None:
        """Look into the store if it is time; while something is trained here, nothing is offered."""
        if is_wanted != self._is_wanted:
            self._is_wanted, self._next_look = is_wanted, 0.0
            self._show([])
        if is_wanted and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            self._refresher.in_background(self._look, self._show, lambda _: self._show([]))

    def _look(self) -> list[Summary]:
        return [summary for summary in self._store.summaries(_LOOKED_AT) if summary.is_interrupted][:MOST]

    def _show(self, found: list[Summary]) -> None:
        self._found = found if self._is_wanted else []
        for number, (line, place) in enumerate(zip(self._rows, self._places, strict=True)):
            is_there = number < len(self._found)
            set_class(line, "nnc-hidden", not is_there)
            words = [_sentence(self._found[number])] if is_there else []
            set_value(place, value=render("messages.html", messages=words))

    def _open(self, number: int) -> None:
        if number < len(self._found):
            self._on_open(self._found[number].id)


def _sentence(summary: Summary) -> str:
    title = CATALOG[summary.comparison.dataset].title
    begun = summary.created.astimezone().strftime("%d %B %Y, %H:%M").lstrip("0")
    epochs = ", ".join(f"{model.name} {model.epochs} of {model.config.epochs}" for model in _models(summary))
    return f"An interrupted comparison of {title} from {begun} can go on. Epochs done: {epochs}."


def _models(summary: Summary) -> list[ModelSummary]:
    """List the models of the seed that was under way."""
    seed = next(model.seed for model in summary.models if model.is_interrupted)
    return [model for model in summary.models if model.seed == seed]
