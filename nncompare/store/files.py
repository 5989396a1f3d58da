"""Folders that are written atomically, with checksums that reveal later changes."""

import contextlib
import errno
import hashlib
import json
import os
import re
import secrets
import shutil
import stat
from collections.abc import Mapping
from pathlib import Path

from nncompare.environment import HOME
from nncompare.places import make_private
from nncompare.store.errors import DamagedError, StoreError
from nncompare.whole_file import sync_folder

CHECKSUMS = "checksums.json"
TEMPORARY = ".new-"
_NUMBER = re.compile(r"[0-9]{6,9}")
_MEBIBYTE = 2**20
LIMITS = {
    CHECKSUMS: _MEBIBYTE // 16,
    "comparison.json": _MEBIBYTE,
    "labels.json": _MEBIBYTE // 16,
    "lesson.json": _MEBIBYTE // 16,
    "state.json": 8 * _MEBIBYTE,
    "train.npy": 64 * _MEBIBYTE,
    "test.npy": 64 * _MEBIBYTE,
    "probabilities.npy": 64 * _MEBIBYTE,
    "epoch.npy": 32 * _MEBIBYTE,
    "weights.safetensors": 128 * _MEBIBYTE,
    "optimizer.safetensors": 512 * _MEBIBYTE,
}
"""The files that a folder may hold, and the most bytes that are read of each."""
# Temporary conditions: the file itself may be intact.
_PASSING = {errno.EMFILE, errno.ENFILE, errno.ENOMEM, errno.EACCES, errno.EAGAIN}
_PASSING |= {errno.EINTR, errno.ESTALE, errno.EBUSY}
# What another folder helps against.
_REFUSED = {errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.ENOENT, errno.ENOLCK, errno.ENOTSUP}


def write_bytes(file: Path, content: bytes) -> None:
    """Write a new file and sync it; everything that the store writes passes through here."""
    with file.open("xb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())


def write_folder(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write a new folder with checksums: it appears complete and synced, or not at all, with a StoreError."""
    new = folder.parent / (TEMPORARY + secrets.token_hex(8))
    changed = [parent for parent in folder.parents if not parent.exists()]
    changed += folder.parents[len(changed) : len(changed) + 1]
    try:
        make_private(new)
        for name, content in {**files, CHECKSUMS: _checksums(files)}.items():
            write_bytes(new / name, content)
        sync_folder(new)
        new.rename(folder)
        for parent in changed:
            sync_folder(parent)
    except OSError as error:
        shutil.rmtree(new, ignore_errors=True)
        raise not_written(folder.parent, error) from error


def numbered(folder: Path) -> list[Path]:
    """List the numbered folders in a folder, which may not exist, in the order of their numbers."""
    with contextlib.suppress(OSError):
        found = [version for version in folder.iterdir() if _NUMBER.fullmatch(version.name)]
        return sorted(found, key=lambda version: int(version.name))
    return []


def not_written(folder: Path, error: OSError) -> StoreError:
    """Return the error of a folder that cannot be written, for instance because the disk is full."""
    remedy = f" Set {HOME} to a folder that can be written to." if error.errno in _REFUSED else ""
    return StoreError(f"{folder} cannot be written to: {error.strerror or type(error).__name__}.{remedy}")


def read_folder(folder: Path, wanted: tuple[str, ...] = ()) -> dict[str, bytes]:
    """Return the files of a folder (only those in `wanted`, if any) after verifying their checksums.

    Raises
    ------
    DamagedError
        If one of them was changed.
    StoreError
        If one cannot be read at the moment; its content may be intact.
    """
    listed = _listed(_read(folder / CHECKSUMS))
    if not set(wanted) <= set(listed):
        raise DamagedError("a file is missing from its list")
    files = {}
    for name in wanted or listed:
        content = _read(folder / name)
        if hashlib.sha256(content).hexdigest() != listed[name]:
            raise DamagedError(f"{name} was changed or cut off")
        files[name] = content
    return files


def _checksums(files: Mapping[str, bytes]) -> bytes:
    listed = {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    return json.dumps({"files": listed, "sha256": _digest_of(listed)}, indent=1).encode()


def _listed(content: bytes) -> dict[str, str]:
    try:
        values = json.loads(content)
        listed = values["files"]
        is_as_written = values["sha256"] == _digest_of(listed) and set(listed) <= set(LIMITS) - {CHECKSUMS}
    except (ValueError, TypeError, KeyError, RecursionError):
        raise DamagedError(f"{CHECKSUMS} cannot be read") from None
    if not is_as_written:
        raise DamagedError(f"{CHECKSUMS} was changed")
    return dict(listed)


def _digest_of(listed: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(listed, sort_keys=True).encode()).hexdigest()


def _read(file: Path) -> bytes:
    """Read a regular file of bounded size; a pipe, link or device in its place is refused without waiting for it."""
    limit = LIMITS[file.name]
    flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_BINARY", 0)
    try:
        with open(os.open(file, flags), "rb") as stream:
            status = os.fstat(stream.fileno())
            if not stat.S_ISREG(status.st_mode) or status.st_size > limit:
                raise DamagedError(f"{file.name} is not a file of the store")
            return stream.read(limit)
    except OSError as error:
        if error.errno in _PASSING:
            raise StoreError(f"{file} cannot be read now: {error.strerror}.") from None
        raise DamagedError(f"{file.name} cannot be read: {error.strerror}") from None
