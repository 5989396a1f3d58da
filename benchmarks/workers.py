"""Processes with one task, most of them like a worker of the engine: with its environment, threads and allocator."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from nncompare.engine.process import FOR_WORKERS, SLOTS
from nncompare.machine import usable_cores


def in_a_worker(script: Path, **arguments: Any) -> Any:
    """Run a script in a fresh process like a worker; it reads one JSON argument and prints one JSON answer."""
    return in_a_process(script, FOR_WORKERS, **arguments)


def in_a_process(script: Path, environment: dict[str, str], **arguments: Any) -> Any:
    """Run such a script in a fresh process with these variables beside its parent's."""
    command = [sys.executable, str(script), json.dumps(arguments)]
    done = subprocess.run(command, env={**os.environ, **environment}, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def threads_of_one() -> int:
    """Return the threads that one of two models has while both of them train."""
    return max(1, usable_cores() // SLOTS)
