"""What the models predicted for the test set at the end of every epoch: on disk, or the last ones in memory."""

import threading

import numpy as np
from numpy.typing import NDArray

from nncompare.store import Half, RunFolder, RunRecord, ended_epochs, to_half

MOST_BYTES = 16 * 2**20
Key = tuple[int, str]
"""A seed, and the name of a model."""


class KeptEpochs:
    """Knows which epochs of all models of a comparison are kept, and reads them; any thread may ask.

    What the store does not take is kept in memory: the last ones, at most `MOST_BYTES` together.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._folder: RunFolder | None = None
        self._on_disk: dict[Key, set[int]] = {}
        self._in_memory: dict[tuple[Key, int], Half] = {}

    def find(self, folder: RunFolder, runs: dict[Key, RunRecord]) -> None:
        """Take over what was saved of these runs; epochs that they do not tell of are trained once more."""
        self._folder = folder
        self._on_disk = {key: folder.epochs(*key) & _told(record) for key, record in runs.items()}

    def missing(self, key: Key, record: RunRecord) -> dict[int, Half]:
        """Return the epochs of a record that are not kept yet, (N, K) each; later ones are forgotten."""
        self._forget(key, record.history.epochs)
        known = self.of(key)
        return {epoch: to_half(found) for epoch, found in ended_epochs(record).items() if epoch not in known}

    def add(self, key: Key, epoch: int, table: Half, folder: RunFolder | None) -> None:
        """Note that an epoch is in this folder; None: it is not on disk, and kept here."""
        with self._lock:
            if folder is not None:
                self._folder = folder
                self._on_disk.setdefault(key, set()).add(epoch)
                return
            self._in_memory[key, epoch] = table
            while sum(one.nbytes for one in self._in_memory.values()) > MOST_BYTES:
                del self._in_memory[next(iter(self._in_memory))]

    def _forget(self, key: Key, last: int) -> None:
        """Forget the epochs after the `last` one, which are trained once more where a run starts again or goes back."""
        with self._lock:
            self._on_disk[key] = {epoch for epoch in self._on_disk.get(key, ()) if epoch <= last}
            for later in [(one, epoch) for one, epoch in self._in_memory if one == key and epoch > last]:
                del self._in_memory[later]

    def of(self, key: Key) -> set[int]:
        """Return which epochs of a model are kept."""
        with self._lock:
            return self._on_disk.get(key, set()) | {epoch for one, epoch in self._in_memory if one == key}

    def read(self, key: Key, epoch: int) -> NDArray[np.float32] | None:
        """Return what a model predicted at the end of an epoch, (N, K); None where that is not kept, or damaged."""
        with self._lock:
            table, is_on_disk = self._in_memory.get((key, epoch)), epoch in self._on_disk.get(key, ())
        if table is None and is_on_disk and self._folder is not None:
            table = self._folder.load_epoch(*key, epoch)
        return table.astype(np.float32) if table is not None else None


def _told(record: RunRecord) -> set[int]:
    begins_anew = record.is_interrupted and record.checkpoint is None
    return set() if begins_anew else set(range(1, record.history.epochs + 1))
