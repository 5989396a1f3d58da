"""Predictions with weights that were trained before: they wait in the queue for a worker of their own."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nncompare.engine import loop
from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder
from nncompare.engine.tasks import predict
from nncompare.messages import PredictionRequest


def predict_on_worker(engines: EngineHolder, device: str, request: PredictionRequest) -> NDArray[np.float32]:
    """Return the class probabilities (N, K) of the requested images, from the first worker that is free.

    The calling thread waits for them; EngineError is raised when there is no worker, or it is lost meanwhile.
    """
    return loop.wait(_predict(engines.get(), device, request))


async def _predict(engine: Engine, device: str, request: PredictionRequest) -> NDArray[np.float32]:
    (slot,) = await engine.claim(1, device)
    try:
        # It may have been trained on another machine, or with more than the share of one slot.
        threads = min(request.setup.threads or slot.threads, slot.threads)
        here = replace(request, setup=replace(request.setup, device=slot.report.device, threads=threads))
        probabilities: NDArray[np.float32] = await engine.run(predict, here, address=slot.address)
        return probabilities
    finally:
        await engine.release([slot.address])
