"""The store: all comparisons, on disk."""

import contextlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from pathlib import Path

from nncompare.config import Comparison
from nncompare.environment import HOME, environment
from nncompare.lessons import GuessedLesson
from nncompare.places import data_folder, is_temporary
from nncompare.store.cleaning import Stored
from nncompare.store.errors import StoreError
from nncompare.store.files import TEMPORARY
from nncompare.store.labels import Label, Labels, read_labels, write_labels
from nncompare.store.lesson import write_lesson
from nncompare.store.lock import Lock
from nncompare.store.records import Summary
from nncompare.store.run_folder import RunFolder
from nncompare.store.visitors import SESSION_NUMBER, VISITORS, visited

_ID = re.compile(r"([0-9]{6,9})-[0-9a-f]{8}")
_CHANGING_SECONDS = 10.0


def home_folder() -> Path:
    """Return the folder of the store: ``NNCOMPARE_HOME``, else in the user's data directory; it need not exist."""
    home = environment().home
    return Path(os.path.expanduser(home)) if home else data_folder()


class Store:
    """Saved comparisons in a folder, which is created with the first one.

    They are numbered in the order of their start, so that a wrong clock does not reorder them. Several processes may
    use one store: a comparison that one of them trains can neither be resumed nor deleted by the others. Whatever
    cannot be created, opened or deleted raises a `StoreError`, whose message is a sentence for the user.
    """

    def __init__(self, home: Path | str) -> None:
        self.home = Path(home)
        self._runs = self.home / "runs"

    @classmethod
    def of_session(cls) -> "Store":
        """Return the store of the browser session that this kernel serves; without one, the user's."""
        number = environment().session
        if not SESSION_NUMBER.fullmatch(number):
            return cls.default()
        visited(home_folder(), number)
        return cls(home_folder() / VISITORS / number)

    @classmethod
    def default(cls) -> "Store":
        """Return the user's store."""
        return cls(home_folder())

    @property
    def is_of_session(self) -> bool:
        """Whether it belongs to a browser session of a server, whose folders its visitor has no use for."""
        return self.home.parent.name == VISITORS

    @property
    def note(self) -> str:
        """A sentence where what is saved may not stay; mostly empty."""
        if not is_temporary(self.home):
            return ""
        return (
            f"There is no home directory that can be written to. Comparisons are kept in {self.home}, and may be gone "
            f"after a restart. Set {HOME} to a folder that stays."
        )

    def create(self, comparison: Comparison, lesson: GuessedLesson | None = None) -> RunFolder:
        """Create the folder of a new comparison, and hold it; its models get the title of its lesson as their names."""
        with self._changing():
            number = max((_number_of(id_) for id_ in self._ids()), default=0) + 1
            name = f"{number:06d}-{secrets.token_hex(4)}"
            lock = self._lock(name)
            lock.acquire()
            try:
                begun = RunFolder.begin(self._runs / name, lock, comparison)
            except StoreError:
                lock.release()
                raise
        if lesson is not None:
            with contextlib.suppress(StoreError):  # without them it is saved all the same
                write_lesson(self._runs / name, lesson)
                write_labels(self._runs / name, Labels(models=dict.fromkeys("AB", Label(name=lesson.lesson.title))))
        return begun

    def summaries(self, most: int | None = None) -> list[Summary]:
        """Return the readable comparisons, newest first, among the newest `most`; `unreadable` has the others."""
        return self._look(most)[0]

    def unreadable(self) -> dict[str, str]:
        """Return a sentence by id for each comparison that cannot be read: damaged, or of a newer version."""
        return self._look()[1]

    def open(self, id_: str) -> RunFolder:
        """Return a saved comparison."""
        folder = self._folder(id_)
        if not folder.is_dir():
            raise StoreError(f"There is no saved comparison {id_}; it may have been deleted.")
        return RunFolder(folder, self._lock(id_))

    def label(self, id_: str, name: str, label: Label) -> None:
        """Keep what a user has written to the model `name` of a saved comparison, also while it is trained."""
        with self._changing():
            self.open(id_)  # which raises where it is gone
            folder = self._folder(id_)
            write_labels(folder, read_labels(folder).with_label(name, label))

    def delete(self, id_: str) -> None:
        """Delete a saved comparison that is not open elsewhere; nothing happens if there is none."""
        folder, lock = self._folder(id_), self._lock(id_)
        with self._changing():
            lock.acquire()
            try:
                if folder.exists():
                    gone = self._runs / (TEMPORARY + id_)
                    folder.rename(gone)
                    shutil.rmtree(gone, ignore_errors=True)
            except OSError as error:
                raise StoreError(f"{id_} cannot be deleted: {error.strerror}.") from error
            finally:
                lock.release()

    def stored(self) -> list[Stored]:
        """Return the readable comparisons with the bytes that they take, newest first; see `to_remove`."""
        return [Stored(summary, self.size(summary.id)) for summary in self.summaries()]

    def of_classes(self) -> int:
        """Count the comparisons of visitors, each of whom has a store of his own within this one."""
        return sum(1 for folder in self.home.glob(f"{VISITORS}/*/runs/*") if _ID.fullmatch(folder.name))

    def size(self, id_: str) -> int:
        """Return the bytes that a saved comparison takes; 0 where there is none."""
        total = 0
        for folder, _, files in os.walk(self._folder(id_)):
            for file in files:
                with contextlib.suppress(OSError):  # it was replaced by a newer one
                    total += os.lstat(os.path.join(folder, file)).st_size
        return total

    def _look(self, most: int | None = None) -> tuple[list[Summary], dict[str, str]]:
        summaries, unreadable = [], {}
        for id_ in sorted(self._ids(), key=lambda id_: (_number_of(id_), id_), reverse=True)[:most]:
            try:
                summaries.append(self.open(id_).summary())
            except StoreError as error:
                unreadable[id_] = str(error)
        return summaries, unreadable

    def _ids(self) -> list[str]:
        with contextlib.suppress(OSError):
            return [folder.name for folder in self._runs.iterdir() if _ID.fullmatch(folder.name)]
        return []

    def _folder(self, id_: str) -> Path:
        if not _ID.fullmatch(id_):
            raise StoreError("This is not the name of a saved comparison.")
        return self._runs / id_

    def _lock(self, id_: str) -> Lock:
        return Lock(self.home / "locks" / id_)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[None]:
        """Hold the lock for adding and deleting, and remove what a crash left behind."""
        lock = self._lock("store")
        lock.acquire(_CHANGING_SECONDS)
        try:
            for folder in self._runs.glob(TEMPORARY + "*"):
                shutil.rmtree(folder, ignore_errors=True)
            yield
        finally:
            lock.release()


def _number_of(id_: str) -> int:
    return int(id_.partition("-")[0])
