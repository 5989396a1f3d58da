"""Files that are replaced whole, or not at all: those that a user has named, and those that nobody else may read."""

import contextlib
import errno
import os
import secrets
import shutil
import stat
from pathlib import Path

# Names of what is open already, where nothing may be replaced; /dev/shm, on the other hand, is a folder like others.
_STREAMS = ("/dev/fd/", "/dev/std", "/proc/")


def replace_file(file: Path | str, content: bytes) -> None:
    """Write a file whole or not at all: where that fails, what was there before is unharmed.

    Permissions are kept. Of a link, the file that it leads to is replaced; a device or pipe is written to as it is.

    Raises
    ------
    OSError
        When it cannot be written.
    """
    target = replaceable(file)
    if _is_stream(file):
        with Path(file).open("ab") as stream:
            stream.write(content)
        return
    new = target.with_name(f".nncompare-{secrets.token_hex(8)}")
    try:
        with new.open("xb") as stream:
            _take_over_rights(target, new)
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        new.replace(target)
    except BaseException:
        new.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def replace_private(file: Path, content: bytes) -> None:
    """Write a file that this user alone can read, whole or not at all; raise OSError when it cannot be written."""
    new = file.with_name(f".{file.name}-{secrets.token_hex(8)}")
    try:
        with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
            stream.write(content)
        new.replace(file)
    finally:
        new.unlink(missing_ok=True)


def replaceable(file: Path | str) -> Path:
    """Return the place of a file behind all links; raise OSError where `replace_file` would for lack of rights."""
    if _is_stream(file):
        return Path(file)
    target = Path(os.path.realpath(file))
    folder = target.parent
    if target.is_dir():
        raise _error(errno.EISDIR, file)
    if not folder.is_dir():
        raise _error(errno.ENOENT, folder)
    if not _may(folder, os.W_OK | os.X_OK):
        raise _error(errno.EACCES, folder)
    if _exists(target) and not _may(target, os.W_OK):  # a new file would take its place all the same
        raise _error(errno.EACCES, file)
    return target


def sync_folder(folder: Path) -> None:
    """Have the names in a folder outlive a power cut."""
    with contextlib.suppress(PermissionError):  # Windows cannot open folders
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _is_stream(file: Path | str) -> bool:
    if os.path.abspath(file).startswith(_STREAMS):
        return True
    try:
        mode = os.stat(file).st_mode
    except OSError:
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def _take_over_rights(target: Path, new: Path) -> None:
    """Give a new file the owner and the permissions of the one whose place it takes, as far as that is allowed."""
    if not _exists(target):
        return
    status = target.stat()
    with contextlib.suppress(OSError, AttributeError):  # Windows knows no owners
        os.chown(new, status.st_uid, status.st_gid)
    with contextlib.suppress(OSError):  # as where a file system knows none
        shutil.copystat(target, new)


def _exists(target: Path) -> bool:
    """Whether there is a file; raise OSError where that cannot be told, as in a circle of links."""
    with contextlib.suppress(FileNotFoundError):
        target.stat()
        return True
    return False


def _may(path: Path, mode: int) -> bool:
    return os.access(path, mode, effective_ids=os.access in os.supports_effective_ids)


def _error(number: int, file: Path | str) -> OSError:
    return OSError(number, os.strerror(number), str(file))
