"""The lock of a saved comparison: it ends with its process, however that ends."""

import contextlib
from pathlib import Path

from filelock import BaseFileLock, Timeout

from nncompare import places
from nncompare.store.errors import StoreError
from nncompare.store.files import not_written

_PATIENCE_SECONDS = 0.5  # longer than another process needs to look whether it is held


class Lock:
    """One lock file; it is never removed, since then two processes could hold it at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock: BaseFileLock | None = None

    @property
    def is_mine(self) -> bool:
        """Whether this object holds it."""
        return self._lock is not None

    @property
    def is_held(self) -> bool:
        """Whether any process holds it; False if that cannot be determined."""
        if self.is_mine or not self._file.exists():
            return self.is_mine
        try:
            with places.holding(self._file, 0):
                return False
        except OSError as error:  # as a Timeout is
            return isinstance(error, Timeout)

    def acquire(self, seconds: float = _PATIENCE_SECONDS) -> None:
        """Acquire it, or raise a StoreError: another object holds it, or the file cannot be written."""
        try:
            self._lock = places.acquire(self._file, seconds)
        except Timeout:
            raise StoreError("It is open elsewhere, in another dashboard or shell. End it there first.") from None
        except OSError as error:
            raise not_written(self._file.parent, error) from error

    def release(self) -> None:
        """Release it, if this object holds it."""
        lock, self._lock = self._lock, None
        if lock is not None:
            with contextlib.suppress(OSError):
                lock.release()
