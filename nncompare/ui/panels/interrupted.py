"""Comparisons that were interrupted, offered where one can go on."""

import time
from collections.abc import Callable

from nncompare.data import CATALOG
from nncompare.store import Store, Summary
from nncompare.ui.clickable import Clickable
from nncompare.ui.refresher import Refresher
from nncompare.words import moment

LOOK_SECONDS = 5.0
_DISMISS = "dismiss:"
_LOOKED_AT = 20  # of the newest: each takes about a millisecond


class Interrupted:
    """Offers the newest comparison in the store that can go on, counts the others, and calls `on_open(id)`.

    One that has done no epoch is not worth it, and one that was dismissed is not offered again on this page. It looks
    again now and then: one that another page has just left becomes free a moment later.
    """

    def __init__(self, refresher: Refresher, store: Store, on_open: Callable[[str], None]) -> None:
        self._refresher, self._store, self._on_open = refresher, store, on_open
        self._next_look = 0.0
        self._is_wanted = True
        self._dismissed: set[str] = set()
        self._found: list[Summary] = []
        self.box = Clickable(refresher.posting(self._on_pick), "nnc-offers")

    def tick(self, *, is_wanted: bool) -> None:
        """Look into the store if it is time; while something is trained here, nothing is offered."""
        if is_wanted != self._is_wanted:
            self._is_wanted, self._next_look = is_wanted, 0.0
            self._show([])
        if is_wanted and time.monotonic() >= self._next_look:
            self._next_look = time.monotonic() + LOOK_SECONDS
            self._refresher.in_background(self._look, self._show, lambda _: self._show([]))

    def _on_pick(self, pick: str) -> None:
        dismissed = pick.removeprefix(_DISMISS)
        if dismissed == pick:
            self._on_open(pick)
        else:
            self._dismissed.add(dismissed)
            self._show(self._found)

    def _look(self) -> list[Summary]:
        return [summary for summary in self._store.summaries(_LOOKED_AT) if _is_worth_it(summary)]

    def _show(self, found: list[Summary]) -> None:
        self._found = found
        left = [summary for summary in found if summary.id not in self._dismissed and self._is_wanted]
        offer = (left[0].id, _sentence(left[0])) if left else None
        self.box.show("offers.html", offer=offer, others=len(left) - 1)


def _is_worth_it(summary: Summary) -> bool:
    return summary.is_interrupted and any(model.epochs for model in summary.models)


def _sentence(summary: Summary) -> str:
    title = CATALOG[summary.comparison.dataset].title
    seed = next(model.seed for model in summary.models if model.is_interrupted)
    models = [model for model in summary.models if model.seed == seed]
    epochs = ", ".join(f"{model.name} {model.epochs} of {model.config.epochs}" for model in models)
    return f"An interrupted comparison of {title} from {moment(summary.created)} can go on. Epochs done: {epochs}."
