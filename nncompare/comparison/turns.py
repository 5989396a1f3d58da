"""Who of several pairs begins next: they take turns, one for each seed."""

import threading
from collections.abc import Callable, Sequence

from nncompare.comparison.pair import RunningPair

Begin = Callable[[RunningPair], None]


class SeedSchedule:
    """Has pairs begin in their order, each as soon as the one before it has found room on the engine.

    Everything but `take` returns at once.

    Attributes
    ----------
    waiting : list of RunningPair
        Those whose turn has not come.
    taken : int
        How many turns there were; grows.
    """

    def __init__(self, first: RunningPair, lock: threading.RLock) -> None:
        self.waiting: list[RunningPair] = []
        self.taken = 0
        self._latest, self._lock = first, lock
        self._may_begin = threading.Event()

    def launch(self, pairs: Sequence[RunningPair], begin: Begin) -> None:
        """Have the first one begin at once; `take` sees to the others."""
        self.waiting = list(pairs)
        self._may_begin.set()
        self._begin_next(begin)

    def follow(self, latest: RunningPair, waiting: Sequence[RunningPair]) -> None:
        """Have pairs wait behind one that is under way."""
        self._latest, self.waiting = latest, list(waiting)

    def drop(self) -> None:
        """Let none of those begin that have not."""
        self.waiting = []

    def hold(self) -> None:
        """Let none begin for now."""
        self._may_begin.clear()

    def go_on(self) -> None:
        """Let the next one begin when its turn comes."""
        self._may_begin.set()

    def take(self, waiting: Sequence[RunningPair], begin: Begin) -> list[RunningPair]:
        """Have those begin whose turn comes, and come back when none waits any more; give those that were dropped."""
        left = list(waiting)
        while self.waiting:
            self._latest.wait_for_slots()
            self._may_begin.wait()
            with self._lock:
                if self._latest.was_turned_away:
                    self.drop()
                elif self._may_begin.is_set() and self.waiting:
                    self._begin_next(begin)
                    left.remove(self._latest)
        return left

    @property
    def has_lost_worker(self) -> bool:
        """Say whether the pair that began last has lost a worker."""
        return any(run.is_lost for run in self._latest.runs)

    def _begin_next(self, begin: Begin) -> None:
        self._latest = self.waiting[0]
        begin(self._latest)
        self.waiting = self.waiting[1:]
        self.taken += 1
