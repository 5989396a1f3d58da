"""What one comparison may take of a server: which settings, how many epochs, and for how long."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nncompare import words
from nncompare.comparison.under_way import Stopwatch
from nncompare.limits import Limits

_TIME_IS_OVER = (
    "Stopped: this server lets a comparison train for {allowed}, and that time is over. What was learned is kept."
)


class Quota(Stopwatch):
    """Holds a comparison to the limits of its server; calls `on_end` with a sentence when its time is over."""

    def __init__(self, limits: Limits, on_end: Callable[[str], None]) -> None:
        super().__init__()
        self.limits, self._on_end = limits, on_end
        self._timer: asyncio.TimerHandle | None = None

    @property
    def seconds_left(self) -> float:
        """How long the comparison may still train."""
        return 60 * (self.limits.most_minutes or float("inf")) - self.seconds

    def epochs(self, wanted: int) -> int:
        """Return the epochs that a model may reach."""
        return min(wanted, self.limits.most_epochs or wanted)

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count the time in which a run has a worker; when there is no more, `on_end` is told."""
        if self._timer is None and self.limits.most_minutes is not None:
            self._timer = call_later(max(0.0, self.seconds_left), self._end)
        try:
            with super().counting():
                yield
        finally:
            if not self._active and self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _end(self) -> None:
        self._timer = None
        self._on_end(_TIME_IS_OVER.format(allowed=words.span(60 * (self.limits.most_minutes or 0))))


def call_later(seconds: float, action: Callable[[], None]) -> asyncio.TimerHandle:
    """Schedule a call on the running loop."""
    return asyncio.get_running_loop().call_later(seconds, action)
