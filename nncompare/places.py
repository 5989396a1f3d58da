"""Where this user's files go: what is kept, what can be made again, what ends with the machine; and their locks.

Where such a folder cannot be written to, as for a user without a home directory, one among the temporary files takes
its place.
"""

import contextlib
import errno
import hashlib
import os
import site
import stat
import tempfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import platformdirs
from filelock import BaseFileLock, FileLock

from nncompare.environment import environment

try:
    import fcntl
except ImportError:  # Windows, where every file system has locks
    fcntl = None  # type: ignore[assignment]

_NAME = "nncompare"
# As of NFS without its lock service.
_NO_LOCKS = {errno.ENOLCK, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP}


def data_folder() -> Path:
    """Return the folder for what is kept; it need not exist."""
    return _usable(platformdirs.user_data_path, ".local/share")


def cache_folder() -> Path:
    """Return the folder for what can be made or fetched again; it need not exist."""
    return _usable(platformdirs.user_cache_path, ".cache")


def runtime_folder() -> Path:
    """Return the folder for what is of use on this machine alone, until it is started again; it need not exist."""
    wished = Path(environment().runtime_dir or f"/run/user/{_user_number()}")
    with contextlib.suppress(OSError):  # there is none
        if _is_private(wished):
            return wished / _NAME
    return _stand_in() / ".run" / _NAME


def is_temporary(folder: Path) -> bool:
    """Return whether a folder stands in for one that cannot be written to, and so may be gone after a restart."""
    return str(folder).startswith(str(_own_temporary_path()))


def home_for_children() -> dict[str, str]:
    """Return variables that give programs a home directory; none where this user has one that can be written to."""
    if os.name == "nt" or _can_be_written(Path(os.path.expanduser("~"))):
        return {}
    home, packages = _stand_in(), site.getuserbase()
    # What the user has installed for himself alone is found from the home directory.
    return {"HOME": str(home)} | ({"PYTHONUSERBASE": packages} if os.path.isdir(packages) else {})


def make_private(folder: Path) -> None:
    """Create a folder and its missing parents, accessible by this user only."""
    for missing in [above for above in reversed(folder.parents) if not above.exists()] + [folder]:
        missing.mkdir(mode=0o700, exist_ok=True)


def acquire(file: Path, seconds: float) -> BaseFileLock:
    """Acquire the lock of a file and return it; it ends with this process, however that ends.

    Where its file system has no locks, a file of this machine stands for it: then other machines do not see that it is
    held.

    Raises
    ------
    filelock.Timeout
        If another object, or process, holds it for longer than these seconds; it is an OSError.
    OSError
        If the file cannot be written.
    """
    make_private(file.parent)
    if not _has_locks(file):
        file = runtime_folder() / "locks" / hashlib.sha256(os.fsencode(file.absolute())).hexdigest()[:32]
        make_private(file.parent)
    lock = FileLock(file, thread_local=False)
    lock.acquire(timeout=seconds)
    return lock


@contextlib.contextmanager
def holding(file: Path, seconds: float = -1) -> Iterator[None]:
    """Hold the lock of a file, after waiting for it so long, or for ever; raises as `acquire`."""
    lock = acquire(file, seconds)
    try:
        yield
    finally:
        lock.release()


def _has_locks(file: Path) -> bool:
    """Return whether a file, which is made where it is missing, can be locked; versions of filelock differ in this."""
    if fcntl is None:
        return True
    handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError as error:  # mostly it is only held by another process
        return error.errno not in _NO_LOCKS
    finally:
        os.close(handle)
    return True


def _usable(wish: Callable[[str], Path], below_home: str) -> Path:
    with contextlib.suppress(RuntimeError):  # the home directory is unknown
        wished = wish(_NAME)
        if _can_be_written(wished):
            return wished
    return _stand_in() / below_home / _NAME


def _can_be_written(folder: Path) -> bool:
    """Return whether a folder can be written to, or be made; a relative one stands for an unknown home directory."""
    if not folder.is_absolute():
        return False
    nearest = next(path for path in (folder, *folder.parents) if os.path.exists(path))
    as_this_process = os.access in os.supports_effective_ids
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK, effective_ids=as_this_process)


@cache
def _stand_in() -> Path:
    """Make the home directory of a user who has none, where others can neither look nor have put anything."""
    folder = _own_temporary_path()
    with contextlib.suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        if _is_private(folder):
            return folder
    return Path(tempfile.mkdtemp(prefix=f"{folder.name}-"))


def _is_private(folder: Path) -> bool:
    if os.name == "nt":  # where folders of users are their own
        return folder.is_dir()
    status = folder.lstat()
    return stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _own_temporary_path() -> Path:
    return Path(tempfile.gettempdir()) / f"{_NAME}-home-{_user_number()}"


def _user_number() -> int:
    return os.geteuid() if os.name != "nt" else 0
