"""Saves a comparison as it goes."""

import threading
from collections.abc import Callable
from dataclasses import replace

from nncompare.config import Comparison
from nncompare.store import RunFolder, RunRecord, Store, StoreError

_NOT_SAVED = "This comparison is not being saved. {error} The training goes on; what was saved before is kept."


class AutoSaver:
    """Saves what a comparison has learned, if there is a store; where that fails, the training goes on.

    Attributes
    ----------
    damage : str
        What was found damaged when it was opened, in sentences.
    """

    def __init__(self, comparison: Comparison, store: Store | None, shelf: RunFolder | None) -> None:
        self._comparison, self._store, self._shelf = comparison, store, shelf
        self._lock = threading.Lock()
        self._users = 0
        self._is_barred = False
        self.damage = ""
        self._notes: dict[tuple[int, str] | None, str] = {}  # by what was to be saved; None: the place itself

    @property
    def note(self) -> str:
        """What the user should know: what was damaged, and why something is not saved; mostly empty."""
        return " ".join(filter(None, [self.damage, *dict.fromkeys(self._notes.values())]))

    @property
    def id(self) -> str | None:
        """The name of the comparison in the store; None while it has none."""
        return self._shelf.id if self._shelf is not None else None

    def begin(self) -> None:
        """Hold the place in the store, until `end` was called as often."""
        with self._lock:
            self._users += 1
            self._is_barred = False
        self._attempt(None, lambda: None)

    def end(self) -> None:
        """Let go of it, so that others may go on with it or delete it."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._shelf is not None:
                self._shelf.release()

    def save(self, seed: int, name: str, record: RunRecord, total_seconds: float) -> None:
        """Save a run; when this returns it is on disk, or the note says why it is not."""
        timed = replace(record, total_seconds=total_seconds)
        self._attempt((seed, name), lambda: self._held().save(seed, name, timed))

    def _attempt(self, what: tuple[int, str] | None, work: Callable[[], None]) -> None:
        if self._is_barred or (self._store is None and self._shelf is None):
            return
        try:
            with self._lock:
                self._hold()
            work()
        except StoreError as error:
            self._notes[what] = _NOT_SAVED.format(error=error)
        except Exception as error:  # a mistake of ours must not end the training
            self._notes[what] = _NOT_SAVED.format(error=f"{type(error).__name__}: {error}.")
        else:
            for mended in (what, None):
                self._notes.pop(mended, None)

    def _held(self) -> RunFolder:
        assert self._shelf is not None
        return self._shelf

    def _hold(self) -> None:
        """Make the place in the store, or take it again; what others have changed meanwhile is theirs."""
        if self._shelf is None and self._store is not None:
            self._shelf = self._store.create(self._comparison)
        elif self._shelf is not None:
            try:
                self._shelf.hold()
            except StoreError:
                self._is_barred = True
                raise
