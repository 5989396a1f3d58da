"""Two configurations in, one growing history of both out."""

import secrets
import threading
import time
from collections.abc import Callable

from nncompare.comparison.engine import Engine, EngineError, Slot
from nncompare.comparison.engine_holder import EngineHolder, shared_engine
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State, of_pair
from nncompare.config import Comparison
from nncompare.data import DataError, fetch
from nncompare.memory import make_plan, model_memory_limit
from nncompare.training.desk import Shown
from nncompare.training.errors import DeviceError
from nncompare.training.worker import Assignment

TEST_IMAGES = 10_000


class RunningComparison:
    """A comparison under way: both runs, their common start and end.

    Nothing here waits for a screen, and no screen has to wait for it: `start` returns at once.
    """

    def __init__(self, comparison: Comparison, engines: EngineHolder) -> None:
        self.comparison = comparison
        self.a = ModelRun("A", comparison.a)
        self.b = ModelRun("B", comparison.b) if comparison.b is not None else None
        self.runs = [run for run in (self.a, self.b) if run is not None]
        self.seconds = 0.0
        self._engines = engines
        self._over = threading.Event()
        self._is_stopped = False
        self._result: ComparisonResult | None = None

    @property
    def state(self) -> State:
        """The state of the pair."""
        return of_pair([run.state for run in self.runs])

    @property
    def version(self) -> int:
        """Grows with every change of either run."""
        return sum(run.version for run in self.runs)

    def start(self) -> None:
        """Begin in the background."""
        for run in self.runs:
            run.enter(State.PREPARING)
        threading.Thread(target=self._work, name="nncompare-comparison", daemon=True).start()

    def stop(self) -> None:
        """Ask both runs to end."""
        self._is_stopped = True
        for run in self.runs:
            run.stop()

    def show(self, shown: Shown | None) -> None:
        """Say which images are on the screen."""
        for run in self.runs:
            run.show(shown)

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end, at most so long; say whether it came."""
        return self._over.wait(seconds)

    def result(self) -> ComparisonResult:
        """Give what is known now; after the end all of it, and always the same."""
        if self._result is not None:
            return self._result
        a = ModelResult(self.a, self.comparison, self._engines)
        b = ModelResult(self.b, self.comparison, self._engines) if self.b is not None else None
        result = ComparisonResult(self.comparison, a, b, self.seconds, self.state)
        if self._over.is_set():
            self._result = result
        return result

    def _work(self) -> None:
        began = time.monotonic()
        try:
            self._train_on(self._engines.get())
        except (DataError, DeviceError, EngineError, ValueError) as error:
            self._fail(str(error))
        except Exception as error:  # a mistake of ours must not leave a screen that waits for ever
            self._fail(f"The comparison could not go on ({type(error).__name__}: {error}). Train again.")
        finally:
            self.seconds = time.monotonic() - began
            self._over.set()

    def _train_on(self, engine: Engine) -> None:
        slots = engine.claim(len(self.runs), self.comparison.device, is_cancelled=lambda: self._is_stopped)
        try:
            if not slots:
                self._end_before_start()
                return
            # Daemons: a worker that hangs must not keep the program from ending.
            threads = [
                threading.Thread(target=self._follow, args=(run, engine, slot), daemon=True)
                for run, slot in zip(self.runs, slots, strict=True)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        finally:
            engine.release([slot.address for slot in slots])

    def _follow(self, run: ModelRun, engine: Engine, slot: Slot) -> None:
        try:
            assignment = self._assignment(run, slot)
        except ValueError as error:  # what does not fit says so itself
            run.fail(str(error))
            return
        try:
            run.follow(engine, slot, assignment)
        except Exception as error:  # the other model goes on
            run.fail(f"Model {run.name} could not go on ({error}). Train again.")
        finally:
            engine.release([slot.address])  # its predictions need not wait for the other model

    def _assignment(self, run: ModelRun, slot: Slot) -> Assignment:
        comparison = self.comparison
        report = slot.report
        limit = model_memory_limit(comparison.memory_budget, report.available_bytes, report.physical_bytes)
        return Assignment(
            run=secrets.token_hex(8),
            token=report.token,
            config=run.config,
            plan=make_plan(run.config, limit, TEST_IMAGES, comparison.precision),
            dataset=comparison.dataset,
            train_images=comparison.train_images,
            seed=comparison.seed,
            precision=comparison.precision,
            device=report.device,
            threads=slot.threads,
        )

    def _end_before_start(self) -> None:
        for run in self.runs:
            run.enter(State.STOPPED)

    def _fail(self, message: str) -> None:
        for run in self.runs:
            if not run.state.is_over:
                run.fail(message)


def compare(
    comparison: Comparison,
    *,
    data_progress: Callable[[int, int], None] | None = None,
    watch: Callable[[RunningComparison], None] | None = None,
) -> ComparisonResult:
    """Train both models of a comparison and wait for the end; also from a plain script.

    Parameters
    ----------
    comparison : Comparison
        What to train. A data set that is missing is downloaded or made first.
    data_progress : callable, optional
        Called with (done, total) while the data set is fetched.
    watch : callable, optional
        Called four times a second with the running comparison.

    Raises
    ------
    ComparisonError
        When a model failed; the message is a sentence for the user, and `result` holds what was reached.
    DataError
        When the data set can neither be found nor fetched.

    Notes
    -----
    After Ctrl-C both models stop and the KeyboardInterrupt goes on.
    """
    fetch(comparison.dataset, progress=data_progress)
    shared_engine.join()  # for good: a script that compares once compares again
    running = RunningComparison(comparison, shared_engine)
    running.start()
    try:
        while not running.wait(0.25):
            if watch is not None:
                watch(running)
    except BaseException:
        running.stop()
        running.wait(10)
        raise
    if watch is not None:
        watch(running)
    result = running.result()
    result.raise_for_failure()
    return result
