"""For how long nothing has been heard of somebody: kernel, scheduler and workers listen for each other."""

from time import monotonic

NOTICE_SECONDS = 15.0
# The time between two looks counts as no more than this part of the limit: whoever looks so rarely has slept meanwhile,
# with its machine, its container or alone, and could hear nobody.
_MOST_OF_LIMIT = 1 / 8


class Silence:
    """Counts the seconds in which nothing was heard while this process was awake.

    Parameters
    ----------
    limit_seconds : float
        After so long nothing more is to be expected.
    """

    def __init__(self, limit_seconds: float) -> None:
        self.limit_seconds = limit_seconds
        self.seconds = 0.0
        self._looked_at = monotonic()

    def end(self) -> None:
        """Start counting again: something was heard."""
        self.seconds, self._looked_at = 0.0, monotonic()

    def look(self) -> float:
        """Count up to now, and return the seconds."""
        now = monotonic()
        self.seconds += min(now - self._looked_at, self.limit_seconds * _MOST_OF_LIMIT)
        self._looked_at = now
        return self.seconds

    @property
    def is_too_long(self) -> bool:
        """Whether the limit had been reached at the last look."""
        return self.seconds >= self.limit_seconds

    @property
    def told_seconds(self) -> float:
        """The seconds in steps that are worth a word, 0 before the first: 15, 30, 45."""
        step = min(NOTICE_SECONDS, self.limit_seconds / 2)
        return step * (self.seconds // step)
