"""The lock of a saved comparison: it ends with its process, however that ends."""

import contextlib
from pathlib import Path

from filelock import FileLock, Timeout

from nncompare.store.errors import StoreError
from nncompare.store.files import make_private, not_written

_PATIENCE_SECONDS = 0.5  # longer than another process needs to look whether it is held


class Lock:
    """One lock file; it is never removed, since then two processes could hold it at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = FileLock(file, thread_local=False)

    @property
    def is_mine(self) -> bool:
        """Whether this object holds it."""
        return self._lock.is_locked

    @property
    def is_held(self) -> bool:
        """Whether any process holds it; False if that cannot be determined."""
        if self.is_mine or not self._file.exists():
            return self.is_mine
        try:
            with FileLock(self._file, timeout=0):
                return False
        except OSError as error:  # as a Timeout is
            return isinstance(error, Timeout)

    def acquire(self, seconds: float = _PATIENCE_SECONDS) -> None:
        """Acquire it, or raise a StoreError: another object holds it, or the file cannot be written."""
        try:
            make_private(self._file.parent)
            self._lock.acquire(timeout=seconds)
        except Timeout:
            raise StoreError("It is open elsewhere, in another dashboard or shell. End it there first.") from None
        except OSError as error:
            raise not_written(self._file.parent, error) from error

    def release(self) -> None:
        """Release it, if this object holds it."""
        with contextlib.suppress(OSError):
            self._lock.release()
