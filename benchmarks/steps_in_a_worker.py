"""Training steps in a process like a worker: how long they take, or which operators they spend their time on.

Reads one JSON argument and prints one JSON answer, for `growth.py` and `flops.py`. Evaluation is no part of it.
"""

import json
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from torch.profiler import ProfilerActivity, profile

from nncompare.config import RunConfig
from nncompare.data import load
from nncompare.memory import make_plan
from nncompare.messages import Setup
from nncompare.training.channel import RunChannel
from nncompare.training.session import Job, Session
from nncompare.training.shards import Crew
from nncompare.training.tensors import TensorSplit
from nncompare.training.worker import warm_up, worker_info

_MEMORY_LIMIT = 2**36  # no batch is to be divided here
_TEST_IMAGES = 10_000
_UNTIMED_STEPS = 2


def main() -> None:
    """Answer what the argument asks for."""
    asked = json.loads(sys.argv[1])
    warm_up(None)
    job, training, test = _prepare(asked)
    with Crew(asked["threads"]) as crew:

        def begin() -> Session:
            return Session(job, training, test, RunChannel(), crew=crew)

        run(begin(), _UNTIMED_STEPS)
        if asked["profiled_steps"]:
            answer = _profiled(begin(), asked["profiled_steps"])
        else:
            answer = _timed(begin, asked["seconds"], whole_epochs=asked["whole_epochs"])
    print(json.dumps({**answer, "precision": job.setup.precision}))


def run(session: Session, most_steps: int) -> int:
    """Take at most `most_steps` steps of an epoch, and return the number of images."""
    images = 0
    for number, step in enumerate(session.steps(), start=1):
        images += step.images  # type: ignore[union-attr]
        if number == most_steps:
            break
    return images


def _prepare(asked: dict[str, Any]) -> tuple[Job, TensorSplit, TensorSplit]:
    config = RunConfig(channels=asked["channels"], batch_size=asked["batch_size"], epochs=1)
    cpu = torch.device("cpu")
    precision = worker_info("cpu").resolved(asked["precision"])
    images, count = load(asked["dataset"]), asked["images"]
    mean, std = images.info.mean, images.info.std
    training = TensorSplit.of(images.train_images[:count], images.train_labels[:count], mean, std, cpu)
    test = TensorSplit.of(images.test_images[:1], images.test_labels[:1], mean, std, cpu)
    return (
        Job(Setup(config, make_plan(config, _MEMORY_LIMIT, _TEST_IMAGES, precision), "cpu", precision), 0),
        training,
        test,
    )


def _timed(begin: Callable[[], Session], seconds: float, *, whole_epochs: bool) -> dict[str, float]:
    """Train epochs from fresh weights for some seconds; the start of an epoch is not counted."""
    images, spent = 0, 0.0
    while spent < seconds:
        steps = begin().steps()
        began = time.perf_counter()
        for step in steps:
            images += step.images  # type: ignore[union-attr]
            if not whole_epochs and spent + time.perf_counter() - began >= seconds:
                break
        spent += time.perf_counter() - began
    return {"images": images, "seconds": spent}


def _profiled(session: Session, steps: int) -> dict[str, Any]:
    """Return the milliseconds of each operator itself, and of the whole; profiling makes everything slower."""
    with profile(activities=[ProfilerActivity.CPU]) as watch:
        began = time.perf_counter()
        run(session, steps)
        whole = time.perf_counter() - began
    operators = {entry.key: entry.self_cpu_time_total / 1000 for entry in watch.key_averages()}
    return {"milliseconds": 1000 * whole, "operators": operators}


if __name__ == "__main__":
    main()
