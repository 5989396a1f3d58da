"""What a model predicted for the test set at the end of each epoch, in 16 bits: 0.2 MB for 10,000 images. K classes."""

import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.architectures import CLASSES
from nncompare.store.errors import DamagedError, StoreError
from nncompare.store.files import TEMPORARY, numbered, read_folder, write_folder
from nncompare.store.records import RunRecord
from nncompare.store.tables import read_table, write_table

_FILE = "epoch.npy"
Half = NDArray[np.float16]


def to_half(probabilities: NDArray[np.floating]) -> Half:
    """Round probabilities (N, K) to 16 bits; the most probable class of each image stays the same, of equals the first.

    Rounding keeps the order, but may make the likeliest classes equal; then the one ahead gets the next number.
    """
    with np.errstate(over="ignore"):
        half = probabilities.astype(np.float16)
    best = probabilities.argmax(axis=1)
    tied = np.flatnonzero(half.argmax(axis=1) != best)
    half[tied, best[tied]] = np.nextafter(half[tied, best[tied]], np.float16(np.inf))
    return half


def ended_epochs(record: RunRecord) -> dict[int, NDArray[np.float32]]:
    """Return the probabilities (N, K) at the end of each finished epoch of which a record has them."""
    told = [*record.earlier, *([record.test] if record.test is not None else [])]
    last = record.history.epochs
    return {int(one.epoch): one.probabilities for one in told if one.epoch in range(1, last + 1)}


def write_epoch(folder: Path, epoch: int, table: Half) -> None:
    """Write one epoch into the folder of a model's epochs: whole or not at all, in place of what was there of it."""
    shutil.rmtree(folder / _name(epoch), ignore_errors=True)
    for left in folder.glob(TEMPORARY + "*"):
        shutil.rmtree(left, ignore_errors=True)
    write_folder(folder / _name(epoch), {_FILE: write_table(table)})


def read_epoch(folder: Path, epoch: int) -> Half | None:
    """Return what was kept of an epoch, shape (N, K); None where it was not, or cannot be read as it was written."""
    try:
        table = read_table(read_folder(folder / _name(epoch), (_FILE,))[_FILE], np.float16, {CLASSES})
        if not ((table >= 0) & (table <= 1)).all():
            raise DamagedError("what should be probabilities are none")
    except StoreError:
        return None
    return table


def kept_epochs(folder: Path) -> set[int]:
    """Return of which epochs something is kept."""
    return {int(found.name) for found in numbered(folder)}


def _name(epoch: int) -> str:
    return f"{epoch:06d}"
