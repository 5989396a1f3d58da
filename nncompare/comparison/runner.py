"""Two configurations in, one growing history of both out; where it is asked for, from several seeds."""

import asyncio
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import ceil

from nncompare.comparison.autosaver import AutoSaver
from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.quota import Quota
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.seed_run import SeedRun
from nncompare.comparison.seeds import Seeds
from nncompare.comparison.under_way import UnderWay
from nncompare.config import Comparison
from nncompare.engine import loop
from nncompare.engine.loop import on_loop
from nncompare.engine.queue_client import Submission
from nncompare.engine.shared import EngineHolder
from nncompare.limits import Limits
from nncompare.messages import PARK_SECONDS, VisibleImages
from nncompare.store import RunFolder, RunRecord, SavedComparison, Store


class ComparisonRun(Seeds, UnderWay):
    """A comparison under way: both models, from each of its seeds.

    The seeds are trained one after the other on a small machine, and several at once on a large one; each trains as if
    it were alone.

    Everything happens on the event loop. What is known is published there and may be read on any thread; a command has
    taken effect when it returns. With a model's name it is meant for that model of the current seed, without one for
    all of every seed. Epochs are always added to every seed: they are compared, and so must be of one length.

    With a store, it is saved as it goes; `reopen` makes a comparison of what was saved.
    """

    def __init__(
        self,
        comparison: Comparison,
        engines: EngineHolder,
        *,
        park_seconds: float = PARK_SECONDS,
        limits: Limits | None = None,
        store: Store | None = None,
        folder: RunFolder | None = None,
    ) -> None:
        self.comparison = comparison
        self._id, self._presses = secrets.token_hex(8), 0
        limits = limits if limits is not None else Limits.from_environment()
        self._quota = Quota(limits, on_end=lambda why: self.stop(why=why))
        self._saver = AutoSaver(comparison, store, folder)
        alone = [comparison.model_copy(update={"seed": seed, "repeat": 1}) for seed in comparison.seeds]
        Seeds.__init__(self, [SeedRun(one, engines, park_seconds, self._quota, self._save) for one in alone])
        UnderWay.__init__(self)
        self._is_left = False

    @classmethod
    def reopen(cls, folder: RunFolder, engines: EngineHolder, *, park_seconds: float = PARK_SECONDS) -> "ComparisonRun":
        """Make a comparison of what was saved. Runs that were under way wait; `resume` goes on from their last epoch.

        Raises
        ------
        StoreError
            When it was interrupted, but somebody else goes on with it; or when it cannot be read.
        """
        saved = folder.load()
        if saved.is_interrupted:
            folder.hold()
        running = cls(saved.comparison, engines, park_seconds=park_seconds, folder=folder)
        loop.call(running._restore, saved)
        return running

    @property
    def saved_id(self) -> str | None:
        """The name of this comparison in the store; None while it has none."""
        return self._saver.id

    @property
    def storage_note(self) -> str:
        """What the user should know of the store: what was damaged, and why something is not saved; mostly empty."""
        return self._saver.note

    @property
    def can_train_on(self) -> bool:
        """Whether epochs may be added to runs that have ended; of several seeds only once all have.

        They may not where the server allows no more, of epochs or of time.
        """
        may_grow = any(self._quota.epochs(ceil(run.epoch) + 1) > run.epoch for run in self.runs)
        return (len(self.pairs) == 1 or self.wait(0)) and may_grow and not self._quota.is_used_up

    @property
    def has_stood_in_line(self) -> bool:
        """Whether workers were asked for here, and not only in the past that was reopened."""
        return self._presses > 0

    @on_loop
    def start(self) -> None:
        """Begin in the background."""
        self._launch(self.pairs)

    @on_loop
    def stop(self, name: str | None = None, why: str = "") -> None:
        """Request the end, with a sentence where it is not the user's wish; without a name no other seed begins."""
        if name is None:
            self._waiting = ()
        for model in self._models(name):
            model.stop(why)
        self._let_next_begin()

    @on_loop
    def leave(self) -> None:
        """End here, as when the page is closed: what was under way can go on another time, from the store."""
        self._is_left, self._waiting = True, ()
        for model in self._models(None):
            model.leave()
        self._let_next_begin()

    @on_loop
    def pause(self, name: str | None = None) -> None:
        """Request a pause."""
        if name is None:
            self._may_begin.clear()
        for model in self._models(name):
            model.pause()

    @on_loop
    def resume(self, name: str | None = None) -> None:
        """Let paused runs go on."""
        for model in self._models(name):
            model.resume()
        self._let_next_begin()

    @on_loop
    def train_on(self, epochs: int, name: str | None = None) -> None:
        """Add epochs to runs that have ended, where they left off; nothing happens where `can_train_on` is false.

        Of several seeds, those that were left behind come as far as the others.
        """
        if not self.can_train_on:
            return
        ready = [run for pair in self.pairs for run in pair.runs if name in (None, run.name) and run.state.can_train_on]
        goals: dict[str, int] = {}
        for run in ready:
            goals[run.name] = max(goals.get(run.name, 0), self._quota.epochs(ceil(run.epoch) + epochs))
        seeds = {run.seed for run in ready}
        if seeds:
            self._launch([pair for pair in self.pairs if pair.seed in seeds], goals)

    @on_loop
    def show(self, shown: VisibleImages | None) -> None:
        """Set which images are on the screen."""
        for model in self._models(None):
            model.show(shown)

    def _models(self, name: str | None) -> list[ModelRun]:
        """Choose the runs that a command is meant for."""
        pairs = self.pairs if name is None else [self.current]
        return [model for pair in pairs for model in pair.models if name in (None, model.name)]

    def _launch(self, pairs: Sequence[SeedRun], goals: Mapping[str, int] | None = None) -> None:
        self._stand_in_line(pairs)
        self._waiting = tuple(pairs)
        self._may_begin.set()
        self._begin_next(goals)
        self._in_background(self._see_through(self._waiting, goals))

    def _stand_in_line(self, pairs: Sequence[SeedRun]) -> None:
        """Let these seeds wait for workers as one press of this comparison."""
        for pair in pairs:
            pair.submission = Submission(self._id, self._presses, self._quota.limits)
        self._presses += 1

    async def _see_through(self, waiting: Sequence[SeedRun], goals: Mapping[str, int] | None) -> None:
        """Let those begin that wait for their turn, and wait for the end of all."""
        await asyncio.to_thread(self._saver.begin)
        try:
            for pair in waiting:
                await pair.save_goals(goals or {})
            dropped = await self._take_turns(waiting, goals)
            for pair in self.pairs:
                await pair.ended()
            # After a lost worker, and where the page was left, their turn comes when the user resumes.
            if not (self._is_left or any(run.is_lost for run in self._latest.runs)):
                for model in (model for pair in dropped for model in pair.models):
                    await model.save()
        finally:
            await asyncio.to_thread(self._saver.end)

    async def _save(self, pair: SeedRun, name: str, record: RunRecord) -> None:
        timed = replace(record, pair_seconds=pair.seconds, total_seconds=self.seconds)
        await asyncio.to_thread(self._saver.save, pair.seed, name, timed)

    def _gather(self) -> ComparisonResult:
        results = [pair.result() for pair in self.begun or self.pairs[:1]]
        first = next((result for result in results if result.can_be_compared), results[0])
        asked = first.comparison.model_copy(update={"seed": self.comparison.seed, "repeat": self.comparison.repeat})
        others = tuple(result for result in results if result is not first)
        return replace(first, comparison=asked, others=others, seconds=self.seconds, state=self.state)

    def _restore(self, saved: SavedComparison) -> None:
        """Become what was saved; seeds that had not begun wait for their turn behind those that had."""
        by_seed = {
            pair.seed: {name: run for (seed, name), run in saved.runs.items() if seed == pair.seed}
            for pair in self.pairs
        }
        untouched = [pair for pair in self.pairs if not by_seed[pair.seed]]
        begun = [pair for pair in self.pairs if pair not in untouched]
        for pair in begun:
            pair.restore(by_seed[pair.seed])
        total = max((record.total_seconds for record in saved.runs.values()), default=0.0)
        self._count_from(total)
        self._quota.count_from(min(total, _seconds_on_workers(saved)))
        self._saver.damage = " ".join(saved.notes)
        suspended = [pair for pair in begun if pair.state.is_active]
        if not suspended and untouched:
            suspended, untouched = untouched[:1], untouched[1:]
            suspended[0].restore({})
        if suspended:
            self._latest, self._waiting = suspended[-1], tuple(untouched)
            self._stand_in_line([*suspended, *untouched])
            for pair in suspended:
                pair.wait_for_user()
            self._in_background(self._see_through(untouched, None))


def _seconds_on_workers(saved: SavedComparison) -> float:
    """Add up over the seeds how long the longer of both models has trained."""
    longest: dict[int, float] = {}
    for (seed, _), record in saved.runs.items():
        seconds = record.progress.seconds if record.progress is not None else 0.0
        longest[seed] = max(longest.get(seed, 0.0), seconds)
    return sum(longest.values())
