"""Two models that train at the same time, from one seed."""

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from nncompare.comparison.precision import chosen_precision
from nncompare.comparison.quota import Quota
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.run import ModelRun
from nncompare.comparison.slots import SlotAllocation
from nncompare.comparison.state import State, of_pair
from nncompare.comparison.stopwatch import Stopwatch
from nncompare.config import Comparison
from nncompare.data import DataError
from nncompare.engine.client import Engine, EngineError, LostError, Slot
from nncompare.engine.queue_client import Submission
from nncompare.engine.shared import EngineHolder
from nncompare.errors import DeviceError
from nncompare.limits import LimitsError
from nncompare.memory import BudgetError, make_plan, model_memory_limit
from nncompare.messages import Assignment, Setup, VisibleImages
from nncompare.store import RunRecord

TEST_IMAGES = 10_000

Keep = Callable[[int, str, RunRecord], None]
"""Saves what is known of a model from a seed."""


class RunningPair:
    """Both runs of one seed, their common start and end; a comparison that is not repeated has one such pair.

    Everything but `wait` and `wait_for_slots` returns at once.
    """

    def __init__(
        self,
        comparison: Comparison,
        engines: EngineHolder,
        park_seconds: float,
        allowance: Quota,
        keep: Keep = lambda *_: None,
    ) -> None:
        self.comparison = comparison
        self.turn = Submission("")
        self.a = ModelRun("A", comparison.a)
        self.b = ModelRun("B", comparison.b) if comparison.b is not None else None
        self.runs = [run for run in (self.a, self.b) if run is not None]
        self._engines, self._park_seconds, self._allowance = engines, park_seconds, allowance
        for run in self.runs:
            run.on_save = partial(self._keep, keep, run.name)
        self._lock = threading.RLock()
        self._stopwatch = Stopwatch()
        self._seats = SlotAllocation(comparison.threads)
        self._has_slots = threading.Event()
        self._result: ComparisonResult | None = None

    @property
    def state(self) -> State:
        """The state of the pair."""
        return of_pair(run.state for run in self.runs)

    @property
    def version(self) -> int:
        """Grows with every change of either run."""
        return sum(run.version for run in self.runs)

    @property
    def seed(self) -> int:
        """The seed of both runs."""
        return self.comparison.seed

    @property
    def seconds(self) -> float:
        """Wall clock in which at least one of the models was under way."""
        return self._stopwatch.seconds

    def start(self) -> None:
        """Begin in the background; `turn` says as what it waits in line."""
        self._launch(self.runs)

    def stop(self, name: str | None = None, why: str = "") -> None:
        """Ask the runs to end, with a sentence where it is not the user who wants that."""
        for run in self._named(name):
            run.stop(why)

    def pause(self, name: str | None = None) -> None:
        """Ask the runs to wait."""
        for run in self._named(name):
            run.pause()

    def resume(self, name: str | None = None) -> None:
        """Let paused runs go on."""
        for run in self._named(name):
            run.resume()

    def leave(self) -> None:
        """Ask the runs to end here, but to wait in the store for somebody to go on."""
        for run in self.runs:
            run.leave()

    def restore(self, records: Mapping[str, RunRecord]) -> None:
        """Become what was saved, by model; a model of which nothing was saved begins anew."""
        for run in self.runs:
            run.restore(records.get(run.name))
        self._stopwatch.count_from(max((record.pair_seconds for record in records.values()), default=0.0))

    def wait_for_user(self) -> None:
        """Have the runs that were interrupted, and wait to go on, placed on workers when they are resumed."""
        waiting = [run for run in self.runs if run.is_parked]
        if waiting:
            self._mark_begin()
            self._in_background(lambda: self._in_threads(self._go_on, waiting))

    def train_to(self, epochs: Mapping[str, int]) -> None:
        """Bring runs that have ended to so many epochs, by model, from where they left off."""
        runs = [run for run in self.runs if run.name in epochs and run.state.can_train_on]
        if runs:
            self._launch(runs, lambda run: run.train_to(epochs[run.name]))

    def save_wish(self, epochs: Mapping[str, int]) -> None:
        """Save that so many epochs are wanted, by model, before it is the turn of this pair."""
        for run in self.runs:
            if run.name in epochs:
                run.save_wish(epochs[run.name])

    @property
    def has_begun(self) -> bool:
        """Say whether there was room for any of the runs."""
        return any(run.plan is not None for run in self.runs)

    @property
    def was_turned_away(self) -> bool:
        """Say whether the runs failed before there was room for them: others would as well."""
        return not self.has_begun and self.state is State.FAILED

    def show(self, shown: VisibleImages | None) -> None:
        """Say which images are on the screen."""
        for run in self.runs:
            run.show(shown)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most so long; say whether it came."""
        return self._stopwatch.wait(seconds)

    def wait_for_slots(self) -> None:
        """Wait until there is room for what was launched last, or until it will never begin."""
        self._has_slots.wait()

    def result(self) -> ComparisonResult:
        """Give what is known now; after the end all of it, and always the same."""
        with self._lock:
            return self._result or self._gather()

    def _gather(self) -> ComparisonResult:
        is_over = self.wait(0)  # before the copies: what ends while they are made is not in them
        a = ModelResult(self.a, self.comparison, self._engines, self.seed)
        b = ModelResult(self.b, self.comparison, self._engines, self.seed) if self.b is not None else None
        settings = {"a": a.config, "b": b.config if b is not None else None}  # with the epochs that were added
        comparison = self.comparison.model_copy(update=settings)
        result = ComparisonResult(comparison, self.seed, a, b, self.seconds, self.state)
        if is_over:
            self._result = result
        return result

    def _keep(self, keep: Keep, name: str, record: RunRecord) -> None:
        keep(self.seed, name, replace(record, pair_seconds=self.seconds))

    def _named(self, name: str | None) -> list[ModelRun]:
        return [run for run in self.runs if name is None or run.name == name]

    def _launch(self, runs: list[ModelRun], prepare: Callable[[ModelRun], None] | None = None) -> None:
        self._mark_begin()
        for run in runs:
            if prepare is not None:
                prepare(run)
            else:
                run.enter(State.PREPARING)
        self._in_background(lambda: self._work(runs))

    def _mark_begin(self) -> None:
        with self._lock:
            self._result = None
            self._has_slots.clear()
            self._stopwatch.start()

    def _in_background(self, work: Callable[[], None]) -> None:
        def run() -> None:
            try:
                work()
            finally:
                self._has_slots.set()
                self._stopwatch.stop()

        threading.Thread(target=run, name="nncompare-comparison", daemon=True).start()

    def _work(self, runs: list[ModelRun]) -> None:
        for run in runs:
            if run.was_saved:  # epochs are added: also after a crash they are wanted
                run.save()
        self._attempt(runs, lambda: self._train_on(self._engines.get(), runs))

    def _train_on(self, engine: Engine, runs: list[ModelRun]) -> None:
        """Claim a slot for each run at once, so that they start together."""
        self._allowance.require(self.comparison)
        device, turn = self.comparison.device, self.turn
        slots = self._seats.take(engine, runs, device, lambda: any(run.is_unwanted for run in runs), turn)
        if not slots:
            self._part(runs)
            return
        self._has_slots.set()
        self._in_threads(lambda run: self._live(run, engine, slots[runs.index(run)]), runs)

    @staticmethod
    def _in_threads(work: Callable[[ModelRun], None], runs: list[ModelRun]) -> None:
        # Daemons: a worker that hangs must not keep the program from ending.
        threads = [threading.Thread(target=work, args=(run,), daemon=True) for run in runs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _part(self, runs: list[ModelRun]) -> None:
        """End those that are not wanted any more before they began; the other one need not wait for them."""
        unwanted = [run for run in runs if run.is_unwanted]
        left = [run for run in runs if run not in unwanted]
        for run in unwanted:
            run.enter(State.STOPPED, run.why_stopped)
            run.save()
        if left:
            self._train_on(self._engines.get(), left)

    def _live(self, run: ModelRun, engine: Engine, slot: Slot) -> None:
        """Train on a slot; after a long pause on another one."""
        self._attempt([run], lambda: self._go_on(run) if self._follow(run, engine, slot) else None)

    def _go_on(self, run: ModelRun) -> None:
        """Wait until a parked run is wanted, and train on whichever slot is free then."""
        run.wait_while_parked()
        if run.is_unwanted:
            self._part([run])  # without an engine: it might have to be started for that
        else:
            self._attempt([run], lambda: self._train_on(self._engines.get(), [run]))

    @staticmethod
    def _attempt(runs: list[ModelRun], work: Callable[[], None]) -> None:
        """Do what trains these runs; where it breaks off, they fail with a sentence."""
        try:
            work()
        except (DeviceError, BudgetError, LimitsError) as error:
            _refuse(runs, str(error))
        except (DataError, EngineError, ValueError) as error:
            _fail(runs, str(error), is_lost=isinstance(error, LostError))
        except Exception as error:  # a mistake of ours must not leave a screen that waits for ever
            names = " and ".join(f"model {run.name}" for run in runs)
            _fail(runs, f"Training of {names} could not go on ({type(error).__name__}: {error}). Train again.")

    def _follow(self, run: ModelRun, engine: Engine, slot: Slot) -> bool:
        try:
            with self._allowance.watch():
                return run.follow(engine, slot, self._assignment(run, slot))
        finally:
            self._seats.leave(engine, run, slot)  # its predictions need not wait for the other model

    def _assignment(self, run: ModelRun, slot: Slot) -> Assignment:
        comparison, report, start = self.comparison, slot.report, run.checkpoint
        precision = run.precision or chosen_precision(
            comparison.precision, run.config.channels, has_native_bfloat16=report.has_native_bfloat16
        )
        limit = model_memory_limit(comparison.memory_budget, report.available_bytes, report.physical_bytes)
        return Assignment(
            run=secrets.token_hex(8),
            token=report.token,
            setup=Setup(
                config=run.config,
                plan=start.plan if start else make_plan(run.config, limit, TEST_IMAGES, precision),
                device=report.device,
                threads=self._seats.threads_of(run, slot),
                precision=precision,
            ),
            dataset=comparison.dataset,
            train_images=comparison.train_images,
            seed=comparison.seed,
            start=start,
            park_seconds=self._park_seconds,
        )


def _refuse(runs: list[ModelRun], message: str) -> None:
    for run in runs:
        run.is_refused = True
    _fail(runs, message)


def _fail(runs: list[ModelRun], message: str, *, is_lost: bool = False) -> None:
    for run in runs:
        if not run.state.is_over:
            run.break_off(message, is_lost=is_lost)
