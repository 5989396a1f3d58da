"""One of the processes of `first_step.py`: a worker up to its first training step, which it tells."""

import json
import os
import sys
import threading
import time

# What a nanny of Dask has its worker import before anything else.
import distributed.nanny
import distributed.worker  # noqa: F401

from nncompare.config import RunConfig
from nncompare.engine.tasks import exchange, run_training, warm_up, worker_info
from nncompare.memory import Room, fit
from nncompare.messages import Assignment, Controls, Cursor, Setup

_LOOK_SECONDS = 0.001


def main() -> None:
    """Do what the engine has a worker do, until the first step is done."""
    wanted = json.loads(sys.argv[1])
    warm_up(wanted["dataset"])
    report = worker_info("cpu")
    config = RunConfig(channels=wanted["channels"], batch_size=wanted["batch_size"], epochs=1)
    assignment = Assignment(
        run="first",
        token=report.token,
        setup=Setup(config, fit(config, Room(report.available_bytes // 2), 10_000).plan, report.device, "float32"),
        dataset=wanted["dataset"],
        train_images=None,
        seed=0,
    )
    training = threading.Thread(target=run_training, args=(assignment,), daemon=True)
    training.start()
    while not _has_stepped():
        assert training.is_alive(), exchange("first", Cursor(), Controls())
        time.sleep(_LOOK_SECONDS)
    print("stepped", flush=True)
    os._exit(0)  # the rest of the epoch is of no interest


def _has_stepped() -> bool:
    found = exchange("first", Cursor(), Controls())
    return found is not None and found.progress is not None and found.progress.images > 0


if __name__ == "__main__":
    main()
