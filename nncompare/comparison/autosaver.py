"""Saves a comparison as it goes."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial

from nncompare.comparison.kept_epochs import KeptEpochs
from nncompare.config import Comparison
from nncompare.lessons import GuessedLesson
from nncompare.store import RunFolder, RunRecord, Store, StoreError

_NOT_SAVED = "This comparison is not being saved. {error} The training goes on; what was saved before is kept."
_EPOCH_NOT_SAVED = "The predictions of an epoch were not saved. {error} The training goes on."


class AutoSaver:
    """Saves what a comparison has learned, if there is a store; where that fails, the training goes on.

    `epochs` are what its models predicted at the end of each epoch, saved or not.
    """

    def __init__(
        self, comparison: Comparison, store: Store | None, folder: RunFolder | None, lesson: GuessedLesson | None
    ) -> None:
        self._comparison, self._store, self.folder, self._lesson = comparison, store, folder, lesson
        self._lock = threading.Lock()
        self._users = 0
        self._is_barred = False
        self.epochs = KeptEpochs()
        self.damage = ""  # what was found damaged when it was opened, in sentences
        self._notes: dict[tuple[int, str] | None, str] = {}  # by what was to be saved; None: the folder itself
        self._epoch_note = ""

    @property
    def note(self) -> str:
        """What the user should know: what was damaged, why something is not saved, or may not stay; mostly empty."""
        where = self._store.note if self._store is not None else ""
        reasons = [*self._notes.copy().values(), *filter(None, [self._epoch_note])]
        first = reasons[:1]  # each model may have a reason of its own: one is enough
        return " ".join(filter(None, [self.damage, *first, where]))

    @asynccontextmanager
    async def holding(self) -> AsyncIterator[None]:
        """Hold the folder; after the last such block others may go on with it or delete it."""
        self._users += 1
        self._is_barred = False
        try:
            await asyncio.to_thread(self._attempt, None, lambda _: None)
            yield
        finally:
            self._users -= 1
            if not self._users and self.folder is not None:
                self.folder.release()

    async def save(self, seed: int, name: str, record: RunRecord) -> None:
        """Save a run; when this returns it is on disk, or the note says why it is not."""
        await asyncio.to_thread(self._save, seed, name, record)

    def _save(self, seed: int, name: str, record: RunRecord) -> None:
        # The epochs first: what a crash in between has lost is then trained, and written, once more.
        for epoch, table in self.epochs.missing((seed, name), record).items():
            error = self._error_of(partial(RunFolder.save_epoch, seed=seed, name=name, epoch=epoch, table=table))
            self.epochs.add((seed, name), epoch, table, self.folder if error == "" else None)
            self._epoch_note = _EPOCH_NOT_SAVED.format(error=error) if error else ""
        self._attempt((seed, name), lambda folder: folder.save(seed, name, record))

    def _attempt(self, what: tuple[int, str] | None, work: Callable[[RunFolder], None]) -> None:
        error = self._error_of(work)
        if error:
            self._notes[what] = _NOT_SAVED.format(error=error)
        elif error is not None:
            for mended in (what, None):
                self._notes.pop(mended, None)

    def _error_of(self, work: Callable[[RunFolder], None]) -> str | None:
        """Do something with the folder; return why that failed, empty if it did not, None where there is no folder."""
        if self._is_barred or (self._store is None and self.folder is None):
            return None
        try:
            with self._lock:
                folder = self._held()
            work(folder)
        except Exception as error:  # even a mistake in saving must not end the training
            return str(error) if isinstance(error, StoreError) else f"{type(error).__name__}: {error}."
        return ""

    def _held(self) -> RunFolder:
        if self.folder is None:
            assert self._store is not None
            self.folder = self._store.create(self._comparison, self._lesson)
        try:
            self.folder.hold()
        except StoreError:  # what others have changed meanwhile is theirs
            self._is_barred = True
            raise
        return self.folder
