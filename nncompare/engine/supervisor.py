"""One engine for all kernels of a server, which is started again when it ends."""

import contextlib
import logging
import shutil
import tempfile
import threading
import time
from pathlib import Path

from nncompare.engine.process import SLOTS, EngineProcess
from nncompare.machine import usable_cores
from nncompare.memory import BudgetError

MOST_SLOTS = 16
_CORES_OF_A_SLOT = 2
_SHORT_LIFE_SECONDS = 10.0
_LONGEST_REST_SECONDS = 30.0

_log = logging.getLogger(__name__)


def slots_for(cores: int) -> int:
    """Return the slots of a server: at least a pair's, and more where each still has two cores."""
    return max(SLOTS, min(MOST_SLOTS, cores // _CORES_OF_A_SLOT))


class EngineSupervisor:
    """Runs an engine beside this process, with its address and credentials in `file`.

    The engine ends with this process, however that ends, and takes the folder with the credentials along. Errors are
    those of `EngineProcess`.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nncompare-serve-"))
        self.file = self._folder / "engine.json"
        self._is_closed, self._lock = threading.Event(), threading.Lock()
        try:
            self._process = self._begin()
        except (OSError, BudgetError):
            shutil.rmtree(self._folder, ignore_errors=True)
            raise
        self._watchman = threading.Thread(target=self._watch, name="nncompare-engine-supervisor", daemon=True)
        self._watchman.start()

    def close(self) -> None:
        """End the engine, and remove its folder."""
        with self._lock:
            self._is_closed.set()
        self._process.close()
        self._watchman.join()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _begin(self) -> EngineProcess:
        return EngineProcess(slots_for(usable_cores()), self.file)

    def _watch(self) -> None:
        rest = 0.0
        while True:
            began = time.monotonic()
            self._process.wait_for_end()
            # One that ends at once would end again: the machine must not be busy with that alone.
            lived = time.monotonic() - began
            rest = 0.0 if lived > _SHORT_LIFE_SECONDS else min(_LONGEST_REST_SECONDS, 2 * rest + 0.5)
            if not self._is_closed.is_set():
                _log.warning("The engine has ended (%s). Another one is started.", self._process.last_words())
            if self._is_closed.wait(rest):
                return
            # A full disk, or memory: it is tried again after a longer rest.
            with self._lock, contextlib.suppress(OSError, BudgetError):
                if not self._is_closed.is_set():
                    self._process.close()
                    self._process = self._begin()
