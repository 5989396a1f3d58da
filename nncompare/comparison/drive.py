"""Drives a run on its worker: a small exchange four times a second, until it is over or has left."""

import asyncio

from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.state import State
from nncompare.engine.client import Engine
from nncompare.engine.tasks import exchange, run_training
from nncompare.messages import Assignment, Cursor, Outcome

EXCHANGE_SECONDS = 0.25
# While the first point or a pause is about to come: somebody has just pressed a button, and waits.
_HURRIED_EXCHANGE_SECONDS = 0.05
_LAST_TRIES = 3


async def drive(run: ModelRun, engine: Engine, address: str, assignment: Assignment) -> None:
    """Train on a worker, and return when the run is over, has left its worker, or has lost it."""
    key = f"train-{assignment.run}"
    training = asyncio.create_task(engine.run(run_training, assignment, address=address, key=key))
    training.add_done_callback(lambda _: run.wake.set())
    try:
        await _Exchange(run, engine, address, assignment.run).until_over(training)
    except BaseException:  # a mistake here must not leave a run behind that nobody watches
        training.cancel()
        await engine.restart(address)
        raise


class _Exchange:
    """Carries what the user requests to the worker, and what the worker tells back to the run."""

    def __init__(self, run: ModelRun, engine: Engine, address: str, key: str) -> None:
        self._run, self._engine, self._address, self._key = run, engine, address, key
        self._cursor = Cursor()

    async def until_over(self, training: "asyncio.Task[Outcome]") -> None:
        run = self._run
        while not training.done():
            is_awaited = run.view.expects_first_point or run.state is State.PAUSING
            await run.rest(min(EXCHANGE_SECONDS, _HURRIED_EXCHANGE_SECONDS) if is_awaited else EXCHANGE_SECONDS)
            await self._engine.expect(self._address, run.view.seconds_left)
            await self._once()
            if run.is_hung:  # a step that takes too long; nothing else could end it
                training.cancel()
                await self._engine.restart(self._address)
                await run.end_hung()
                return
        await run.end(await self._outcome(training), is_engine_alive=self._engine.is_alive)

    async def _outcome(self, training: "asyncio.Task[Outcome]") -> Outcome:
        """Hear the last events and how it ended; where either is gone with the worker, the run is lost."""
        if training.cancelled() or training.exception() is not None:
            return Outcome("lost")
        for _ in range(_LAST_TRIES):
            if await self._once():
                return training.result()
        return Outcome("lost")

    async def _once(self) -> bool:
        """Exchange once; return whether the worker answered."""
        run, cursor = self._run, self._cursor
        try:
            report = await self._engine.ask(exchange, self._key, cursor, run.requested, address=self._address)
        except Exception:  # whatever it is, the worker did not answer; the engine finds out whether it is lost
            return False
        if report is not None:
            await run.take(report, cursor.events)
            self._cursor = report.cursor
        return True
