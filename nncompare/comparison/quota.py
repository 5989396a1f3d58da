"""What one comparison may take of a server: which settings, how many epochs, and for how long."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from nncompare import words
from nncompare.comparison.stopwatch import Stopwatch
from nncompare.limits import Limits

_TIME_IS_OVER = (
    "Stopped: this server lets a comparison train for {allowed}, and that time is over. What was learned is kept."
)


class Quota:
    """Holds a comparison to the limits of its server; its time counts while any of its runs has a worker.

    `on_end` gets a sentence when the time is over.
    """

    def __init__(self, limits: Limits, on_end: Callable[[str], None]) -> None:
        self.limits = limits
        self._on_end = on_end
        self._stopwatch = Stopwatch()
        self._watched = 0
        self._timer: asyncio.TimerHandle | None = None

    def count_from(self, seconds: float) -> None:
        """Count what a comparison has trained before."""
        self._stopwatch.count_from(seconds)

    @property
    def seconds_left(self) -> float | None:
        """How long the comparison may still train; None where there is no limit."""
        most = self.limits.most_minutes
        return None if most is None else 60 * most - self._stopwatch.seconds

    @property
    def is_used_up(self) -> bool:
        """Whether its time is over."""
        return self.seconds_left is not None and self.seconds_left <= 0

    def epochs(self, wanted: int) -> int:
        """Return the epochs that a model may reach."""
        return min(wanted, self.limits.most_epochs or wanted)

    @contextmanager
    def watch(self) -> Iterator[None]:
        """Count the time in which a run has a worker; when there is no more, tell `on_end` in a sentence."""
        self._watched += 1
        self._stopwatch.start()
        if self._timer is None and self.seconds_left is not None:
            self._timer = call_later(max(0.0, self.seconds_left), self._end)
        try:
            yield
        finally:
            self._watched -= 1
            self._stopwatch.stop()
            if not self._watched and self._timer is not None:
                self._timer.cancel()
                self._timer = None

    def _end(self) -> None:
        self._timer = None
        self._on_end(_TIME_IS_OVER.format(allowed=words.span(60 * (self.limits.most_minutes or 0))))


def call_later(seconds: float, action: Callable[[], None]) -> asyncio.TimerHandle:
    """Schedule a call on the running loop."""
    return asyncio.get_running_loop().call_later(seconds, action)
