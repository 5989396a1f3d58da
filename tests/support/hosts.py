"""The two programs that show the dashboard, each as a real process with folders of its own."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import psutil
from processes import is_worker
from waiting import wait_until

LOOPBACK = "127.0.0.1"
NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "dashboard.ipynb"
_MARK = "NNCOMPARE_TEST_MARK"
_SCRIPTS = Path(sys.executable).parent
_END_SECONDS = 90.0
_LEFT_OUT = (
    "NNCOMPARE_DATA_DIR",
    "NNCOMPARE_SCHEDULER",
    "NNCOMPARE_ENGINE",
    "NNCOMPARE_LESSON",
    "JUPYTERHUB_USER",
    "JUPYTERHUB_SERVICE_PREFIX",
    "JUPYTER_PATH",
    "JUPYTER_CONFIG_PATH",
    "QUERY_STRING",
)


@dataclass(frozen=True)
class Host:
    """A running server. All processes that come from it carry its mark in their environment, orphans too.

    `server` is the process that was started first; `token` is empty where none is needed.
    """

    name: str
    address: str
    folder: Path
    mark: str
    server: psutil.Process
    token: str = ""

    @property
    def log(self) -> Path:
        """What the server has said."""
        return _log(self.folder, self.mark)

    def processes(self) -> list[psutil.Process]:
        """List the living processes that this server, its kernels and their engines consist of."""
        return [process for process in psutil.process_iter() if _mark_of(process) == self.mark]

    def connection_files(self) -> dict[str, Path]:
        """List the files with which the kernels of a Voila were started, by number of the kernel."""
        found = (self.folder / "tmp").glob("voila_*/kernel-*.json")
        return {file.stem.removeprefix("kernel-"): file for file in found}

    def kernels(self) -> dict[str, psutil.Process]:
        """List the processes of these kernels: those that listen where their files say."""
        ports = {port: process for process in self.processes() for port in _ports_of(process)}
        files = self.connection_files().items()
        wanted = {kernel: json.loads(file.read_text("utf-8"))["shell_port"] for kernel, file in files}
        return {kernel: ports[port] for kernel, port in wanted.items() if port in ports}

    def waiting_kernels(self) -> list[psutil.Process]:
        """List those that are kept ready and have no page yet."""
        taken = self.kernels().values()
        return [process for process in self.processes() if process not in taken and _waits(process)]

    def workers(self) -> set[psutil.Process]:
        """List the worker processes of all engines of this server."""
        return {process for process in self.processes() if is_worker(process)}

    def ask(self, path: str, method: str = "GET") -> Any:
        """Use the server's REST interface."""
        with urlopen(Request(self.address + path, method=method), timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    @property
    def door(self) -> str:
        """The address with the token."""
        return f"{self.address}?token={self.token}" if self.token else self.address

    @property
    def teachers_door(self) -> str:
        """The address of the teacher's page with its token, which is printed a moment after the server can be asked."""
        printed = wait_until(
            lambda: re.search(r"teacher's page is at (\S+)", self.log.read_text("utf-8")), "its address"
        )
        assert printed is not None
        return printed[1]

    def end_kernels(self) -> None:
        """Shut down all notebooks of a JupyterLab."""
        for kernel in self.ask("api/kernels"):
            self.ask(f"api/kernels/{kernel['id']}", "DELETE")


@contextmanager
def voila(
    folder: Path,
    cache: Path,
    environment: Mapping[str, str] | None = None,
    *flags: str,
    scripts: Path = _SCRIPTS,
) -> Iterator[Host]:
    """Serve the dashboard as a web page: ``nncompare serve`` of the environment with these scripts."""
    port, token = free_port(), secrets.token_urlsafe()
    command = [str(scripts / "nncompare"), "serve", "--no-browser", "--port", str(port), *flags]
    with _running("voila", command, port, folder, cache, {"NNCOMPARE_TOKEN": token, **(environment or {})}) as host:
        yield replace(host, token=token)


@contextmanager
def plain_voila(
    folder: Path,
    cache: Path,
    environment: Mapping[str, str] | None = None,
    *flags: str,
    notebook: Path = NOTEBOOK,
) -> Iterator[Host]:
    """Serve a notebook as anybody would who has Voila: without a token, and with everything as it is by default."""
    port = free_port()
    command = [str(_SCRIPTS / "voila"), str(notebook), "--no-browser", f"--port={port}", *flags]
    with _running("plain-voila", command, port, folder, cache, environment or {}) as host:
        yield host


@contextmanager
def jupyterlab(folder: Path, cache: Path, environment: Mapping[str, str] | None = None) -> Iterator[Host]:
    """Serve a copy of the notebook in JupyterLab."""
    port, notebooks = free_port(), folder / "notebooks"
    notebooks.mkdir(parents=True)
    shutil.copy(NOTEBOOK, notebooks)
    command = [
        *(str(_SCRIPTS / "jupyter"), "lab", "--no-browser", "--allow-root"),
        *(f"--ServerApp.ip={LOOPBACK}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"),
        *(f"--ServerApp.root_dir={notebooks}", "--IdentityProvider.token="),
        *("--LabApp.extension_manager=readonly", "--ServerApp.disable_check_xsrf=True", "--ServerApp.log_level=ERROR"),
    ]
    with _running("jupyterlab", command, port, folder, cache, environment or {}) as host:
        yield host


def convert(folder: Path, cache: Path, notebook: Path, *flags: str) -> None:
    """Let ``jupyter nbconvert`` run or convert a notebook, in the same folders as a program that is served there."""
    command = [str(_SCRIPTS / "jupyter"), "nbconvert", *flags, str(notebook)]
    done = subprocess.run(command, env=_environment(folder, cache), cwd=folder, capture_output=True, timeout=120)
    assert done.returncode == 0, done.stderr.decode(errors="replace")


def free_port() -> int:
    """Find a port that nobody listens on, below those that systems give to whoever asks for any."""
    while True:
        port = 20_000 + secrets.randbelow(10_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind((LOOPBACK, port))
            return port


@contextmanager
def _running(
    name: str, command: list[str], port: int, folder: Path, cache: Path, environment: Mapping[str, str]
) -> Iterator[Host]:
    folder.mkdir(parents=True, exist_ok=True)
    mark = secrets.token_hex(8)
    (folder / "tmp").mkdir(exist_ok=True)
    wished = {**_environment(folder, cache), **environment, _MARK: mark, "TMPDIR": str(folder / "tmp")}
    variables = {name: value for name, value in wished.items() if value}  # "" for one that shall not be there
    log = _log(folder, mark)
    with log.open("wb") as output:
        server = subprocess.Popen(command, env=variables, cwd=folder, stdout=output, stderr=output)
    host = Host(name, f"http://{LOOPBACK}:{port}/", folder, mark, psutil.Process(server.pid))
    try:
        wait_until(lambda: _answers(port) or server.poll() is not None, f"{name} at port {port}")
        assert server.poll() is None, f"{name} ended at once: {log.read_text(errors='replace')}"
        yield host
    finally:
        _end(server, host)


def _environment(folder: Path, cache: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in _LEFT_OUT}
    own = [
        *("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"),
        *("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR", "NNCOMPARE_HOME"),
    ]
    folders = {name: str(folder / name.lower()) for name in own}
    return {**kept, **folders, "XDG_CACHE_HOME": str(cache), "NO_PROXY": "*"}


def _log(folder: Path, mark: str) -> Path:
    return folder / f"server-{mark}.log"


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((LOOPBACK, port)) == 0


def _end(server: subprocess.Popen[bytes], host: Host) -> None:
    """End the server as Ctrl-C and a service manager would, and see to it that nothing stays behind."""
    server.terminate()
    try:
        server.wait(_END_SECONDS)
        wait_until(lambda: not host.processes(), f"the end of everything that {host.name} started")
    finally:
        for process in host.processes():
            process.kill()


def _mark_of(process: psutil.Process) -> str | None:
    try:
        if process.status() == psutil.STATUS_ZOMBIE:
            return None
        return process.environ().get(_MARK)
    except (psutil.Error, OSError):  # somebody else's, or gone by now
        return None


def _ports_of(process: psutil.Process) -> list[int]:
    try:
        return [found.laddr.port for found in process.net_connections("tcp") if found.status == psutil.CONN_LISTEN]
    except psutil.Error:
        return []


def _waits(process: psutil.Process) -> bool:
    try:
        return "nncompare.server.waiting_kernel" in process.cmdline()
    except psutil.Error:
        return False
