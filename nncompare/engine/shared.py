"""One engine for a program or a notebook, which its dashboards share, and so the cores; and predictions on it."""

import atexit
import threading
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from nncompare.engine import loop
from nncompare.engine.client import Engine, EngineError, SilentError, Slot
from nncompare.engine.tasks import predict
from nncompare.memory import model_share
from nncompare.messages import PredictionRequest

T = TypeVar("T")

PARTING_SECONDS = 3.0
"""How long a program that ends waits for a thread that looks for an engine, which may take a minute."""
_BUSY = "All workers are busy with other trainings. Try again when one of them has ended."


class EngineHolder:
    """Keeps one engine, starts it when it is first wanted, and again when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._users = 0
        self._is_closed = False
        atexit.register(self.close)

    def join(self) -> None:
        """Count one more who may want the engine."""
        with self._lock:
            self._users += 1

    def leave(self) -> None:
        """Count one less; when nobody is left the engine ends, until somebody wants it again."""
        with self._lock:
            self._users -= 1
            if self._users <= 0:
                self._end()

    def get(self) -> Engine:
        """Return a living engine; raise `EngineError` when none can be had."""
        with self._lock:
            if self._is_closed:
                raise EngineError("The engine was closed. Open the dashboard again.")
            if self._engine is not None and not self._engine.is_alive:
                self._end()
            if self._engine is None:
                self._engine = Engine()
            return self._engine

    def close(self) -> None:
        """End the engine, for good; one that is only just being looked for ends with this process."""
        self._is_closed = True
        if self._lock.acquire(timeout=PARTING_SECONDS):
            try:
                self._end()
            finally:
                self._lock.release()
        atexit.unregister(self.close)

    def _end(self) -> None:
        if self._engine is not None:
            self._engine.close()
            self._engine = None


shared_engine = EngineHolder()


def predict_on_worker(engines: EngineHolder, device: str, request: PredictionRequest) -> NDArray[np.float32]:
    """Return the class probabilities (N, K) of the requested images, from the first worker that is free.

    The calling thread waits for them; EngineError is raised when there is no worker, or it is lost meanwhile.
    """
    return loop.wait(_predict(engines.get(), device, request))


async def _predict(engine: Engine, device: str, request: PredictionRequest) -> NDArray[np.float32]:
    async def on(slot: Slot) -> NDArray[np.float32]:
        report, (plan, _) = slot.report, request.setup.resolved
        limit = model_share(report.available_bytes)
        setup = replace(request.setup, device=report.device, plan=plan.on(report.threads, limit))
        return await engine.run(predict, replace(request, setup=setup), address=slot.address)

    return await on_free_worker(engine, device, on)


async def on_free_worker(
    engine: Engine, device: str, work: Callable[[Slot], Awaitable[T]], is_cancelled: Callable[[], bool] = lambda: False
) -> T:
    """Do short work on the first worker that is free, and release it.

    Raise an EngineError when there is no worker, it is lost meanwhile, or none was free before the wait was cancelled.
    """
    slots = await engine.claim(1, device, is_cancelled)
    if not slots:
        raise EngineError(_BUSY)
    (slot,) = slots
    try:
        return await work(slot)
    except SilentError:
        await engine.restart(slot.address)
        raise
    finally:
        await engine.release([slot.address])
