"""Who is at a saved comparison: a lock that ends with its process, whatever ends that."""

import contextlib
from pathlib import Path

from filelock import FileLock, Timeout

from nncompare.store.errors import StoreError
from nncompare.store.files import make_private

_PATIENCE_SECONDS = 0.5  # longer than somebody needs who only looks whether it is held


class Lock:
    """One lock file; it is never removed, since that would let two hold it at once."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._lock = FileLock(file, thread_local=False)

    @property
    def is_mine(self) -> bool:
        """Say whether it is held by this very object."""
        return self._lock.is_locked

    @property
    def is_held(self) -> bool:
        """Say whether anybody holds it; where that cannot be found out, nobody does."""
        if self.is_mine:
            return True
        if not self._file.exists():
            return False
        try:
            with FileLock(self._file, timeout=0):
                return False
        except Timeout:
            return True
        except OSError:
            return False

    def take(self, seconds: float = _PATIENCE_SECONDS) -> None:
        """Hold it.

        Raises
        ------
        StoreError
            When somebody else does, or the file cannot be written.
        """
        try:
            make_private(self._file.parent)
            self._lock.acquire(timeout=seconds)
        except Timeout:
            raise StoreError("It is open elsewhere, in another dashboard or shell. End it there first.") from None
        except OSError as error:
            why = error.strerror or type(error).__name__
            raise StoreError(f"{self._file.parent} cannot be written to: {why}.") from error

    def give_back(self) -> None:
        """Let go of it."""
        with contextlib.suppress(OSError):
            self._lock.release()
