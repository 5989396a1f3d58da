"""Serves the dashboard as a web page, on this machine alone."""

import os
import socket
import sys
import threading
import time
import webbrowser
from pathlib import Path

from nncompare.limits import Limits
from nncompare.ui.classroom import classroom
from nncompare.ui.user_error import UserError

LOOPBACK = "127.0.0.1"
FIRST_PORT = 8866
_TRIED_PORTS = 50
_HERE = Path(__file__).parent
_IDLE_SECONDS = 120


def serve(port: int | None, *, open_browser: bool, limits: Limits) -> None:
    """Serve until Ctrl-C, with one engine for all tabs.

    Raises
    ------
    UserError
        When the port is not free or the notebook is missing.
    """
    chosen = _require_free(port) if port is not None else _first_free()
    notebook = notebook_path()
    address = f"http://{LOOPBACK}:{chosen}/"
    print(f"nncompare is at {address} - press Ctrl-C to end.", flush=True)  # noqa: T201
    if open_browser:
        threading.Thread(target=_open_when_served, args=(address, chosen), daemon=True).start()
    with classroom(limits):
        _run_voila(notebook, chosen)


def notebook_path() -> Path:
    """Find the notebook: in a checkout, or beside this file in an installed package."""
    for file in (_HERE.parents[1] / "notebooks" / "dashboard.ipynb", _HERE / "dashboard.ipynb"):
        if file.is_file():
            return file
    raise UserError("notebooks/dashboard.ipynb is missing. Install nncompare again.")


def _open_when_served(address: str, port: int) -> None:
    while _is_free(port):
        time.sleep(0.05)
    webbrowser.open(address)


def _run_voila(notebook: Path, port: int) -> None:
    # Voila looks for templates in Jupyter's folders.
    os.environ["JUPYTER_PATH"] = os.pathsep.join(
        [str(_HERE / "share" / "jupyter"), *filter(None, [os.environ.get("JUPYTER_PATH")])]
    )
    from voila.app import Voila

    sys.exit(
        Voila.launch_instance(
            argv=[
                str(notebook),
                "--no-browser",
                f"--Voila.ip={LOOPBACK}",
                f"--port={port}",
                "--Voila.port_retries=0",
                "--template=nncompare",
                "--VoilaConfiguration.strip_sources=True",
                "--VoilaConfiguration.show_tracebacks=False",
                f"--MappingKernelManager.cull_idle_timeout={_IDLE_SECONDS}",
                "--MappingKernelManager.cull_interval=30",
                "--Voila.log_level=ERROR",
            ]
        )
    )


def _first_free() -> int:
    for port in range(FIRST_PORT, FIRST_PORT + _TRIED_PORTS):
        if _is_free(port):
            return port
    raise UserError(f"No port from {FIRST_PORT} to {FIRST_PORT + _TRIED_PORTS - 1} is free. Choose one with --port.")


def _require_free(port: int) -> int:
    if not 1 <= port <= 65_535:
        raise UserError(f"Port must be a whole number from 1 to 65535; got {port}.")
    if not _is_free(port):
        raise UserError(f"Port {port} is in use. Choose another with --port.")
    return port


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        if os.name != "nt":  # elsewhere a port that was just left would count as taken
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((LOOPBACK, port))
        except OSError:
            return False
        return True
