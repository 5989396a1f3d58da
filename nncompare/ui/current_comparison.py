"""The comparison that the page shows: the one that was started or opened last."""

import threading

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.engine.shared import EngineHolder
from nncompare.lessons import GuessedLesson
from nncompare.limits import Limits
from nncompare.store import Store

_PARTING_SECONDS = 15.0


class CurrentComparison:
    """Controls and leaves comparisons, one after the other; `running` is the one that is shown.

    Another dashboard of the kernel may take it over at any time, on a thread of its own.
    """

    def __init__(self, engines: EngineHolder, limits: Limits, store: Store) -> None:
        self.engines, self.limits, self.store = engines, limits, store
        self.running: ComparisonRun | None = None
        self._ended: ComparisonResult | None = None
        self._begun_before = 0
        engines.join()

    @property
    def state(self) -> State:
        """The state of the whole."""
        return running.state if (running := self.running) is not None else State.IDLE

    @property
    def expects_first_point(self) -> bool:
        """Whether somebody waits for the first point of a curve."""
        return (running := self.running) is not None and any(run.expects_first_point for run in running.runs)

    @property
    def result(self) -> ComparisonResult | None:
        """The last comparison that has ended; None before."""
        return running.result() if (running := self.running) is not None and running.wait(0) else self._ended

    @property
    def problems(self) -> dict[str, str]:
        """Why no other comparison may begin on this server, in a sentence."""
        most = self.limits.most_comparisons
        return {"comparisons": self.limits.no_more_comparisons} if most is not None and self._begun >= most else {}

    @property
    def _begun(self) -> int:
        """Count the comparisons for which there was room here; those that are only looked at do not count."""
        running = self.running
        return self._begun_before + bool(running is not None and running.begun and running.has_stood_in_line)

    def planned(self, comparison: Comparison, lesson: GuessedLesson | None = None) -> ComparisonRun:
        """Return a comparison of these settings, for this lesson, that has not begun."""
        return ComparisonRun(comparison, self.engines, limits=self.limits, store=self.store, lesson=lesson)

    def reopened(self, id_: str) -> ComparisonRun:
        """Return a saved comparison as it was; that takes a moment."""
        return ComparisonRun.reopen(self.store.open(id_), self.engines)

    def replace(self, running: ComparisonRun) -> None:
        """Show this one from now on."""
        self._ended, self._begun_before = self.result, self._begun
        self.running = running

    def control(self, action: str, name: str | None, more_epochs: int) -> None:
        """Pause, resume, stop or train on; what the state does not allow changes nothing."""
        running = self.running
        if running is not None and action == "train_on":
            self._ended = self.result
            running.train_on(more_epochs, name)
        elif running is not None:
            getattr(running, action)(name)

    def hand_over(self) -> ComparisonRun:
        """Return what is shown, which others show and control from now on."""
        running, self.running = self.running, None
        assert running is not None
        return running

    def leave(self) -> None:
        """Leave what trains to the store, and the workers to others."""
        running = self.running
        if running is not None and running.state.is_active:
            running.leave()
            threading.Thread(target=self._leave_engine, args=(running,), daemon=True).start()
        else:
            self.engines.leave()

    def _leave_engine(self, running: ComparisonRun) -> None:
        running.wait(_PARTING_SECONDS)  # so that the workers hear of the stop: those of a server would go on
        self.engines.leave()
