"""MD5 digests of large files, computed once and remembered, and the small JSON files that hold digests."""

import contextlib
import hashlib
import json
from pathlib import Path
from typing import Any

from nncompare.data import folders

_LARGEST_JSON_BYTES = 10_000_000


def md5_of(path: Path) -> str:
    """Return the MD5 digest of a file, computed or remembered.

    A digest is remembered in the user's cache directory as long as size and modification time stay the same. Where
    that cannot be written, the file is read again next time.
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


def read_object(path: Path) -> dict[str, Any]:
    """Read an object from a small JSON file, which may be damaged or foreign; empty where there is none."""
    try:
        with path.open("rb") as file:
            content = file.read(_LARGEST_JSON_BYTES + 1)
        found = json.loads(content) if len(content) <= _LARGEST_JSON_BYTES else None
    except (FileNotFoundError, ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _memory_file() -> Path:
    return folders.cache_folder() / "checked-files.json"


def _remembered() -> dict[str, Any]:
    try:
        return read_object(_memory_file())
    except OSError:
        return {}


def _remember(path: str, entry: list[object]) -> None:
    # Two processes may write at once: what one of them spoils is no JSON, is forgotten, and is computed again.
    with contextlib.suppress(OSError):
        _memory_file().parent.mkdir(parents=True, exist_ok=True)
        _memory_file().write_text(json.dumps({**_remembered(), path: entry}, indent=1), "utf-8")
