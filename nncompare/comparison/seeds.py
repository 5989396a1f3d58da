"""The seeds of a comparison: whose turn it is, and what is known of them together."""

import asyncio
from collections.abc import Mapping, Sequence

from nncompare.comparison.seed_run import SeedRun
from nncompare.comparison.state import State, of_series
from nncompare.comparison.view import RunView
from nncompare.engine.fair_queue import QueuePosition


class Seeds:
    """Seeds that begin in their order, each as soon as the one before it has found room on the engine.

    What looks at them may be called on any thread, what changes them on the event loop only.

    Attributes
    ----------
    pairs : list of SeedRun
        One for each seed; one that is not repeated has one.
    """

    def __init__(self, pairs: Sequence[SeedRun]) -> None:
        self.pairs = list(pairs)
        self._waiting: tuple[SeedRun, ...] = ()  # those whose turn has not come
        self._latest = self.pairs[0]
        self._may_begin = asyncio.Event()

    @property
    def current(self) -> SeedRun:
        """The seed to look at: the first one under way; after the end the last one that was."""
        under_way = [pair for pair in self.pairs if pair.state.is_active]
        candidates = [pair for pair in under_way if pair.has_begun] or under_way or self.begun[-1:] or self.pairs
        return candidates[0]

    @property
    def begun(self) -> list[SeedRun]:
        """The seeds that have found room on the engine, in their order."""
        return [pair for pair in self.pairs if pair.has_begun]

    @property
    def runs(self) -> list[RunView]:
        """What is known of the runs of the current seed."""
        return self.current.runs

    @property
    def a(self) -> RunView:
        """What is known of model A of the current seed."""
        return self.current.a

    @property
    def b(self) -> RunView | None:
        """What is known of model B of the current seed."""
        return self.current.b

    @property
    def position(self) -> QueuePosition | None:
        """Where the current seed stands in the queue; None when nothing of it waits for workers."""
        positions = [run.position for run in self.runs]
        return next((position for position in positions if position is not None and position.position), None)

    @property
    def state(self) -> State:
        """The state of the whole."""
        waiting = self._waiting
        return of_series(State.PREPARING if pair in waiting else pair.state for pair in self.pairs)

    @property
    def version(self) -> int:
        """Grows with every change of any run."""
        return sum(run.version for pair in self.pairs for run in pair.runs)

    def states(self) -> list[State]:
        """List the states of all runs; those of a seed that waits for its turn are being prepared."""
        waiting = self._waiting
        return [State.PREPARING if pair in waiting else run.state for pair in self.pairs for run in pair.runs]

    async def _take_turns(self, waiting: Sequence[SeedRun], goals: Mapping[str, int] | None) -> list[SeedRun]:
        """Let those begin whose turn comes, until none waits any more; return those that were dropped."""
        left = list(waiting)
        while self._waiting:
            await self._latest.has_slots.wait()
            await self._may_begin.wait()
            if self._latest.state is State.FAILED and not self._latest.has_begun:
                self._waiting = ()  # it was turned away, as the others would be
            elif self._waiting:
                self._begin_next(goals)
                left.remove(self._latest)
        return left

    def _begin_next(self, goals: Mapping[str, int] | None) -> None:
        self._latest = self._waiting[0]
        self._latest.start(goals)
        self._waiting = self._waiting[1:]

    def _let_next_begin(self) -> None:
        """Give the next seed its turn unless a run waits for the user."""
        if not any(run.state in (State.PAUSING, State.PAUSED) for pair in self.pairs for run in pair.runs):
            self._may_begin.set()
