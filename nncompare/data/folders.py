"""Where images are looked for, and where they are put."""

from pathlib import Path

import platformdirs

from nncompare.catalog import DatasetInfo
from nncompare.environment import environment


def cache_folder() -> Path:
    """Return the user's cache directory of this program; it need not exist."""
    return platformdirs.user_cache_path("nncompare")


def search_folders(data_dir: Path | str | None = None) -> list[Path]:
    """List the folders in which data sets are looked for, first choice first.

    These are the argument, the one in ``NNCOMPARE_DATA_DIR``, and the user's cache directory.
    """
    wishes = [data_dir, environment().data_dir, cache_folder() / "data"]
    return list(dict.fromkeys(Path(wish).expanduser() for wish in wishes if wish))


def target_folder(info: DatasetInfo, data_dir: Path | str | None = None) -> Path:
    """Return the folder into which a data set is fetched: the first that is searched.

    Synthetic sets skip ``NNCOMPARE_DATA_DIR``: it is often shared and read-only, and they are quickly made.
    """
    folders = search_folders(data_dir)
    return folders[-1] if info.synthetic and not data_dir else folders[0]


def raw_folder(info: DatasetInfo, folder: Path) -> Path:
    """Return the place of the four raw files inside a folder, as torchvision lays it out."""
    return folder / info.folder / "raw"
