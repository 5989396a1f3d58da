"""MD5 digests of large files, computed once and remembered."""

import contextlib
import hashlib
import json
import os
import tempfile
from pathlib import Path

from nncompare.data import folders
from nncompare.data.small_json import read_object


def md5_of(path: Path) -> str:
    """Compute the MD5 digest of a file, or remember it.

    A digest is remembered in the user's cache directory as long as size and modification time stay the same. Where
    that cannot be written, the file is read again next time.

    Raises
    ------
    OSError
        When the file cannot be read.
    """
    status = path.stat()
    key = [status.st_size, status.st_mtime_ns]
    known = _remembered().get(str(path.absolute()))
    if isinstance(known, list) and len(known) == 3 and known[:-1] == key:
        return str(known[-1])
    digest = compute_md5(path)
    _remember(str(path.absolute()), [*key, digest])
    return digest


def compute_md5(path: Path) -> str:
    """Read a whole file and compute its MD5 digest, 32 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _memory_file() -> Path:
    return folders.cache_folder() / "checked-files.json"


def _remembered() -> dict[str, object]:
    try:
        return read_object(_memory_file())
    except OSError:
        return {}


def _remember(path: str, entry: list[object]) -> None:
    # Two processes may overwrite each other's entry; the loser only reads its file again.
    with contextlib.suppress(OSError):
        _replace_text(_memory_file(), json.dumps({**_remembered(), path: entry}, indent=1))


def _replace_text(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.replace(draft, path)
    except BaseException:
        os.unlink(draft)
        raise
