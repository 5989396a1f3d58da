"""Brings a data set onto this machine, once, by one process at a time."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from nncompare.catalog import RAW_FILES, DataError, DatasetInfo, dataset_info
from nncompare.data.download import download
from nncompare.data.folders import raw_folder, search_folders, target_folder
from nncompare.data.state import MANIFEST, Availability, find_copy
from nncompare.data.synthetic import generation
from nncompare.environment import DATA_DIR

Progress = Callable[[int, int], None]
"""Called with what is done and the total: bytes of a download, or images of a synthetic set."""

_DRAFT_PREFIX = ".unfinished-"


def fetch(name: str, data_dir: Path | str | None = None, progress: Progress | None = None) -> Path:
    """Make sure that a data set is on this machine: download or make it where it is missing or damaged.

    `data_dir` is where to look first and where to put it; see `search_folders`. An exception that `progress` raises
    ends the work and leaves nothing half done. Return the folder of the four raw files.

    Raises
    ------
    DataError
        When it cannot be downloaded or written, or there is none of that name.
    """
    info = dataset_info(name)
    state = find_copy(info, search_folders(data_dir))
    if state.availability is Availability.READY and state.folder is not None:
        return state.folder
    return fetch_into(info, target_folder(info, data_dir), progress)


def fetch_into(info: DatasetInfo, folder: Path, progress: Progress | None = None) -> Path:
    """Download or make a data set in a folder, unless another process was quicker; see `fetch`."""
    from filelock import FileLock

    raw = raw_folder(info, folder)
    try:
        raw.parent.mkdir(parents=True, exist_ok=True)
        with FileLock(raw.parent / ".lock"):
            if find_copy(info, [folder]).availability is not Availability.READY:
                _replace_copy(info, raw, progress)
    except OSError as error:
        raise DataError(_not_written(info, folder, error)) from error
    return raw


def _replace_copy(info: DatasetInfo, raw: Path, progress: Progress | None) -> None:
    raw.mkdir(exist_ok=True)
    # The process that holds the lock is alone here: these are from processes that were killed.
    for leftover in raw.parent.glob(f"{_DRAFT_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    obtain = generation.generate if info.synthetic else download
    # On the same file system as the target, so that each file appears whole or not at all.
    with tempfile.TemporaryDirectory(dir=raw.parent, prefix=_DRAFT_PREFIX) as draft:
        obtain(info, Path(draft), progress)
        for name in (*RAW_FILES, *([MANIFEST] if info.synthetic else [])):
            _move_whole(Path(draft) / name, raw / name)


def _move_whole(source: Path, target: Path) -> None:
    with source.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(source, target)


def _not_written(info: DatasetInfo, folder: Path, error: OSError) -> str:
    where = "give another folder" if info.synthetic else f"set {DATA_DIR} to another folder"
    reason = error.strerror or str(error)
    return f"{info.title} could not be kept: {folder} cannot be written ({reason}). Make it writable, or {where}."
