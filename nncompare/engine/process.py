"""The engine's process, as its parent sees it, and the file with which only its user can reach it."""

import contextlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nncompare.environment import child_environment
from nncompare.memory.budget import require_room_for_engine
from nncompare.places import home_for_children
from nncompare.whole_file import replace_private

SLOTS = 2
# Dask would have glibc give memory back at once: a training step then faults in the same buffers again and again.
FOR_WORKERS = {
    **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1"),
    "MALLOC_TRIM_THRESHOLD_": str(2**30),
    "MALLOC_MMAP_THRESHOLD_": str(2**25),
    "MALLOC_ARENA_MAX": "1",
}
_CREDENTIALS = ("tls_ca_file", "tls_client_cert", "tls_client_key")


def write_credentials(file: Path, address: str, security: Any, slots: int) -> None:
    """Write what a client needs, readable by this user alone, at one stroke: those of an engine before may be there."""
    content = {"address": address, "slots": slots, **{name: getattr(security, name) for name in _CREDENTIALS}}
    replace_private(file, json.dumps(content).encode())


def read_credentials(file: Path) -> tuple[str, dict[str, Any], int]:
    """Read the address, the keyword arguments of `distributed.security.Security`, and the number of slots."""
    content = json.loads(file.read_text(encoding="utf-8"))
    address, slots = content.pop("address"), content.pop("slots")
    return address, {**content, "require_encryption": True}, slots


class EngineProcess:
    """The process ``python -m nncompare.engine``, its private folder, and the pipe whose end is its end.

    It has `slots` worker processes. In `shared_file` it says how to reach it also to other processes of this user: a
    name that stays when another engine takes its place. Its folder goes with the process that started the engine.

    Starting it raises a BudgetError when a limit leaves too little memory for it, and an OSError when no private folder
    can be made, or no process started.
    """

    def __init__(self, slots: int = SLOTS, shared_file: Path | None = None) -> None:
        require_room_for_engine()
        self._folder = Path(tempfile.mkdtemp(prefix="nncompare-"))
        self._log = (self._folder / "engine.log").open("w+b")
        command = [sys.executable, "-P", "-m", "nncompare.engine", "--slots", str(slots), "--folder", str(self._folder)]
        if shared_file is not None:
            command += ["--shared-file", str(shared_file)]
        # -P: a file named torch.py beside the notebook must not be taken for torch.
        # A session of its own: Ctrl-C is for the program that started it, which then ends it in order.
        self._process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            env=child_environment(**FOR_WORKERS, **home_for_children()),
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    def credentials(self) -> tuple[str, dict[str, Any], int]:
        """Wait until it is ready, and return how to reach it, as `read_credentials`; an OSError if it ended instead."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() == b"ready":
            with contextlib.suppress(FileNotFoundError):  # it has ended meanwhile, and removed its folder
                return read_credentials(self._folder / "engine.json")
        raise OSError(f"it ended at once: {self.last_words()}")

    def wait_for_end(self) -> None:
        """Wait until it has ended."""
        self._process.wait()

    def close(self, *, at_once: bool = False) -> None:
        """Close the pipe, wait for the end, and remove the folder; `at_once`, where it does not hear, kill it."""
        if at_once:
            self._process.kill()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def last_words(self) -> str:
        """Return the last line that it wrote to its log, once it has ended."""
        # It has removed its folder, and with that the name of this file; what is open can still be read.
        self._log.seek(0)
        lines = self._log.read().decode(errors="replace").splitlines()
        # After an error multiprocessing lists what was left behind.
        words = [line.strip() for line in lines if line.strip() and "resource_tracker" not in line]
        return words[-1] if words else "it said nothing"
