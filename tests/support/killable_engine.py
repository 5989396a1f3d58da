"""The engine of all tests, as one that may be killed: whoever asks for it next has another one started."""

from pathlib import Path

import psutil
from tiny_pairs import words

from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder


class KillableEngine:
    def __init__(self, holder: EngineHolder) -> None:
        self.holder = holder

    def get(self) -> Engine:
        return self.holder.get()

    @property
    def pid(self) -> int:
        process = self.get()._connection.process
        assert process is not None
        return process._process.pid

    @property
    def folder(self) -> Path:
        return folder_of(self.pid)


def folder_of(engine: int) -> Path:
    command = words(psutil.Process(engine))
    return Path(command[command.index("--folder") + 1])
