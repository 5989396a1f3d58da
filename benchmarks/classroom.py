"""A class on one server: many real Voila pages, each with its kernel, that all press Train at once, twice.

    python benchmarks/classroom.py --tabs 30     (Linux)

The pages are opened over HTTP, and what their browsers would say is said over the real websockets. Exits with 1 when a
tab does not finish, an update is lost, or a user's second comparison begins before another user's first.
"""

import argparse
import asyncio
import itertools
import os
import re
import secrets
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from light_client import OPENING_SECONDS, LightClient
from tornado.httpclient import AsyncHTTPClient

from nncompare.environment import TOKEN as TOKEN_VARIABLE

EPOCHS = 3
QUERY = f"dataset=synthetic-digits&train_images=1000&a.channels=1&b.channels=2&a.epochs={EPOCHS}&b.epochs={EPOCHS}"
MEBIBYTE = 2**20
_LOOPBACK = "127.0.0.1"
_TRAIN_SECONDS = 1800.0
_STATE = re.compile(r'data-state="(\w+)"')


@dataclass
class Tab:
    """One page, and when its user pressed Train and was served."""

    number: int
    client: LightClient
    opening_seconds: float = 0.0
    began: list[float] = field(default_factory=list)
    pressed: list[float] = field(default_factory=list)
    waited: set[str] = field(default_factory=set)

    @classmethod
    def at(cls, number: int, address: str) -> "Tab":
        """Make a tab that is not yet open."""
        waited: set[str] = set()

        def note(state: dict[str, Any]) -> None:
            if found := re.search(r"Waiting: [^<]*", str(state.get("value", ""))):
                waited.add(found[0])

        return cls(number, LightClient(address, note), waited=waited)

    async def open(self, token: str) -> None:
        """Load the page, connect to its kernel, and wait until Train is possible."""
        began = time.perf_counter()
        await self.client.open(QUERY, token)
        await self.until(lambda: self.client.offers("Train both"), OPENING_SECONDS, "a Train button")
        self.opening_seconds = time.perf_counter() - began
        self.client.set(self.client.find("description", "Exact values"), {"value": True})

    async def train(self) -> None:
        """Press Train, and wait for the end."""
        runs = len(self.began)
        self.pressed.append(time.perf_counter())
        self.client.press("Train again" if runs else "Train both")
        await self.until(lambda: self.states() == {"running"} or self._is_over(runs), _TRAIN_SECONDS, "its turn")
        if len(self.began) == runs:
            self.began.append(time.perf_counter())
        await self.until(lambda: self._is_over(runs), _TRAIN_SECONDS, "the end")

    async def until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until a condition holds."""
        await self.client.until(condition, seconds, f"{what} in tab {self.number}")

    def states(self) -> set[str]:
        """Return the states that the panels of both models show."""
        return {found[1] for found in map(_STATE.search, self.client.html("<h3 data-state")) if found}

    def epochs_shown(self) -> int:
        """Count the rows of the table with exact values in which both models have all figures."""
        (table,) = self.client.html("Exact values after") or [""]
        rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table, re.DOTALL)
        return sum(len(re.findall(r"<td>[\d.]+%?(?: <b>best</b>)?</td>", row)) == 10 for row in rows)

    def _is_over(self, runs: int) -> bool:
        is_new = len(self.began) > runs or self.states() == {"running"}
        if is_new and len(self.began) == runs:
            self.began.append(time.perf_counter())
        return len(self.began) > runs and self.states() <= {"finished", "failed", "stopped"} and bool(self.states())


def main() -> None:
    """Measure, print, and exit with 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2, help="how many times each tab presses Train")
    parser.add_argument("--smoke", action="store_true", help="two tabs, once: shows that it runs, no more")
    arguments = parser.parse_args()
    if arguments.smoke:
        arguments.tabs, arguments.rounds = 2, 1
    from nncompare.data import fetch

    fetch("synthetic-digits")
    port, token = _free_port(), secrets.token_urlsafe()
    command = [str(Path(sys.executable).parent / "nncompare"), "serve", "--no-browser", "--port", str(port)]
    environment = {**os.environ, TOKEN_VARIABLE: token}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        tabs = [Tab.at(number, f"http://{_LOOPBACK}:{port}/") for number in range(arguments.tabs)]
        sys.exit(asyncio.run(_lesson(tabs, arguments.rounds, token, server.pid)))
    finally:
        server.terminate()
        server.wait(timeout=60)


async def _lesson(tabs: list[Tab], rounds: int, token: str, server: int) -> int:
    count = len(tabs)
    AsyncHTTPClient.configure(None, max_clients=count)
    await asyncio.gather(*(tab.open(token) for tab in tabs))
    opening = [tab.opening_seconds for tab in tabs]
    print(
        f"{count} tabs opened at once: usable after {statistics.median(opening):.1f} s, the last {max(opening):.1f} s"
    )
    _print_memory(server, count, "before training")
    began = time.perf_counter()
    await asyncio.gather(*(_rounds(tab, rounds) for tab in tabs))
    print(f"{count * rounds} comparisons trained in {time.perf_counter() - began:.1f} s")
    _print_memory(server, count, "after training")
    waits = [start - press for tab in tabs for start, press in zip(tab.began, tab.pressed, strict=True)]
    print(f"from Train to the start: {statistics.median(waits):.1f} s, longest {max(waits):.1f} s")
    print(f"said while waiting, for example: {sorted(tabs[-1].waited, reverse=True)[:3]}")
    wrong = [*_not_finished(tabs), *_unfair(tabs)]
    engines = sum("nncompare.engine" in _words(child) for child in psutil.Process(server).children(recursive=True))
    wrong += [f"{engines} engine processes"] if engines != 1 else []
    print("\n".join(wrong) or "Every tab finished, shows every epoch, and began its first before anybody's second.")
    for tab in tabs:
        await tab.client.close()
    return 1 if wrong else 0


async def _rounds(tab: Tab, rounds: int) -> None:
    for _ in range(rounds):
        await tab.train()
        await tab.until(lambda: tab.epochs_shown() == EPOCHS, 30, "its last epochs")


def _not_finished(tabs: list[Tab]) -> list[str]:
    return [
        f"tab {tab.number}: {tab.states()}, {tab.epochs_shown()} of {EPOCHS} epochs shown"
        for tab in tabs
        if tab.states() != {"finished"} or tab.epochs_shown() != EPOCHS
    ]


def _unfair(tabs: list[Tab]) -> list[str]:
    """Compare with the earliest start of each further round; half a second is how exactly a page knows its start."""
    rounds = [[tab.began[number] for tab in tabs] for number in range(len(tabs[0].began))]
    return [
        f"a comparison of round {number + 1} began {max(before) - min(after):.1f} s before the last of round {number}"
        for number, (before, after) in enumerate(itertools.pairwise(rounds), start=1)
        if min(after) < max(before) - 0.5
    ]


def _print_memory(server: int, count: int, when: str) -> None:
    processes = [psutil.Process(server), *psutil.Process(server).children(recursive=True)]
    kernels = [_pss(process) for process in processes if _is_kernel(process)]  # one of them waits for its page
    rest = sum(_pss(process) for process in processes if not _is_kernel(process))
    print(
        f"memory {when}: {statistics.median(kernels) / MEBIBYTE:.0f} MiB a tab (median of {len(kernels)}, proportional "
        f"share), at most {max(kernels) / MEBIBYTE:.0f}; server, engine and workers {rest / MEBIBYTE:.0f} MiB"
    )
    assert len(kernels) >= count


def _pss(process: psutil.Process) -> int:
    try:
        return int(process.memory_full_info().pss)
    except psutil.Error:
        return 0


def _is_kernel(process: psutil.Process) -> bool:
    return any(name in _words(process) for name in ("ipykernel", "waiting_kernel"))


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((_LOOPBACK, 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex((_LOOPBACK, port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("The server did not start.")


if __name__ == "__main__":
    main()
