"""Drives a run on its worker: a small exchange four times a second, until it is over or has left."""

import asyncio
import time

from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.state import State
from nncompare.engine.client import Engine
from nncompare.engine.tasks import exchange, run_training
from nncompare.messages import Assignment, Outcome

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
        while not training.done():
            is_awaited = run.view.expects_first_point or run.state is State.PAUSING
            await run.rest(min(EXCHANGE_SECONDS, _HURRIED_EXCHANGE_SECONDS) if is_awaited else EXCHANGE_SECONDS)
            await engine.expect(address, run.view.seconds_left)
            await _exchange(run, engine, address, assignment.run)
            if time.monotonic() > run.stop_deadline:  # a step takes too long; nothing else could end it
                training.cancel()
                await engine.restart(address)
                await run.end_hung()
                return
        is_answered = not training.cancelled() and training.exception() is None
        has_last_events = is_answered and await _exchange(run, engine, address, assignment.run, tries=_LAST_TRIES)
        await run.end(training.result() if has_last_events else Outcome("lost"), is_engine_alive=engine.is_alive)
    except BaseException:  # a mistake here must not leave a run behind that nobody watches
        training.cancel()
        await engine.restart(address)
        raise


async def _exchange(run: ModelRun, engine: Engine, address: str, key: str, tries: int = 1) -> bool:
    """Tell the worker what the user requests, and the run what the worker tells; return whether that answered."""
    for _ in range(tries):
        try:
            report = await engine.ask(exchange, key, run.cursor, run.requested, address=address)
        except Exception:  # whatever it is, the worker did not answer; the engine finds out whether it is lost
            continue
        if report is not None:
            await run.take(report)
        return True
    return False
