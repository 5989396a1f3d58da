"""The engine's process, as its parent sees it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from nncompare.engine import read_credentials

SLOTS = 2


class EngineProcess:
    """The process ``python -m nncompare.engine``, its private folder, and the pipe whose end is its end."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nncompare-"))
        self._log = (self._folder / "engine.log").open("wb")
        # -P: a file named torch.py beside the notebook must not be taken for torch.
        # A session of its own: Ctrl-C is for the program that started it, which then ends it in order.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nncompare.engine", "--slots", str(SLOTS), "--folder", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Say whether the process runs."""
        return self._process.poll() is None

    def credentials(self) -> tuple[str, dict[str, Any]]:
        """Wait until the engine is ready, and read how to reach it."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != b"ready":
            raise OSError("it ended at once: " + self._last_words())
        address, credentials = read_credentials(self._folder / "engine.json")
        return address, dict(credentials)

    def close(self) -> None:
        """Close the pipe, wait for the end, and remove the folder."""
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

    def _last_words(self) -> str:
        lines = (self._folder / "engine.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"
