"""Real pages in a real browser: the dashboard under `nncompare serve`, and Voila's hello-world page beside it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
from playwright.sync_api import Browser as Browser
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

from dashboard_page import DashboardPage as DashboardPage
from hosts import Host as Host
from hosts import free_port, voila
from waiting import wait_until

from nncompare.config import Comparison
from nncompare.ui.dashboard import OPENING
from nncompare.ui.settings_link import to_query

_FLAGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"),
    # Voila's own page asks a CDN for icons. Where there is no network it would wait for them; so this fails at once.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
_HELLO = "import ipywidgets\n\nipywidgets.HTML('hello from a widget')"
# Functions, not expressions: the page lets nobody evaluate text.
_WARM = "() => document.querySelectorAll('.nnc-strip img').length >= 10"
_STATE = "document.querySelector('.nnc-chip').dataset.state"
_DRAWN = "[...document.querySelectorAll('.nnc-chart svg')].some(svg => svg.textContent.includes('A train'))"
FIRST_POINT = f"() => {_STATE} === 'running' && {_DRAWN}"
"""Holds on the Training step once the first point of a run is drawn."""
_START_SECONDS, _END_SECONDS = 60.0, 30.0
_LOOK_SECONDS = 0.5


@contextmanager
def browser() -> Iterator[Browser]:
    """Start Chromium."""
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS) as started,
    ):
        yield started


@contextmanager
def dashboard() -> Iterator[Host]:
    """Serve the dashboard."""
    with tempfile.TemporaryDirectory(prefix="nncompare-bench-") as folder:
        data = {key: os.environ[key] for key in ("NNCOMPARE_DATA_DIR",) if key in os.environ}
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
        with voila(Path(folder), cache, data) as host:
            yield host


@contextmanager
def hello() -> Iterator[str]:
    """Serve a notebook of one widget with plain Voila, and yield its address."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="nncompare-bench-") as name:
        notebook = Path(name) / "hello.ipynb"
        notebook.write_text(json.dumps(_notebook(_HELLO)), encoding="utf-8")
        command = [str(Path(sys.executable).parent / "voila"), str(notebook), "--no-browser", f"--port={port}"]
        server = subprocess.Popen(command, cwd=name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_for(port, server)
            yield f"http://127.0.0.1:{port}/"
        finally:
            _end(server)


def open_hello(browser: Browser, address: str) -> float:
    """Open that page, and return the seconds until its widget can be seen."""
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_text("hello from a widget", exact=True).wait_for()
    taken = time.perf_counter() - began
    leave(page)
    return taken


def open_dashboard(browser: Browser, host: Host, comparison: Comparison) -> tuple[float, DashboardPage]:
    """Open the dashboard with these settings in the address, and return the seconds until it can be used."""
    query = to_query(comparison, OPENING)
    opened = DashboardPage(browser.new_page(), host)
    opened.sign_in()
    began = time.perf_counter()
    opened.page.goto(f"{host.address}?{query}", wait_until="commit")
    opened.page.get_by_role("radio").first.wait_for()
    return time.perf_counter() - began, opened


def wait_until_warm(opened: DashboardPage) -> None:
    """Wait until the page shows images: from then on its workers are being warmed."""
    opened.page.wait_for_function(_WARM)


def warm(opened: DashboardPage) -> None:
    """Train for a moment, so that the workers are warm and the Training step is on the screen."""
    wait_until_warm(opened)
    opened.train()
    opened.page.wait_for_function(f"() => ['running', 'finished'].includes({_STATE}) && {_DRAWN}")
    stop(opened)


def stop(opened: DashboardPage) -> None:
    """Press Stop, unless all has ended by itself."""
    opened.press_stop()
    opened.page.locator('.nnc-chip:is([data-state="stopped"], [data-state="finished"])').wait_for()


def wait_until_ready(host: Host) -> psutil.Process:
    """Wait until the kernel that the server keeps ready has imported everything, and return it."""

    def ready() -> psutil.Process | None:
        waiting = host.waiting_kernels()
        return next((process for process in waiting if process.cpu_percent(_LOOK_SECONDS) == 0.0), None)

    found = wait_until(ready, "a kernel in waiting")
    assert found is not None
    return found


def close(opened: DashboardPage) -> None:
    """Leave a page as a user does, and wait until its kernel has ended: it would go on costing time."""
    kernels = kernels_of(opened.host)
    leave(opened.page)
    psutil.wait_procs(kernels, timeout=_END_SECONDS)


def leave(page: Page) -> None:
    """Go elsewhere, which tells the server that the page is closed, and close the tab."""
    page.goto("about:blank")
    page.context.close()


def cpu_seconds(processes: list[psutil.Process]) -> float:
    """Add up the processor time of processes that may end meanwhile."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.Error:
            continue
        total += times.user + times.system
    return total


def browser_processes() -> list[psutil.Process]:
    """List the processes of the browser that this process has started."""
    return [child for child in psutil.Process().children(recursive=True) if "chrom" in child.name()]


def kernels_of(host: Host) -> list[psutil.Process]:
    """List the kernels of a server that have a page."""
    return list(host.kernels().values())


def _notebook(source: str) -> dict[str, object]:
    cell: dict[str, object] = {"id": "only", "cell_type": "code", "metadata": {}, "source": source}
    cell |= {"execution_count": None, "outputs": []}
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"nbformat": 4, "nbformat_minor": 5, "metadata": {"kernelspec": kernel}, "cells": [cell]}


def _wait_for(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("Voila's hello-world page is not served.")


def _end(server: subprocess.Popen[bytes]) -> None:
    """End the server with its kernels."""
    started = psutil.Process(server.pid).children(recursive=True) if server.poll() is None else []
    server.terminate()
    server.wait(timeout=30)
    _, left = psutil.wait_procs(started, timeout=10)
    for process in left:
        process.kill()
