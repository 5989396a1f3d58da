"""Row "first step": from the start of a process to its first training step done, against a plain textbook script.

Ours is a fresh process that does what a worker of the engine does where it is not forked: it imports what Dask's nanny
has it import, warms up (torch, its rehearsal, the images), reports itself, and trains an assignment. It has no
connection to a scheduler.
Theirs is `python textbook_first_step.py`.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from rows import Measured, Row, Rule
from setting import Setting

from nncompare.data import dataset_state
from nncompare.engine.process import FOR_WORKERS

_HERE = Path(__file__).parent
CHANNELS, BATCH_SIZE = 16, 64


def measure(setting: Setting) -> Measured:
    """Measure, alternating."""
    setting.images()  # they are here before the first round
    folder = dataset_state(setting.dataset).folder
    assert folder is not None
    assignment = {"dataset": setting.dataset, "channels": CHANNELS, "batch_size": BATCH_SIZE}
    rounds = [
        (
            _seconds("worker_first_step.py", json.dumps(assignment), FOR_WORKERS),
            _seconds("textbook_first_step.py", str(folder), {}),
        )
        for _ in range(setting.rounds)
    ]
    ours, theirs = zip(*rounds, strict=True)
    job = f"start of a worker to its first step done: {CHANNELS} channels, batch {BATCH_SIZE}, Adam"
    return Measured([Row("first step", job, "textbook script", "s", Rule.SHARE, ours, theirs, 0.8, 0.6)])


def _seconds(script: str, argument: str, environment: dict[str, str]) -> float:
    """Start a script, and wait for the line that it prints after its first step."""
    began = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, str(_HERE / script), argument], env={**os.environ, **environment}, stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        taken = time.perf_counter() - began
    assert (line.strip(), process.returncode) == (b"stepped", 0), f"{script} ended before its first step"
    return taken
