"""Cleaning up saved comparisons by age and size: first it is shown what would go, then it is deleted."""

from collections.abc import Callable, Sequence
from datetime import timedelta

from nncompare.data import CATALOG
from nncompare.memory.mebibytes import MEBIBYTE
from nncompare.store import Store, Stored, StoreError, to_remove
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import button, column, dropdown, row
from nncompare.ui.newest import Newest
from nncompare.ui.refresher import Refresher
from nncompare.words import moment

_ANY = 0
_AGES = [("of any age", _ANY), *((f"from the last {days} days", days) for days in (7, 30, 180))]
_SIZES = [("any size", _ANY), *((f"{size:,} MiB in all", size) for size in (100, 500, 2_000))]


class CleanUp:
    """Offers bounds for what is kept, and lists what goes; calls `on_done` with what went wrong, mostly nothing."""

    def __init__(self, refresher: Refresher, store: Store, on_done: Callable[[str], None]) -> None:
        self._refresher, self._store, self._on_done = refresher, store, on_done
        self._newest = Newest(refresher)
        self._going: Sequence[Stored] = ()
        forget = refresher.posting(self._forget)
        self.age, self.size = dropdown("Keep those", _AGES, forget), dropdown("and at most", _SIZES, forget)
        self.preview = Clickable(refresher.posting(self._pick), "nnc-clean-up")
        parts = [self.age, self.size, button("Clean up …", refresher.posting(self._look))]
        self.box = column("nnc-history-clean", [row("nnc-row", parts), self.preview])

    def _look(self) -> None:
        days, size = self.age.value, self.size.value
        self._newest.ask(lambda: self._preview(days, size), self._show, self._tell)

    def _preview(self, days: int, mebibytes: int) -> tuple[list[Stored], int]:
        stored = self._store.stored()
        older_than = timedelta(days=days) if days != _ANY else None
        going = to_remove(stored, older_than=older_than, most_bytes=mebibytes * MEBIBYTE or None)
        return going, sum(one.size_bytes for one in stored)

    def _show(self, found: tuple[list[Stored], int]) -> None:
        self._going, total = found
        going = sum(one.size_bytes for one in self._going)
        self.preview.show("clean_up.html", lines=list(map(_line, self._going)), going=going, left=total - going)

    def _pick(self, pick: str) -> None:
        going = self._going
        self._forget()
        if pick == "clean":
            self._refresher.in_background(lambda: self._delete(going), lambda _: self._on_done(""), self._tell)

    def _delete(self, going: Sequence[Stored]) -> None:
        failure: StoreError | None = None
        for one in going:
            try:
                self._store.delete(one.summary.id)
            except StoreError as error:  # it is trained by now; the others can go all the same
                failure = error
        if failure is not None:
            raise failure

    def _forget(self) -> None:
        self._newest.forget()
        self._going = ()
        self.preview.show("clean_up.html", lines=None)

    def _tell(self, error: Exception) -> None:
        self._on_done(f"Not all of it was deleted. {error}")


def _line(one: Stored) -> dict[str, object]:
    summary = one.summary
    return {
        "title": CATALOG[summary.comparison.dataset].title,
        "date": moment(summary.created),
        "size": one.size_bytes,
        "is_interrupted": summary.is_interrupted,
    }
