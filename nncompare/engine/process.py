"""The engine's process, as its parent sees it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

SLOTS = 2


class EngineProcess:
    """The process ``python -m nncompare.engine``, its private folder, and the pipe whose end is its end.

    Parameters
    ----------
    slots : int
        How many worker processes it has.
    shared_file : Path, optional
        Where it says how to reach it, also to other processes of this user: a name that stays when another engine
        takes its place. The folder of this file goes with the process that started the engine.
    """

    def __init__(self, slots: int = SLOTS, shared_file: Path | None = None) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nncompare-"))
        self._log = (self._folder / "engine.log").open("wb")
        # -P: a file named torch.py beside the notebook must not be taken for torch.
        # A session of its own: Ctrl-C is for the program that started it, which then ends it in order.
        self._process = subprocess.Popen(
            [
                *(
                    sys.executable,
                    "-P",
                    "-m",
                    "nncompare.engine",
                    "--slots",
                    str(slots),
                    "--folder",
                    str(self._folder),
                ),
                *(("--shared-file", str(shared_file)) if shared_file is not None else ()),
            ],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.poll() is None

    @property
    def file(self) -> Path:
        """Where it says how to reach it, once it is ready."""
        return self._folder / "engine.json"

    def wait_until_ready(self) -> None:
        """Wait until it can be reached.

        Raises
        ------
        OSError
            When it ended instead.
        """
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != b"ready":
            raise OSError("it ended at once: " + self._last_words())

    def wait_for_end(self) -> None:
        """Wait until it has ended."""
        self._process.wait()

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
