"""Training steps in a process like a worker: how long they take, or in which parts they spend their time.

Reads one JSON argument and prints one JSON answer, for `growth.py` and `flops.py`. Evaluation is no part of it.
"""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Any

import torch
from operations import LAYERS, LINEAR
from torch.profiler import ProfilerActivity, profile

from nncompare.config import RunConfig
from nncompare.data import load
from nncompare.memory import Room, fit
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
        Job(Setup(config, fit(config, Room(_MEMORY_LIMIT, precision), _TEST_IMAGES).plan, "cpu", precision), 0),
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
    """Return the milliseconds of each part of the steps, and of the whole; profiling makes everything slower."""
    with profile(activities=[ProfilerActivity.CPU]) as watch:
        began = time.perf_counter()
        run(session, steps)
        whole = 1000 * (time.perf_counter() - began)
    parts: dict[str, float] = defaultdict(float)
    for script in watch.events():
        if script.name == "_backward":
            for part, microseconds in _by_part(sorted(script.cpu_children, key=lambda child: child.time_range.start)):
                parts[part] += microseconds / 1000
    return {"milliseconds": whole, "parts": parts}


def _by_part(operators: list[Any]) -> Iterator[tuple[str, float]]:
    """Yield the time of each operator of one shard, with the part of the step that it belongs to."""
    part, layer, is_on_way_back = "images", 0, False
    for operator in operators:
        if operator.name == "aten::conv2d":
            layer += 1
            part = f"convolution {layer}, forward"
        elif operator.name == "aten::max_pool2d_with_indices":
            part = "pooling and ReLU, forward"
        elif operator.name == "aten::reshape" and layer == LAYERS and not is_on_way_back:
            part = LINEAR
        elif operator.name in ("aten::threshold_backward", "aten::max_pool2d_with_indices_backward"):
            part, is_on_way_back = "pooling and ReLU, backward", True
        elif part == "pooling and ReLU, backward":
            part = f"convolution {layer}, backward"
            layer -= 1
        yield part, operator.cpu_time_total


if __name__ == "__main__":
    main()
