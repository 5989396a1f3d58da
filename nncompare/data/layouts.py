"""Where the four files of a data set may lie inside a folder, and under which names.

Beside torchvision's layout these are what people have from elsewhere: packed files, Kaggle's names, Keras's folder, and
a folder that was given too deep.
"""

import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator
from pathlib import Path

from nncompare.catalog import CATALOG, RAW_FILES, TEST_LABELS, DatasetInfo
from nncompare.data.folders import raw_folder
from nncompare.data.idx import DamagedFileError

PACKED = ".gz"
_HEADER_BYTES = 16
_PIECE_BYTES = 1 << 20
_MOST_SEEN = 3


def places(info: DatasetInfo, folder: Path) -> list[Path]:
    """List the folders inside of one that hold files of a data set, and of no other, best first."""
    if info.synthetic:
        return [raw_folder(info, folder)]
    own = [raw_folder(info, folder), folder / info.folder, folder / info.name]
    # All data sets name their files alike, so here only their content tells whose they are.
    shared = [place for place in (folder, folder / "raw") if _is_of(info, place)]
    return [*own, *shared]


def files_in(place: Path) -> dict[str, Path]:
    """Return the files of a data set in a folder, by the name that torchvision gives them; packed ones end in .gz."""
    found = {name: next(_spelled(place, name), None) for name in RAW_FILES}
    return {name: path for name, path in found.items() if path is not None}


def read_pieces(path: Path, most_bytes: int) -> Iterator[bytes]:
    """Read a file, packed or not, piece by piece.

    Raise a DamagedFileError when it cannot be read or unpacked, or is larger than it may be.
    """
    total = 0
    try:
        with gzip.open(path) if path.suffix == PACKED else path.open("rb") as file:
            while piece := file.read(_PIECE_BYTES):
                total += len(piece)
                if total > most_bytes:
                    raise DamagedFileError("it is too long")
                yield piece
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise DamagedFileError("it cannot be unpacked") from None
    except OSError as error:
        raise DamagedFileError(f"it cannot be read: {error.strerror or error}") from None


def most_bytes(info: DatasetInfo) -> int:
    """Return the size that no raw file of a data set exceeds."""
    return _HEADER_BYTES + info.train_count * info.image_bytes


def what_lies_in(info: DatasetInfo, folder: Path) -> str:
    """Say what lies in a folder instead of a data set, and what is looked for; empty where nothing foreign lies."""
    at_home = {other.folder for other in CATALOG.values()}
    try:
        names = sorted({path.name for path in folder.iterdir() if not path.name.startswith(".")} - at_home)
    except OSError:
        return ""
    if not names:
        return ""
    others = f" and {len(names) - _MOST_SEEN:,} more" if len(names) > _MOST_SEEN else ""
    wanted = (raw_folder(info, folder) / RAW_FILES[0]).relative_to(folder)
    return (
        f"{folder} holds {', '.join(names[:_MOST_SEEN])}{others}, but not {info.title}: "
        f"{wanted} and three files like it, packed (.gz) or not."
    )


def _spelled(place: Path, name: str) -> Iterator[Path]:
    spellings = (name, name.replace("-idx", ".idx"))
    for ending in ("", PACKED):
        for path in (place / f"{spelling}{ending}" for spelling in spellings):
            if os.path.isfile(path):  # unlike Path.is_file it has no errors of its own
                yield path


def _is_of(info: DatasetInfo, place: Path) -> bool:
    path = next(_spelled(place, TEST_LABELS), None)
    if path is None:
        return False
    digest = hashlib.md5(usedforsecurity=False)
    try:
        for piece in read_pieces(path, _HEADER_BYTES + info.test_count):
            digest.update(piece)
    except DamagedFileError:
        return False
    return digest.hexdigest() == info.md5[TEST_LABELS]
