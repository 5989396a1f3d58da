"""Two configurations in, one growing history of both out; where it is asked for, from several seeds."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil

from nncompare.comparison.autosaver import AutoSaver
from nncompare.comparison.kept_epochs import KeptEpochs
from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.quota import Quota
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.saved import read_saved
from nncompare.comparison.seed_run import Places, SeedRun
from nncompare.comparison.state import State, of_series
from nncompare.comparison.under_way import UnderWay
from nncompare.comparison.view import RunView
from nncompare.config import Comparison
from nncompare.engine import loop
from nncompare.engine.fair_queue import QueuePosition
from nncompare.engine.loop import on_loop
from nncompare.engine.queue_client import Submission
from nncompare.engine.shared import EngineHolder
from nncompare.lessons import GuessedLesson
from nncompare.limits import Limits
from nncompare.messages import SUSPEND_SECONDS, VisibleImages
from nncompare.store import RunFolder, RunRecord, SavedComparison, Store


class ComparisonRun(UnderWay):
    """A comparison under way: both models, from each of its seeds (`pairs`).

    The seeds begin in their order, each as soon as the one before it has found room on the engine: one after the other
    on a small machine, several at once on a large one. Each trains as if it were alone.

    Everything happens on the event loop. What is known is published there and may be read on any thread; a command has
    taken effect when it returns. With a model's name it is meant for that model of the current seed, without one for
    all of every seed. Epochs are always added to every seed: they are compared, and so must be of one length. With a
    store, the comparison is saved as it goes, with the `lesson` that it is trained for.
    """

    def __init__(
        self,
        comparison: Comparison,
        engines: EngineHolder,
        *,
        suspend_seconds: float = SUSPEND_SECONDS,
        limits: Limits | None = None,
        store: Store | None = None,
        folder: RunFolder | None = None,
        lesson: GuessedLesson | None = None,
    ) -> None:
        super().__init__()
        self.comparison, self.lesson = comparison, lesson
        self.has_stood_in_line = False  # whether workers were asked for here, and not only before it was reopened
        self._id, self._presses, self._is_left = secrets.token_hex(8), 0, False
        self._quota = Quota(limits or Limits.from_environment(), on_end=lambda why: self.stop(why=why))
        self._saver = AutoSaver(comparison, store, folder, lesson)
        alone = [comparison.model_copy(update={"seed": seed, "repeat": 1}) for seed in comparison.seeds]
        shared: tuple[KeptEpochs, Places] = self._saver.epochs, {}
        self.pairs = [SeedRun(one, engines, suspend_seconds, self._quota, self._save, *shared) for one in alone]
        self._latest = self.pairs[0]
        self._waiting: Sequence[SeedRun] = ()  # those whose turn has not come
        self._may_begin = asyncio.Event()

    @classmethod
    def reopen(
        cls, folder: RunFolder, engines: EngineHolder, *, suspend_seconds: float = SUSPEND_SECONDS
    ) -> "ComparisonRun":
        """Make a comparison of what was saved. Runs that were under way wait; `resume` goes on from their last epoch.

        Raise a StoreError when it was interrupted, but somebody else goes on with it; or when it cannot be read.
        """
        saved = read_saved(folder)
        if saved.is_interrupted:
            folder.hold()
        running = cls(saved.comparison, engines, suspend_seconds=suspend_seconds, folder=folder, lesson=saved.lesson)
        running._saver.epochs.find(folder, saved.runs)
        loop.call(running._restore, saved)
        return running

    @classmethod
    def restored(cls, saved: SavedComparison, engines: EngineHolder) -> "ComparisonRun":
        """Make a comparison of what was saved, and save nothing more of it."""
        running = cls(saved.comparison, engines, lesson=saved.lesson)
        loop.call(running._restore, saved)
        return running

    @property
    def saved_id(self) -> str | None:
        """The name of this comparison in the store; None while it has none."""
        return self._saver.folder.id if self._saver.folder is not None else None

    @property
    def storage_note(self) -> str:
        """What the user should know of the store: what was damaged, and why something is not saved; mostly empty."""
        return self._saver.note

    @property
    def can_train_on(self) -> bool:
        """Whether epochs may be added to ended runs: of several seeds once all have, and where the server allows it."""
        may_grow = any(self._quota.epochs(ceil(run.epoch) + 1) > run.epoch for run in self.runs)
        return (len(self.pairs) == 1 or self.wait(0)) and may_grow and self._quota.seconds_left > 0

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
    def position(self) -> QueuePosition | None:
        """Where the current seed stands in the queue; None when nothing of it waits for workers."""
        return next((run.position for run in self.runs if run.position is not None and run.position.position), None)

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

    @on_loop
    def start(self) -> None:
        """Begin in the background."""
        self._begin(self.pairs, {})

    @on_loop
    def stop(self, name: str | None = None, why: str = "") -> None:
        """Request the end, with a sentence where it is not the user's wish; without a name no other seed begins."""
        if name is None:
            self._waiting = ()
        for model in self._models(name):
            model.stop(why)
        self._let_next_begin_unless_paused()

    @on_loop
    def leave(self) -> None:
        """End here, as when the page is closed: what was under way can go on another time, from the store."""
        self._is_left = True
        self.stop()

    @on_loop
    def pause(self, name: str | None = None) -> None:
        """Request a pause."""
        if name is None and self._waiting:
            self._may_begin.clear()
        for model in self._models(name):
            model.pause()

    @on_loop
    def resume(self, name: str | None = None) -> None:
        """Let paused runs go on."""
        self.has_stood_in_line = True
        for model in self._models(name):
            model.resume()
        self._let_next_begin_unless_paused()

    @on_loop
    def train_on(self, epochs: int, name: str | None = None) -> None:
        """Add epochs to ended runs if `can_train_on`; of several seeds, those left behind come as far as the others."""
        ready = [run for pair in self.pairs for run in pair.runs if name in (None, run.name) and run.state.can_train_on]
        if ready and self.can_train_on:
            ready.sort(key=lambda run: run.epoch)  # the one that has come furthest sets the goal
            goals = {run.name: self._quota.epochs(ceil(run.epoch) + epochs) for run in ready}
            self._begin([pair for pair in self.pairs if pair.seed in {run.seed for run in ready}], goals)

    @on_loop
    def show(self, shown: VisibleImages | None) -> None:
        """Set which images are on the screen."""
        for model in self._models():
            model.request(shown=shown)

    @on_loop
    def explore(self, is_on: bool) -> None:
        """Set whether weights are wanted of what trains (`SeedRun.networks`): off, that costs the training nothing."""
        for model in self._models():
            model.request(explore=is_on)

    def _models(self, name: str | None = None) -> list[ModelRun]:
        pairs = self.pairs if name is None else [self.current]
        return [model for pair in pairs for model in pair.models if name in (None, model.name)]

    def _begin(self, pairs: Sequence[SeedRun], goals: Mapping[str, int]) -> None:
        self.has_stood_in_line = True
        self._may_begin.set()
        pairs[0].start(goals)
        self._launch(pairs[:1], pairs[1:], goals)

    def _launch(self, first: Sequence[SeedRun], others: Sequence[SeedRun], goals: Mapping[str, int]) -> None:
        for pair in (*first, *others):
            pair.submission = Submission(self._id, self._presses, self._quota.limits)
        self._presses += 1
        self._latest, self._waiting = first[-1], others
        self._in_background(self._see_through(others, goals))

    def _let_next_begin_unless_paused(self) -> None:
        if not any(run.state.can_resume for pair in self.pairs for run in pair.runs):
            self._may_begin.set()

    async def _see_through(self, waiting: Sequence[SeedRun], goals: Mapping[str, int]) -> None:
        async with self._saver.holding():
            for model in (model for pair in waiting for model in pair.models if model.name in goals):
                await model.save_goal(goals[model.name])
            dropped = await self._take_turns(waiting, goals)
            for pair in self.pairs:
                await pair.ended()
            # After a lost worker, and where the page was left, their turn comes when the user resumes.
            if not (self._is_left or any(run.is_lost for run in self._latest.runs)):
                for model in (model for pair in dropped for model in pair.models):
                    await model.save()

    async def _take_turns(self, waiting: Sequence[SeedRun], goals: Mapping[str, int]) -> Sequence[SeedRun]:
        """Let those begin whose turn comes, until none waits any more; return those that were dropped."""
        for number, pair in enumerate(waiting):
            await self._latest.has_slots.wait()
            await self._may_begin.wait()
            is_turned_away = self._latest.state is State.FAILED and not self._latest.has_begun  # as the others would be
            if is_turned_away or not self._waiting:
                self._waiting = ()
                return waiting[number:]
            self._latest, self._waiting = pair, waiting[number + 1 :]
            pair.start(goals)
        return ()

    async def _save(self, pair: SeedRun, name: str, record: RunRecord) -> None:
        # A run that was left by its user is no longer trained, but has not ended.
        state = State.PAUSED if self._is_left and record.state == State.STOPPED else record.state
        timed = replace(record, state=state, pair_seconds=pair.seconds, total_seconds=self.seconds)
        await self._saver.save(pair.seed, name, timed)

    def _gather(self) -> ComparisonResult:
        results = [pair.result() for pair in self.begun or self.pairs[:1]]
        first = next((result for result in results if result.can_be_compared), results[0])
        asked = first.comparison.model_copy(update={"seed": self.comparison.seed, "repeat": self.comparison.repeat})
        others = tuple(result for result in results if result is not first)
        return replace(first, comparison=asked, others=others, seconds=self.seconds, state=self.state)

    def _restore(self, saved: SavedComparison) -> None:
        """Become what was saved; seeds that had not begun wait for their turn behind those that had."""
        begun = [pair for pair in self.pairs if pair.seed in {seed for seed, _ in saved.runs}]
        untouched = [pair for pair in self.pairs if pair not in begun]
        for pair in begun:
            pair.restore(saved.runs)
        self._end_after(record.total_seconds for record in saved.runs.values())
        trained = sum(max(run.trained_seconds for run in pair.runs) for pair in self.pairs)
        self._quota.count_from(min(self.seconds, trained))
        self._saver.damage = " ".join(saved.notes)
        suspended = [pair for pair in begun if pair.state.is_active]
        if not suspended and untouched:
            suspended, untouched = untouched[:1], untouched[1:]
            suspended[0].restore({})
        if suspended:
            self._launch(suspended, untouched, {})
