"""Brings a data set onto this machine, once, by one process at a time."""

import os
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path

from nncompare.catalog import RAW_FILES, DataError, DatasetInfo, dataset_info
from nncompare.data.download import download
from nncompare.data.folders import raw_folder, search_folders, target_folder
from nncompare.data.idx import DamagedFileError
from nncompare.data.images import ImageData, load
from nncompare.data.state import MANIFEST, Availability, DatasetState, find_copy
from nncompare.data.synthetic import generation
from nncompare.data.unpacking import unpack
from nncompare.environment import DATA_DIR
from nncompare.places import holding

Progress = Callable[[int, int], None]
"""Called with what is done and the total: bytes of a download, or images of a synthetic set."""

_DRAFT_PREFIX = ".unfinished-"


def fetch(name: str, data_dir: Path | str | None = None, progress: Progress | None = None) -> Path:
    """Make sure that a data set is on this machine: unpack, download or make it where it is missing or damaged.

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
    is_quick = info.synthetic or state.availability is Availability.UNPACK
    return fetch_into(info, target_folder(data_dir, is_quick=is_quick), progress, state)


def fetched(name: str) -> ImageData:
    """Map a data set, which is fetched first where it is missing; raise as `fetch`."""
    fetch(name)
    return load(name)


def fetch_into(
    info: DatasetInfo, folder: Path, progress: Progress | None = None, found: DatasetState | None = None
) -> Path:
    """Unpack, download or make a data set in a folder, unless another process was quicker; see `fetch`.

    `found` is what a search has found elsewhere: packed files, or what is told when a download fails.
    """
    raw = raw_folder(info, folder)
    try:
        raw.parent.mkdir(parents=True, exist_ok=True)
        with holding(raw.parent / ".lock"):
            here = find_copy(info, [folder])
            if here.availability is Availability.READY and here.folder is not None:
                return here.folder
            _replace_copy(info, raw, found, progress)
    except OSError as error:
        raise DataError(_not_written(info, folder, error)) from error
    return raw


def _replace_copy(info: DatasetInfo, raw: Path, found: DatasetState | None, progress: Progress | None) -> None:
    raw.mkdir(exist_ok=True)
    # The process that holds the lock is alone here: these are from processes that were killed.
    for leftover in raw.parent.glob(f"{_DRAFT_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)
    # On the same file system as the target, so that each file appears whole or not at all.
    with tempfile.TemporaryDirectory(dir=raw.parent, prefix=_DRAFT_PREFIX) as draft:
        _obtain(info, Path(draft), found, progress)
        for name in (*RAW_FILES, *([MANIFEST] if info.synthetic else [])):
            _move_whole(Path(draft) / name, raw / name)


def _obtain(info: DatasetInfo, draft: Path, found: DatasetState | None, progress: Progress | None) -> None:
    if info.synthetic:
        return generation.generate(info, draft, progress)
    note = found.note if found is not None else ""
    if found is not None and found.availability is Availability.UNPACK and found.folder is not None:
        try:
            return unpack(info, found.folder, draft, progress)
        except DamagedFileError as error:
            note = f"In {found.folder}, {error}."
    return download(info, draft, progress, note)


def _move_whole(source: Path, target: Path) -> None:
    with source.open("rb+") as file:
        os.fsync(file.fileno())
    os.replace(source, target)


def _not_written(info: DatasetInfo, folder: Path, error: OSError) -> str:
    where = "give another folder" if info.synthetic else f"set {DATA_DIR} to another folder"
    reason = error.strerror or str(error)
    return f"{info.title} could not be kept: {folder} cannot be written ({reason}). Make it writable, or {where}."
