"""Predictions with weights that were trained before: they wait in the queue for a worker of their own."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nncompare.engine import loop
from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder
from nncompare.engine.tasks import predict
from nncompare.messages import PredictionRequest


class Predictor:
    """Predicts on whichever worker is free, on a device such as ``auto``."""

    def __init__(self, engines: EngineHolder, device: str) -> None:
        self._engines, self._device = engines, device

    def predict(self, request: PredictionRequest) -> NDArray[np.float32]:
        """Return the class probabilities (N, K) of the requested images; the calling thread waits for them.

        Raises
        ------
        EngineError
            When there is no worker, or it is lost meanwhile.
        """
        return loop.wait(self._predict(self._engines.get(), request))

    async def _predict(self, engine: Engine, request: PredictionRequest) -> NDArray[np.float32]:
        (slot,) = await engine.claim(1, self._device)
        try:
            # It may have been trained on another machine, or with more than the share of one slot.
            threads = min(request.setup.threads or slot.threads, slot.threads)
            here = replace(request.setup, device=slot.report.device, threads=threads)
            probabilities: NDArray[np.float32] = await engine.run(
                predict, replace(request, setup=here), address=slot.address
            )
            return probabilities
        finally:
            await engine.release([slot.address])
