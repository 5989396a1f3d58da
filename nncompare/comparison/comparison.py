"""Two configurations in, one growing history of both out; where it is asked for, from several seeds."""

import secrets
import threading
from dataclasses import replace
from functools import partial
from math import ceil

from nncompare.comparison.autosaver import AutoSaver
from nncompare.comparison.pair import RunningPair
from nncompare.comparison.quota import Quota
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State, of_series
from nncompare.comparison.stopwatch import Stopwatch
from nncompare.comparison.turns import Begin, SeedSchedule
from nncompare.config import Comparison
from nncompare.engine.fair_queue import QueuePosition
from nncompare.engine.queue_client import Submission
from nncompare.engine.shared import EngineHolder
from nncompare.limits import Limits
from nncompare.messages import PARK_SECONDS, VisibleImages
from nncompare.store import RunFolder, RunRecord, SavedComparison, Store


class RunningComparison:
    """A comparison under way: one pair of runs for each seed.

    The pairs take turns: one begins as soon as the one before it has found room on the engine, so they are trained
    one after the other on a small machine, and several at once on a large one. Each pair trains as if it were alone.

    Nothing here waits for a screen, and no screen has to wait for it: everything but `wait` returns at once.
    What is said of a model by name is meant for it in the current pair; what is said of none, for all of every seed.
    Epochs are always added to every seed: they are compared, and so must be of one length.

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
        shelf: RunFolder | None = None,
    ) -> None:
        self.comparison = comparison
        self._id, self._presses = secrets.token_hex(8), 0
        self._allowance = Quota(
            limits if limits is not None else Limits.from_environment(), on_end=lambda why: self._stop_all(why)
        )
        self._keeper = AutoSaver(comparison, store, shelf)
        self.pairs = [
            RunningPair(
                comparison.model_copy(update={"seed": seed, "repeat": 1}),
                engines,
                park_seconds,
                self._allowance,
                self._keep,
            )
            for seed in comparison.seeds
        ]
        self._lock = threading.RLock()
        self._stopwatch = Stopwatch()
        self._turns = SeedSchedule(self.pairs[0], self._lock)
        self._is_left = False
        self._result: ComparisonResult | None = None

    @classmethod
    def reopen(
        cls, shelf: RunFolder, engines: EngineHolder, *, park_seconds: float = PARK_SECONDS
    ) -> "RunningComparison":
        """Make a comparison of what was saved. Runs that were under way wait; `resume` goes on from their last epoch.

        Raises
        ------
        StoreError
            When it was interrupted, but somebody else goes on with it; or when it cannot be read.
        """
        saved = shelf.load()
        if saved.is_interrupted:
            shelf.hold()
        running = cls(saved.comparison, engines, park_seconds=park_seconds, shelf=shelf)
        running._restore(saved)
        return running

    @property
    def saved_id(self) -> str | None:
        """The name of this comparison in the store; None while it has none."""
        return self._keeper.id

    @property
    def storage_note(self) -> str:
        """What the user should know of the store: what was damaged, and why something is not saved; mostly empty."""
        return self._keeper.note

    @property
    def current(self) -> RunningPair:
        """The pair to look at: the first one under way; after the end the last one that was."""
        under_way = [pair for pair in self.pairs if pair.state.is_active]
        candidates = [pair for pair in under_way if pair.has_begun] or under_way or self.begun[-1:] or self.pairs
        return candidates[0]

    @property
    def begun(self) -> list[RunningPair]:
        """The pairs that have found room on the engine, in the order of their seeds."""
        return [pair for pair in self.pairs if pair.has_begun]

    @property
    def runs(self) -> list[ModelRun]:
        """The runs of the current pair."""
        return self.current.runs

    @property
    def a(self) -> ModelRun:
        """The run of model A in the current pair."""
        return self.current.a

    @property
    def b(self) -> ModelRun | None:
        """The run of model B in the current pair."""
        return self.current.b

    @property
    def place(self) -> QueuePosition | None:
        """Where the current pair stands in line; None when nothing of it waits for workers."""
        places = [run.place for run in self.runs if run.place is not None and run.place.position]
        return places[0] if places else None

    @property
    def state(self) -> State:
        """The state of the whole."""
        return of_series(State.PREPARING if pair in self._turns.waiting else pair.state for pair in self.pairs)

    @property
    def version(self) -> int:
        """Grows with every change of any run."""
        return self._turns.taken + sum(pair.version for pair in self.pairs)

    @property
    def seconds(self) -> float:
        """Wall clock in which at least one run was under way."""
        return self._stopwatch.seconds

    @property
    def can_train_on(self) -> bool:
        """Say whether epochs may be added to runs that have ended; of several seeds only once all have.

        They may not where the server allows no more, of epochs or of time.
        """
        may_grow = any(self._allowance.epochs(ceil(run.epoch) + 1) > run.epoch for run in self.runs)
        return (len(self.pairs) == 1 or self.wait(0)) and may_grow and not self._allowance.is_used_up

    @property
    def has_stood_in_line(self) -> bool:
        """Say whether workers were asked for here, and not only in the past that was reopened."""
        return self._presses > 0

    def states(self) -> list[State]:
        """List the states of all runs; those of a pair that waits for its turn are being prepared."""
        waiting = self._turns.waiting
        to_come = [State.PREPARING for pair in waiting for _ in pair.runs]
        return to_come + [run.state for pair in self.pairs if pair not in waiting for run in pair.runs]

    def start(self) -> None:
        """Begin in the background."""
        self._launch(self.pairs, RunningPair.start)

    def stop(self, name: str | None = None) -> None:
        """Ask the runs to end; without a name no other seed begins."""
        with self._lock:
            if name is None:
                self._stop_all()
            else:
                self.current.stop(name)
                self._let_others_begin()

    def leave(self) -> None:
        """End here, as when the page is closed: what was under way can go on another time, from the store."""
        with self._lock:
            self._is_left = True
            self._turns.drop()
            for pair in self.pairs:
                pair.leave()
            self._let_others_begin()

    def pause(self, name: str | None = None) -> None:
        """Ask the runs to wait."""
        with self._lock:
            if name is None:
                self._turns.hold()
            for pair in self._meant(name):
                pair.pause(name)

    def resume(self, name: str | None = None) -> None:
        """Let paused runs go on."""
        with self._lock:
            for pair in self._meant(name):
                pair.resume(name)
            self._let_others_begin()

    def train_on(self, epochs: int, name: str | None = None) -> None:
        """Add epochs to runs that have ended, where they left off; nothing happens where `can_train_on` says no.

        Of several seeds, those that were left behind come as far as the others.
        """
        if not self.can_train_on:
            return
        named = [run for pair in self.pairs for run in pair.runs if name in (None, run.name)]
        ready = [run for run in named if run.state.can_train_on]
        targets = {run.name: 0 for run in ready}
        for run in ready:
            wish = self._allowance.epochs(ceil(run.epoch) + epochs)
            targets[run.name] = max(targets[run.name], wish)
        pairs = [pair for pair in self.pairs if any(run in pair.runs for run in ready)]
        self._launch(pairs, lambda pair: pair.train_to(targets), lambda pair: pair.save_wish(targets))

    def show(self, shown: VisibleImages | None) -> None:
        """Say which images are on the screen."""
        for pair in self.pairs:
            pair.show(shown)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most so long; say whether it came."""
        return self._stopwatch.wait(seconds)

    def result(self) -> ComparisonResult:
        """Give what is known now; after the end all of it, and always the same."""
        with self._lock:
            return self._result or self._gather()

    def _stop_all(self, why: str = "") -> None:
        with self._lock:
            self._turns.drop()
            for pair in self.pairs:
                pair.stop(why=why)
            self._let_others_begin()

    def _meant(self, name: str | None) -> list[RunningPair]:
        return self.pairs if name is None else [self.current]

    def _let_others_begin(self) -> None:
        """Give the next pair its turn unless a run waits for the user."""
        if not any(run.state in (State.PAUSING, State.PAUSED) for pair in self.pairs for run in pair.runs):
            self._turns.go_on()

    def _gather(self) -> ComparisonResult:
        is_over = self.wait(0)
        results = [pair.result() for pair in self.begun or self.pairs[:1]]
        first = next((result for result in results if result.can_be_compared), results[0])
        result = replace(
            first,
            comparison=first.comparison.model_copy(
                update={"seed": self.comparison.seed, "repeat": self.comparison.repeat}
            ),
            others=tuple(other for other in results if other is not first),
            seconds=self.seconds,
            state=self.state,
        )
        if is_over:
            self._result = result
        return result

    def _launch(self, pairs: list[RunningPair], begin: Begin, announce: Begin = lambda _: None) -> None:
        if not pairs:
            return
        with self._lock:
            self._result = None
            self._stopwatch.start()
            self._stand_in_line(pairs)
            self._turns.launch(pairs, begin)
            self._in_background(begin, announce)

    def _stand_in_line(self, pairs: list[RunningPair]) -> None:
        """Have these pairs wait for workers as one turn of this comparison."""
        for pair in pairs:
            pair.turn = Submission(self._id, self._presses, self._allowance.limits)
        self._presses += 1

    def _in_background(self, begin: Begin, announce: Begin = lambda _: None) -> None:
        work = partial(self._see_through, list(self._turns.waiting), begin, announce)
        threading.Thread(target=work, name="nncompare-seeds", daemon=True).start()

    def _keep(self, seed: int, name: str, record: RunRecord) -> None:
        self._keeper.save(seed, name, record, self.seconds)

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
        self._stopwatch.count_from(total)
        self._allowance.count_from(min(total, _seconds_on_workers(saved)))
        self._keeper.damage = " ".join(saved.notes)
        waiting = [pair for pair in begun if pair.state.is_active]
        if not waiting and untouched:
            waiting, untouched = untouched[:1], untouched[1:]
            waiting[0].restore({})
        if not waiting:
            return
        self._turns.follow(waiting[-1], untouched)
        self._stopwatch.start()
        self._stand_in_line([*waiting, *untouched])
        for pair in waiting:
            pair.wait_for_user()
        self._in_background(RunningPair.start)

    def _mark_dropped(self, pairs: list[RunningPair]) -> None:
        """Have the store know which seeds will not begin, or not go on."""
        for run in (run for pair in pairs for run in pair.runs):
            run.save()

    def _see_through(self, waiting: list[RunningPair], begin: Begin, announce: Begin) -> None:
        """Have those begin that wait for their turn, and wait for the end of all."""
        self._keeper.begin()
        try:
            for pair in waiting:
                announce(pair)
            dropped = self._turns.take(waiting, begin)
            for pair in self.pairs:
                if pair.state is not State.IDLE:
                    pair.wait()
            # After a lost worker, and where the page was left, their turn comes when the user resumes.
            if not (self._is_left or self._turns.has_lost_worker):
                self._mark_dropped(dropped)
        finally:
            self._keeper.end()
            self._stopwatch.stop()


def _seconds_on_workers(saved: SavedComparison) -> float:
    """Add up over the seeds how long the longer of both models has trained."""
    longest: dict[int, float] = {}
    for (seed, _), record in saved.runs.items():
        seconds = record.progress.seconds if record.progress is not None else 0.0
        longest[seed] = max(longest.get(seed, 0.0), seconds)
    return sum(longest.values())
