"""An engine that a test may kill; a module of tests shares one, which starts again after every kill."""

from pathlib import Path

import psutil
from processes import runs
from tiny_pairs import engine_pids, words

from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder


class OwnEngine:
    def __init__(self) -> None:
        self._others = engine_pids()
        self.holder = EngineHolder()
        self.holder.get()

    def get(self) -> Engine:
        return self.holder.get()

    @property
    def pid(self) -> int:
        self.holder.get()
        (pid,) = [pid for pid in engine_pids() - self._others if runs(pid)]
        return pid

    @property
    def folder(self) -> Path:
        return folder_of(self.pid)


def folder_of(engine: int) -> Path:
    command = words(psutil.Process(engine))
    return Path(command[command.index("--folder") + 1])
