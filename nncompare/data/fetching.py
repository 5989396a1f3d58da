"""Brings a data set onto this machine, once, whoever else is at it."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nncompare.data.catalog import RAW_FILES, DatasetInfo, dataset_info
from nncompare.data.damage import MANIFEST
from nncompare.data.download import download
from nncompare.data.errors import DataError
from nncompare.data.folders import raw_folder, search_folders, target_folder
from nncompare.data.progress import Progress
from nncompare.data.state import Availability, find_copy
from nncompare.environment import DATA_DIR

_DRAFT_PREFIX = ".unfinished-"


def fetch(name: str, data_dir: Path | str | None = None, progress: Progress | None = None) -> Path:
    """Make sure that a data set is on this machine: download or make it where it is missing or damaged.

    Parameters
    ----------
    name : str
        A key of `CATALOG`.
    data_dir : path, optional
        Where to look first and where to put it; see `search_folders`.
    progress : callable, optional
        Called with what is done and the total: bytes of a download, images of a synthetic set. An exception that it
        raises ends the work and leaves nothing half done.

    Returns
    -------
    Path
        The folder that holds the four raw files.

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
    try:
        with _locked(folder / info.folder):
            if find_copy(info, [folder]).availability is not Availability.READY:
                _replace_copy(info, raw_folder(info, folder), progress)
    except OSError as error:
        raise DataError(_not_written(info, folder, error)) from error
    return raw_folder(info, folder)


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    from filelock import FileLock

    folder.mkdir(parents=True, exist_ok=True)
    with FileLock(folder / ".lock"):
        yield


def _replace_copy(info: DatasetInfo, raw: Path, progress: Progress | None) -> None:
    raw.mkdir(exist_ok=True)
    _remove_leftovers(raw.parent)
    # On the same file system as the target, so that each file appears whole or not at all.
    with tempfile.TemporaryDirectory(dir=raw.parent, prefix=_DRAFT_PREFIX) as draft:
        _obtain(info, Path(draft), progress)
        for name in (*RAW_FILES, *([MANIFEST] if info.synthetic else [])):
            os.replace(Path(draft) / name, raw / name)


def _remove_leftovers(folder: Path) -> None:
    # Whoever holds the lock is alone here: these are from processes that were killed.
    for leftover in folder.glob(f"{_DRAFT_PREFIX}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def _obtain(info: DatasetInfo, draft: Path, progress: Progress | None) -> None:
    if not info.synthetic:
        return download(info, draft, progress)
    from nncompare.data.generation import generate

    return generate(info, draft, progress)


def _not_written(info: DatasetInfo, folder: Path, error: OSError) -> str:
    where = "give another folder" if info.synthetic else f"set {DATA_DIR} to another folder"
    reason = error.strerror or str(error)
    return f"{info.title} could not be kept: {folder} cannot be written ({reason}). Make it writable, or {where}."
