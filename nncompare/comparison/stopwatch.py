"""How long something has been under way."""

import time


class Stopwatch:
    """Counts the seconds in which anything is under way; several things may be, at once or one after the other.

    Any thread may read it.
    """

    def __init__(self) -> None:
        self._active = 0
        self._counted: tuple[float, float | None] = 0.0, None  # the seconds before, and when the present ones began

    @property
    def seconds(self) -> float:
        """The seconds so far."""
        before, began = self._counted
        return before + (time.monotonic() - began if began is not None else 0.0)

    def count_from(self, seconds: float) -> None:
        """Go on from what was counted in another process."""
        self._counted = seconds, None

    def start(self) -> None:
        """Count one more thing that is under way."""
        self._active += 1
        if self._active == 1:
            self._counted = self.seconds, time.monotonic()

    def stop(self) -> None:
        """Count one less."""
        self._active -= 1
        if not self._active:
            self._counted = self.seconds, None
