"""The calls that run inside a worker process: the only door to `nncompare.training`, which imports torch.

The kernel hands these functions to Dask; calling one elsewhere imports torch there. Each does what the function of the
same name in `nncompare.training.worker` says.
"""

import asyncio
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare.inspection import Answer, Inquiry, Refusal
from nncompare.messages import Assignment, Controls, Cursor, DeviceInfo, Outcome, PredictionRequest, Report, WorkerInfo


def _worker() -> Any:
    return import_module("nncompare.training.worker")


def worker_info(device: str) -> WorkerInfo:
    """Return what this worker process is and has."""
    return _worker().worker_info(device)


def device_infos() -> tuple[str, list[DeviceInfo]]:
    """Return the device that ``auto`` takes, and every device that can be chosen."""
    return str(_worker().choose_device("auto")), _worker().describe_devices()


async def survey(device: str) -> WorkerInfo:
    """Return the same beside whatever the process is doing: off the loop that answers for it, as torch may be new."""
    return await asyncio.to_thread(lambda: _worker().worker_info(device, is_idle=False))


def warm_up(dataset: str | None) -> None:
    """Prepare for the first training step."""
    _worker().warm_up(dataset)


def run_training(assignment: Assignment) -> Outcome:
    """Train one model."""
    return _worker().run_training(assignment)


def exchange(run: str, cursor: Cursor, controls: Controls) -> Report | None:
    """Exchange news of a run for its controls."""
    from nncompare.training import channel

    return channel.exchange(run, cursor, controls)


def predict(request: PredictionRequest) -> NDArray[np.float32]:
    """Predict class probabilities (N, K)."""
    return _worker().predict(request)


def inspect(inquiry: Inquiry, device: str, threads: int) -> Answer | Refusal:
    """Look into networks."""
    return _worker().inspect(inquiry, device, threads)


async def inspect_beside(inquiry: Inquiry, device: str) -> Answer | Refusal:
    """Look into networks beside whatever the process is doing, off the loop that answers for it."""
    return await asyncio.to_thread(lambda: _worker().inspect_beside(inquiry, device))
