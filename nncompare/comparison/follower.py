"""Follows a run on its worker: a small exchange four times a second, until it is over or has left."""

import contextlib
from typing import TYPE_CHECKING, Any

from nncompare.engine.client import Engine, Slot
from nncompare.engine.tasks import exchange, run_training
from nncompare.messages import Assignment, Cursor, Outcome, Report

if TYPE_CHECKING:
    from distributed import Future

    from nncompare.comparison.run import ModelRun

EXCHANGE_SECONDS = 0.25
# While the first point is about to come: somebody has just pressed Train, and waits.
_HURRIED_EXCHANGE_SECONDS = 0.05
_LAST_TRIES, _RESULT_SECONDS = 3, 30.0


class Follower:
    """Carries what the user wants to the worker, and what the worker has to tell back to the run.

    It works on the thread that calls `follow`; the run is told everything and decides what it means.
    """

    def __init__(self, run: "ModelRun", engine: Engine, slot: Slot, assignment: Assignment) -> None:
        self._run, self._engine, self._slot, self._assignment = run, engine, slot, assignment
        self._cursor = Cursor()

    def follow(self) -> None:
        """Train on the slot, and come back when the run is over, has left its worker, or has lost it."""
        key = f"train-{self._assignment.run}"
        future = self._engine.submit(run_training, self._assignment, address=self._slot.address, key=key)
        future.add_done_callback(lambda _: self._run.wish.set())
        try:
            self._watch(future)
        except BaseException:  # a mistake of ours must not leave a run behind that nobody watches
            self._engine.restart(self._slot.address)
            raise

    def _watch(self, future: "Future[Any]") -> None:
        run, engine, address = self._run, self._engine, self._slot.address
        while not future.done():
            run.wish.wait(_HURRIED_EXCHANGE_SECONDS if run.expects_first_point else EXCHANGE_SECONDS)
            run.wish.clear()
            engine.expect(address, run.seconds_left)
            if not self._exchange() and self._has_lost_worker(future):
                future.cancel()
                break
            if run.is_hung:  # a step that takes too long; nothing else could end it
                future.cancel()
                engine.restart(address)
                run.end_hung()
                return
        run.end(self._outcome(future), is_engine_alive=engine.is_alive)

    def _outcome(self, future: "Future[Any]") -> Outcome:
        """Hear the last events and how it ended; both are gone with a worker that was lost a moment ago."""
        if future.status == "finished" and any(self._exchange() for _ in range(_LAST_TRIES)):
            with contextlib.suppress(Exception):  # of many kinds, by what of the engine was lost
                outcome: Outcome = future.result(timeout=_RESULT_SECONDS)
                return outcome
        return Outcome("lost")

    def _exchange(self) -> bool:
        run, name = self._run, self._assignment.run
        try:
            report = self._engine.ask(exchange, name, self._cursor, run.wanted, address=self._slot.address)
        except Exception:  # whatever it is, the worker did not answer; whether it is lost is asked elsewhere
            return False
        if report is not None:
            self._take(report)
        return True

    def _take(self, report: Report) -> None:
        """Hand on what is new: the end of an epoch is told only once it is saved."""
        snapshot = report.snapshot
        if snapshot is not None:
            self._run.save_snapshot(snapshot, report.events[: snapshot.events - self._cursor.events])
        self._run.take(report)
        self._cursor = report.cursor

    def _has_lost_worker(self, future: "Future[Any]") -> bool:
        if future.done():
            return False
        if not self._engine.is_alive:
            return True
        try:
            return not self._engine.has_worker(self._slot.address)
        except Exception:  # not even the scheduler answers
            return not self._engine.is_alive
