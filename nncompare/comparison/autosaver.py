"""Saves a comparison as it goes."""

import threading
from collections.abc import Callable

from nncompare.config import Comparison
from nncompare.store import RunFolder, RunRecord, Store, StoreError

_NOT_SAVED = "This comparison is not being saved. {error} The training goes on; what was saved before is kept."


class AutoSaver:
    """Saves what a comparison has learned, if there is a store; where that fails, the training goes on.

    All of it waits for the disk, and may be called on several threads at once.
    """

    def __init__(self, comparison: Comparison, store: Store | None, folder: RunFolder | None) -> None:
        self._comparison, self._store, self._folder = comparison, store, folder
        self._lock = threading.Lock()
        self._users = 0
        self._is_barred = False
        self.damage = ""  # what was found damaged when it was opened, in sentences
        self._notes: dict[tuple[int, str] | None, str] = {}  # by what was to be saved; None: the folder itself

    @property
    def note(self) -> str:
        """What the user should know: what was damaged, and why something is not saved; mostly empty."""
        return " ".join(filter(None, [self.damage, *dict.fromkeys(self._notes.copy().values())]))

    @property
    def id(self) -> str | None:
        """The name of the comparison in the store; None while it has none."""
        return self._folder.id if self._folder is not None else None

    def begin(self) -> None:
        """Hold the folder, until `end` was called as often."""
        with self._lock:
            self._users += 1
            self._is_barred = False
        self._attempt(None, lambda _: None)

    def end(self) -> None:
        """Let go of it, so that others may go on with it or delete it."""
        with self._lock:
            self._users -= 1
            if self._users == 0 and self._folder is not None:
                self._folder.release()

    def save(self, seed: int, name: str, record: RunRecord) -> None:
        """Save a run; when this returns it is on disk, or the note says why it is not."""
        self._attempt((seed, name), lambda folder: folder.save(seed, name, record))

    def _attempt(self, what: tuple[int, str] | None, work: Callable[[RunFolder], None]) -> None:
        if self._is_barred or (self._store is None and self._folder is None):
            return
        try:
            with self._lock:
                folder = self._held()
            work(folder)
        except StoreError as error:
            self._notes[what] = _NOT_SAVED.format(error=error)
        except Exception as error:  # a mistake in saving must not end the training
            self._notes[what] = _NOT_SAVED.format(error=f"{type(error).__name__}: {error}.")
        else:
            for mended in (what, None):
                self._notes.pop(mended, None)

    def _held(self) -> RunFolder:
        if self._folder is None:
            assert self._store is not None
            self._folder = self._store.create(self._comparison)
            return self._folder
        try:
            self._folder.hold()
        except StoreError:  # what others have changed meanwhile is theirs
            self._is_barred = True
            raise
        return self._folder
