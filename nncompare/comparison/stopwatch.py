"""How long a comparison has been under way."""

import threading
import time


class Stopwatch:
    """Counts the seconds in which anything is under way; several things may be, at once or one after the other."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._active = 0
        self._seconds, self._began = 0.0, 0.0
        self._has_begun = False

    @property
    def seconds(self) -> float:
        """The seconds so far."""
        with self._changed:
            return self._seconds + (time.monotonic() - self._began if self._active else 0.0)

    def count_from(self, seconds: float) -> None:
        """Go on from what was counted in another process."""
        with self._changed:
            self._seconds, self._has_begun = seconds, True

    def start(self) -> None:
        """Count one more thing that is under way."""
        with self._changed:
            self._has_begun = True
            if not self._active:
                self._began = time.monotonic()
            self._active += 1

    def stop(self) -> None:
        """Count one less."""
        with self._changed:
            self._active -= 1
            if not self._active:
                self._seconds += time.monotonic() - self._began
            self._changed.notify_all()

    def wait(self, seconds: float | None) -> bool:
        """Wait until everything that was begun has ended, at most so long; say whether it has."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._active and self._has_begun, seconds)
