"""Where images are looked for, and where they are put."""

import os
from pathlib import Path

from nncompare.catalog import DatasetInfo
from nncompare.environment import environment
from nncompare.places import cache_folder

__all__ = ["cache_folder", "raw_folder", "search_folders", "target_folder"]


def own_folder() -> Path:
    """Return the folder for images in the user's cache directory."""
    return cache_folder() / "data"


def search_folders(data_dir: Path | str | None = None) -> list[Path]:
    """List the folders in which data sets are looked for, first choice first.

    These are the argument, the one in ``NNCOMPARE_DATA_DIR``, and the user's cache directory.
    """
    wishes = [data_dir, environment().data_dir, own_folder()]
    return list(dict.fromkeys(Path(os.path.expanduser(wish)) for wish in wishes if wish))


def target_folder(data_dir: Path | str | None = None, *, is_quick: bool) -> Path:
    """Return the folder into which a data set is fetched: the first that is searched.

    What is quickly made or unpacked skips ``NNCOMPARE_DATA_DIR``, which is often shared and read-only.
    """
    folders = search_folders(data_dir)
    return folders[-1] if is_quick and not data_dir else folders[0]


def raw_folder(info: DatasetInfo, folder: Path) -> Path:
    """Return the place of the four raw files inside a folder, as torchvision lays it out."""
    return folder / info.folder / "raw"
