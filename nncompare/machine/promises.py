"""What trainings on this machine were promised, so that engines of one user leave it to each other.

Each worker keeps one small file in the user's runtime folder. It counts as long as that process lives; what the process
has taken meanwhile is missing from the available memory already. Where it cannot be written, nobody is told.
"""

import contextlib
import json
import math
import os
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil

from nncompare.environment import environment
from nncompare.places import holding, make_private, runtime_folder

_PATIENCE_SECONDS = 2.0
_SAME_START_SECONDS = 1.0


@dataclass(frozen=True)
class Promise:
    """Bytes that a process will take beyond what it took `before`; they count until a time, in seconds of the clock.

    `limit` is the one of the environment that holds for the process, empty where there is none.
    """

    pid: int
    started: float
    engine: str
    size: int
    before: int
    until: float
    limit: str = ""

    @property
    def outstanding(self) -> int | None:
        """How much of it was not yet taken; None where it counts no more."""
        try:
            process = psutil.Process(self.pid)
            is_same = abs(process.create_time() - self.started) < _SAME_START_SECONDS
            taken = process.memory_info().rss - self.before
        except psutil.Error:
            return None
        return max(0, self.size - max(0, taken)) if is_same and time.time() < self.until else None


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let no other process read or make a promise meanwhile, so that no two take the same memory."""
    with contextlib.ExitStack() as stack:
        with contextlib.suppress(OSError):
            stack.enter_context(holding(_folder() / "lock", _PATIENCE_SECONDS))
        yield


def promise(size: int, seconds: float = math.inf) -> None:
    """Promise this process so many bytes more than it has, for so long; it replaces what it was promised before."""
    this = psutil.Process()
    before, until = this.memory_info().rss, time.time() + seconds
    around = environment()
    made = Promise(this.pid, this.create_time(), around.engine_pid, size, before, until, around.memory_limit)
    file, fresh = _file(this.pid), _file(this.pid).with_suffix(".new")
    with contextlib.suppress(OSError):
        make_private(file.parent)
        fresh.write_text(json.dumps(asdict(made)), encoding="utf-8")
        fresh.replace(file)


def withdraw() -> None:
    """Take back what this process was promised."""
    with contextlib.suppress(OSError):
        _file(os.getpid()).unlink(missing_ok=True)


def promised_to_others(limit: str | None = None) -> int:
    """Return the bytes that workers of other engines were promised, under this limit, and have not yet taken."""
    others = [(made, left) for made, left in _living() if not made.engine or made.engine != environment().engine_pid]
    return sum(left for made, left in others if limit is None or made.limit == limit)


def _living() -> Iterator[tuple[Promise, int]]:
    for file in _files():
        made = _read(file)
        left = made.outstanding if made is not None else None
        if made is not None and left is not None:
            yield made, left
        else:  # of a process that was killed
            with contextlib.suppress(OSError):
                file.unlink(missing_ok=True)


def _files() -> list[Path]:
    with contextlib.suppress(OSError):
        return list(_folder().glob("*.json"))
    return []


def _read(file: Path) -> Promise | None:
    with contextlib.suppress(OSError, ValueError, TypeError):
        made = Promise(**json.loads(file.read_text(encoding="utf-8")))
        if all(isinstance(value, int | float) for name, value in vars(made).items() if name not in ("engine", "limit")):
            return made
    return None


def _file(pid: int) -> Path:
    return _folder() / f"{pid}.json"


def _folder() -> Path:
    return runtime_folder() / "promises"
