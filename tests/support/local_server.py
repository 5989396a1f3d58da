"""``nncompare serve`` in a thread of this process: everything but the engine, the kernel in waiting, and the signals.

It serves a small notebook, and all pages of a server share one kernel: a real one that knows no dashboard.
"""

import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager, nullcontext
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from class_engine import StillDesk
from hosts import LOOPBACK, free_port
from jupyter_core.utils import ensure_async

from nncompare.limits import Limits
from nncompare.server import serve as serving
from nncompare.server.closed_voila import ClosedVoila
from nncompare.server.ready_kernel import ReadyKernel, ReadyKernelManager

SOURCE = "import ipywidgets\nonly_in_the_source = [ipywidgets.Text() for _ in range(12)]"
_START_SECONDS, _END_SECONDS = 90.0, 90.0


class LocalVoila(ClosedVoila):
    """Begins one kernel for all pages; `begun` holds the environment that the kernel of each would have had."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.begun: list[dict[str, str]] = []

    def init_settings(self) -> dict[str, Any]:
        settings = super().init_settings()
        begin, numbers = self.kernel_manager.start_kernel, list[str]()

        async def begin_once(**options: Any) -> str:
            self.begun.append(options["env"])
            if not numbers:
                numbers.append(await ensure_async(begin(**options)))
            return numbers[0]

        self.kernel_manager.start_kernel = begin_once
        return settings


class LocalServer:
    """A server in this process, as `Browser` and `raw` want to know it."""

    def __init__(self, app: LocalVoila) -> None:
        self.app = app
        self.address = f"http://{LOOPBACK}:{app.address.port}/"
        self.token = str(app.token)

    @property
    def begun(self) -> list[dict[str, str]]:
        """The environment of the kernel of each page that was opened."""
        return self.app.begun

    @property
    def kernels(self) -> set[str]:
        """The numbers of all kernels."""
        return set(self.app.kernel_manager.list_kernel_ids())

    def connection_files(self) -> dict[str, Path]:
        """List the files with which the kernels were started, by number of the kernel."""
        found = Path(self.app.connection_dir).glob("kernel-*.json")
        return {file.stem.removeprefix("kernel-"): file for file in found}


@contextmanager
def local_server(folder: Path, token: str | None = "known-to-the-tests-only", **options: Any) -> Iterator[LocalServer]:
    """Serve with the options of `nncompare.server.serve.serve`; without a token it makes one."""
    notebook = folder / "small.ipynb"
    notebook.write_text(json.dumps(_notebook()), encoding="utf-8")
    listening: Future[LocalVoila] = Future()

    def launch(words: list[str], *, on_listening: Any, **traits: Any) -> None:
        def tell() -> None:
            on_listening()
            listening.set_result(app)

        app = LocalVoila(on_listening=tell, **traits)
        app.initialize(words)
        app.start()

    def serve() -> None:
        try:
            serving.serve(free_port(), **{"open_browser": False, "limits": Limits(), **options})
        except BaseException as error:
            listening.set_exception(error)

    with pytest.MonkeyPatch.context() as patch:
        if token is not None:
            patch.setenv("NNCOMPARE_TOKEN", token)
        patch.setenv("JUPYTER_PATH", str(folder / "jupyter"))  # the server adds to it
        patch.setenv("IPYTHONDIR", str(folder / "ipython"))
        patch.setattr(serving, "classroom", lambda _: nullcontext())
        patch.setattr(serving, "TeacherDesk", StillDesk)
        patch.setattr(serving, "notebook_path", lambda: notebook)
        patch.setattr(ClosedVoila, "launch_instance", launch)
        patch.setattr("voila.app.signal", SimpleNamespace(SIGTERM=None, signal=lambda *_: None))
        patch.setattr(ReadyKernelManager, "kept", _none_in_waiting())
        thread = threading.Thread(target=serve, name="local-server", daemon=True)
        thread.start()
        app = listening.result(_START_SECONDS)
        try:
            yield LocalServer(app)
        finally:
            app.ioloop.add_callback(app.ioloop.stop)
            thread.join(_END_SECONDS)
    assert not thread.is_alive()


def _notebook() -> dict[str, Any]:
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "id": "0",
        "metadata": {},
        "outputs": [],
        "source": SOURCE,
    }
    return {"cells": [cell], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def _none_in_waiting() -> ReadyKernel:
    kept = ReadyKernel()
    kept.close()
    return kept
