"""Drives a run on its worker: a small exchange four times a second, until it is over or has left."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from nncompare.comparison import endings
from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.state import State
from nncompare.engine.client import DisconnectedError, Engine, SilentError
from nncompare.engine.tasks import exchange, run_training
from nncompare.machine.oom_kills import oom_kills
from nncompare.messages import Assignment, Outcome

EXCHANGE_SECONDS = 0.25
# While the first point or a pause is about to come: somebody has just pressed a button, and waits.
_HURRIED_EXCHANGE_SECONDS = 0.05
_LAST_TRIES = 3
_SILENCE_LOOK_SECONDS = 0.25
_LITTLE_MEMORY = 0.05


async def drive(run: ModelRun, engine: Engine, address: str, assignment: Assignment) -> None:
    """Train on a worker, and return when the run is over, has left its worker, or has lost it."""
    async with silence_told([run], lambda: engine.seconds_silent(address)):
        await _drive(run, engine, address, assignment)


@asynccontextmanager
async def silence_told(runs: Sequence[ModelRun], seconds: Callable[[], float]) -> AsyncIterator[None]:
    """Tell the runs meanwhile for how many `seconds` nothing has been heard that they wait for."""

    async def tell() -> None:
        while True:
            for run in runs:
                run.tell(seconds_silent=seconds())
            await asyncio.sleep(_SILENCE_LOOK_SECONDS)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        for run in runs:
            run.tell(seconds_silent=0.0)


async def _drive(run: ModelRun, engine: Engine, address: str, assignment: Assignment) -> None:
    kills_before = oom_kills()
    training = asyncio.create_task(engine.run(run_training, assignment, address=address, key=f"train-{assignment.run}"))
    training.add_done_callback(lambda _: run.wake.set())
    try:
        while not training.done():
            is_awaited = run.view.expects_first_point or run.state is State.PAUSING
            await run.rest(min(EXCHANGE_SECONDS, _HURRIED_EXCHANGE_SECONDS) if is_awaited else EXCHANGE_SECONDS)
            # Both at once: where nobody answers, each takes as long as a question may.
            await asyncio.gather(
                engine.expect(address, run.view.seconds_left), _exchange(run, engine, address, assignment.run)
            )
            if time.monotonic() > run.stop_deadline:  # a step takes too long; nothing else could end it
                training.cancel()
                await run.end_hung(is_restarted=await engine.restart(address))
                return
        is_answered = not training.cancelled() and training.exception() is None
        if is_answered and await _exchange(run, engine, address, assignment.run, tries=_LAST_TRIES):
            await run.end(training.result())
        else:
            await _lose(run, engine, address, training, kills_before)
    except BaseException:  # a mistake here must not leave a run behind that nobody watches
        training.cancel()
        await engine.restart(address)
        raise


async def _lose(
    run: ModelRun, engine: Engine, address: str, training: "asyncio.Task[Outcome]", kills_before: int
) -> None:
    """Tell what became of a run that was lost, and why, as far as that is known; a silent worker is restarted."""
    error = training.exception() if not training.cancelled() else None
    if isinstance(error, SilentError):
        await run.lose(error.what(f"the worker of model {run.name}" if error.is_worker else ""))
        if error.is_worker:  # the next run must not wait for it
            await engine.restart(address)
    elif isinstance(error, DisconnectedError) or not engine.is_alive:
        await run.lose(endings.CONNECTION_LOST)
    else:
        was_short = run.memory_left < _LITTLE_MEMORY or oom_kills() > kills_before
        was_short = was_short or await engine.was_ended_for_memory(address)
        await run.lose(endings.worker_ended(run.name), was_memory_short=was_short)


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
