"""Downloads the four files of a data set from its mirrors and checks them."""

import gzip
import os
import zlib
from pathlib import Path
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from nncompare.data.catalog import CATALOG, RAW_FILES, DatasetInfo
from nncompare.data.digests import compute_md5
from nncompare.data.errors import DataError
from nncompare.data.progress import Progress
from nncompare.data.transfer import LARGEST_BYTES, TransferError, transfer

_CHUNK_BYTES = 1 << 16
_GZIP_MAGIC = b"\x1f\x8b"


class DownloadMeter:
    """Adds up the bytes of several files.

    Parameters
    ----------
    expected : int
        Bytes of all files together.
    report : callable or None
        Called with the bytes so far and those expected.
    """

    def __init__(self, expected: int, report: Progress | None) -> None:
        self.expected, self._report = expected, report
        self._earlier = self._current = 0

    def update(self, count: int) -> None:
        """Count bytes of the current file."""
        self._current += count
        if self._report:
            self._report(min(self._earlier + self._current, self.expected), self.expected)

    def reset(self) -> None:
        """Begin the current file anew."""
        self._current = 0

    def finish_file(self) -> None:
        """Go on to the next file."""
        self._earlier, self._current = self._earlier + self._current, 0

    def finish(self) -> None:
        """Report that everything has come."""
        if self._report:
            self._report(self.expected, self.expected)


def download(info: DatasetInfo, folder: Path, progress: Progress | None = None) -> None:
    """Put the four raw files into a folder, each from the first mirror that has it.

    A mirror that fails once is not asked again.

    Raises
    ------
    DataError
        When no mirror is left.
    OSError
        When the folder cannot be written.
    """
    meter = DownloadMeter(info.download_bytes, progress)
    missing = list(RAW_FILES)
    problems: dict[str, list[str]] = {}
    for mirror in info.mirrors:
        problem = _take_from(mirror, missing, info, folder, meter)
        if problem is None:
            return meter.finish()
        problems.setdefault(problem, []).append(urlsplit(mirror).hostname or mirror)
    raise DataError(_failure(info, problems))


def _take_from(mirror: str, missing: list[str], info: DatasetInfo, folder: Path, meter: DownloadMeter) -> str | None:
    try:
        while missing:
            _download_file(mirror, missing[0], info.md5[missing[0]], folder, meter)
            missing.pop(0)
    except TransferError as error:
        return str(error)
    except (gzip.BadGzipFile, EOFError, zlib.error):
        return "wrong content from"
    return None


def _download_file(mirror: str, name: str, md5: str, folder: Path, meter: DownloadMeter) -> None:
    packed = folder / f"{name}.gz"
    meter.reset()
    transfer(f"{mirror}{name}.gz", packed, meter.update)
    _unpack(packed, folder / name)
    if compute_md5(folder / name) != md5:
        raise gzip.BadGzipFile(f"{name} has another checksum")
    meter.finish_file()


def _unpack(packed: Path, raw: Path) -> None:
    written = 0
    with _opened(packed) as source, raw.open("wb") as target:
        while piece := source.read(_CHUNK_BYTES):
            written += len(piece)
            if written > LARGEST_BYTES:  # a small file may unpack to more than any disk holds
                raise gzip.BadGzipFile(f"{raw.name} is too large")
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    packed.unlink()


def _opened(packed: Path) -> BinaryIO:
    # Some servers call .gz an encoding of the transfer, and requests undoes it.
    with packed.open("rb") as file:
        is_packed = file.read(2) == _GZIP_MAGIC
    return cast(BinaryIO, gzip.open(packed, "rb")) if is_packed else packed.open("rb")


def _failure(info: DatasetInfo, problems: dict[str, list[str]]) -> str:
    reasons = "; ".join(f"{problem} {' and '.join(hosts)}" for problem, hosts in problems.items())
    instead = f", or use {CATALOG[info.stand_in].title} instead" if info.stand_in else ""
    return f"{info.title} could not be downloaded: {reasons}. Check the network{instead}."
