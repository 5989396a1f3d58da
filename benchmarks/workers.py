"""Processes that compute as a worker of the engine does: with its environment, its threads and its allocator."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from nncompare.engine.__main__ import _DASK_SETTINGS
from nncompare.engine.process import SLOTS
from nncompare.machine import usable_cores

_PREFIX = "distributed.nanny.pre-spawn-environ."
ENVIRONMENT = {
    name.removeprefix(_PREFIX): str(value) for name, value in _DASK_SETTINGS.items() if name.startswith(_PREFIX)
}
"""What the engine changes in the environment of its workers."""


def in_a_worker(script: Path, **arguments: Any) -> Any:
    """Run a script in a fresh process like a worker; it reads one JSON argument and prints one JSON answer."""
    command = [sys.executable, str(script), json.dumps(arguments)]
    done = subprocess.run(command, env={**os.environ, **ENVIRONMENT}, stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(done.stdout)


def threads_of_one() -> int:
    """Return the threads that one of two models has on this machine."""
    return max(1, usable_cores() // SLOTS)
