"""Makes a data set's raw files of those that lie on this machine, packed."""

import hashlib
from collections.abc import Callable
from pathlib import Path

from nncompare.catalog import DatasetInfo
from nncompare.data.idx import DamagedFileError
from nncompare.data.layouts import files_in, most_bytes, read_pieces


def unpack(info: DatasetInfo, place: Path, folder: Path, report: Callable[[int, int], None] | None = None) -> None:
    """Put the four raw files into an empty folder, from those that lie in a place, packed or not.

    Raise a DamagedFileError that names one which is not what it should be; then the folder is empty again.
    """
    files = files_in(place)
    try:
        for number, (name, path) in enumerate(files.items(), start=1):
            _copy(path, folder / name, most_bytes(info), info.md5[name])
            if report is not None:
                report(info.download_bytes * number // len(files), info.download_bytes)
    except DamagedFileError:
        for name in files:
            (folder / name).unlink(missing_ok=True)
        raise


def _copy(source: Path, target: Path, most: int, expected_digest: str) -> None:
    digest = hashlib.md5(usedforsecurity=False)
    try:
        with target.open("wb") as file:
            for piece in read_pieces(source, most):
                file.write(piece)
                digest.update(piece)
        if digest.hexdigest() != expected_digest:
            raise DamagedFileError("its checksum is wrong")
    except DamagedFileError as error:
        raise DamagedFileError(f"{source.name} is damaged ({error})") from None
