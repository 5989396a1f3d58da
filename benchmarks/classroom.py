"""A class on one server: so many real Voila pages, each with its kernel, that all press Train at once, twice.

    python benchmarks/classroom.py --tabs 30     (Linux)

The pages are opened over HTTP, and what their browsers would say is said over the real websockets. Exits with 1 when a
tab does not finish, an update is lost, or somebody's second comparison begins before another's first.
"""

import argparse
import asyncio
import itertools
import json
import re
import socket
import statistics
import subprocess
import sys
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

EPOCHS = 3
QUERY = f"?dataset=synthetic-digits&train_images=1000&a.channels=1&b.channels=2&a.epochs={EPOCHS}&b.epochs={EPOCHS}"
MEBIBYTE = 2**20
_LOOPBACK = "127.0.0.1"
_OPEN_SECONDS, _TRAIN_SECONDS = 900.0, 1800.0
_KERNEL = re.compile(r'"kernelId":\s*"([0-9a-f-]{36})"')
_STATE = re.compile(r'data-state="(\w+)"')


@dataclass
class Tab:
    """One page: the widgets that its kernel has made, as the browser would know them."""

    number: int
    address: str
    kernel: str = ""
    opening_seconds: float = 0.0
    began: list[float] = field(default_factory=list)
    pressed: list[float] = field(default_factory=list)
    widgets: dict[str, dict[str, Any]] = field(default_factory=dict)
    waited: set[str] = field(default_factory=set)
    _socket: WebSocketClientConnection | None = None
    _session: str = field(default_factory=lambda: uuid.uuid4().hex)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def open(self) -> None:
        """Load the page, connect to its kernel, and wait until Train is possible."""
        began = time.perf_counter()
        request = HTTPRequest(self.address + QUERY, request_timeout=_OPEN_SECONDS)
        page = await AsyncHTTPClient().fetch(request)
        found = _KERNEL.search(page.body.decode())
        assert found is not None, "the page names no kernel"
        self.kernel = found[1]
        cookies = "; ".join(text.partition(";")[0] for text in page.headers.get_list("Set-Cookie"))
        socket_address = f"{self.address.replace('http', 'ws', 1)}api/kernels/{self.kernel}/channels"
        self._socket = await websocket_connect(
            HTTPRequest(
                f"{socket_address}?session_id={self._session}",
                headers={"Cookie": cookies, "Origin": self.address.rstrip("/")},
            ),
            max_message_size=2**28,
        )
        self._reading = asyncio.create_task(self._read())
        control = uuid.uuid4().hex
        self._say("comm_open", {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}})
        self._say("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        await self._until(lambda: self._find("query") is not None, _OPEN_SECONDS, "its widgets")
        self._tell(self._find("query"), {"ready": self.address})
        await self._until(lambda: not self._is_disabled("Train"), _OPEN_SECONDS, "a Train button")
        self.opening_seconds = time.perf_counter() - began
        self._set(self._find("description", "Exact values"), {"value": True})

    async def train(self) -> None:
        """Press Train, and wait for the end."""
        train = self._find("description", "Train")
        runs = len(self.began)
        self.pressed.append(time.perf_counter())
        self._tell(train, {"event": "click"})
        await self._until(lambda: self.states() == {"running"} or self._is_over(runs), _TRAIN_SECONDS, "its turn")
        if len(self.began) == runs:
            self.began.append(time.perf_counter())
        await self._until(lambda: self._is_over(runs), _TRAIN_SECONDS, "the end")

    def states(self) -> set[str]:
        """Give the states of both lanes."""
        lanes = [
            widget["value"] for widget in self.widgets.values() if "<h3 data-state" in str(widget.get("value", ""))
        ]
        return {found[1] for found in map(_STATE.search, lanes) if found}

    def epochs_shown(self) -> int:
        """Count the rows of the table with exact values in which both models have all figures."""
        table = next(
            (str(w["value"]) for w in self.widgets.values() if "Exact values after" in str(w.get("value"))), ""
        )
        rows = re.findall(r"<tr><th scope=\"row\">.*?</tr>", table, re.DOTALL)
        return sum(len(re.findall(r"<td>[\d.]+%?(?: <b>best</b>)?</td>", row)) == 10 for row in rows)

    async def close(self) -> None:
        """Go without a word."""
        if self._socket is not None:
            self._socket.close()
            await self._reading

    def _is_over(self, runs: int) -> bool:
        is_new = len(self.began) > runs or self.states() == {"running"}
        if is_new and len(self.began) == runs:
            self.began.append(time.perf_counter())
        return len(self.began) > runs and self.states() <= {"finished", "failed", "stopped"} and bool(self.states())

    def _is_disabled(self, description: str) -> bool:
        found = self._find("description", description)
        return found is None or bool(self.widgets[found].get("disabled", True))

    def _find(self, name: str, value: str | None = None) -> str | None:
        fits = (key for key, state in self.widgets.items() if name in state and value in (None, state[name]))
        return next(fits, None)

    async def _until(self, condition: Any, seconds: float, what: str) -> None:
        deadline = time.perf_counter() + seconds
        while not condition():
            assert time.perf_counter() < deadline, f"tab {self.number} waited in vain for {what}"
            self._changed.clear()
            try:
                await asyncio.wait_for(self._changed.wait(), 5)
            except TimeoutError:
                continue

    async def _read(self) -> None:
        assert self._socket is not None
        while (frame := await self._socket.read_message()) is not None:
            message = json.loads(frame if isinstance(frame, str) else _head(frame))
            self._take(message["header"]["msg_type"], message["content"])
            self._changed.set()

    def _take(self, kind: str, content: dict[str, Any]) -> None:
        data = content.get("data", {})
        if kind == "comm_open":
            self.widgets[content["comm_id"]] = dict(data.get("state", {}))
        elif kind == "comm_msg" and data.get("method") == "update_states":
            for key, widget in data["states"].items():
                self.widgets.setdefault(key, {}).update(widget["state"])
        elif kind == "comm_msg" and data.get("method") == "update":
            self.widgets.setdefault(content["comm_id"], {}).update(data["state"])
            self._note(data["state"])
        elif kind == "comm_msg" and "ping" in data.get("content", {}):
            self._tell(content["comm_id"], {"pong": data["content"]["ping"]})

    def _note(self, state: dict[str, Any]) -> None:
        if found := re.search(r"Waiting: [^<]*", str(state.get("value", ""))):
            self.waited.add(found[0])

    def _tell(self, widget: str | None, content: dict[str, Any]) -> None:
        self._say("comm_msg", {"comm_id": widget, "data": {"method": "custom", "content": content}})

    def _set(self, widget: str | None, state: dict[str, Any]) -> None:
        data = {"method": "update", "state": state, "buffer_paths": []}
        self._say("comm_msg", {"comm_id": widget, "data": data})

    def _say(self, kind: str, content: dict[str, Any]) -> None:
        assert self._socket is not None
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "version": "5.3",
        }
        message = {
            "header": header,
            "parent_header": {},
            "metadata": {"version": "1.0.0"},
            "content": content,
            "channel": "shell",
        }
        self._socket.write_message(json.dumps(message))


def main() -> None:
    """Measure, print, and exit with 1 when something is not as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tabs", type=int, default=30)
    parser.add_argument("--rounds", type=int, default=2, help="how many times each tab presses Train")
    arguments = parser.parse_args()
    from nncompare.data import fetch

    fetch("synthetic-digits")
    port = _free_port()
    command = [str(Path(sys.executable).parent / "nncompare"), "serve", "--no-browser", "--port", str(port)]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        sys.exit(asyncio.run(_lesson(arguments.tabs, arguments.rounds, f"http://{_LOOPBACK}:{port}/", server.pid)))
    finally:
        server.terminate()
        server.wait(timeout=60)


async def _lesson(count: int, rounds: int, address: str, server: int) -> int:
    AsyncHTTPClient.configure(None, max_clients=count)
    tabs = [Tab(number, address) for number in range(count)]
    await asyncio.gather(*(tab.open() for tab in tabs))
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
        await tab.close()
    return 1 if wrong else 0


async def _rounds(tab: Tab, rounds: int) -> None:
    for _ in range(rounds):
        await tab.train()
        await tab._until(lambda: tab.epochs_shown() == EPOCHS, 30, "its last epochs")


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
    kernels = [_pss(process) for process in processes if "ipykernel" in _words(process)]
    rest = sum(_pss(process) for process in processes if "ipykernel" not in _words(process))
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


def _words(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.Error:
        return ""


def _head(frame: bytes) -> bytes:
    """Cut the JSON out of a message with buffers: their number and offsets come first."""
    count = int.from_bytes(frame[:4], "big")
    offsets = [int.from_bytes(frame[4 * n : 4 * n + 4], "big") for n in range(1, count + 1)]
    return frame[offsets[0] : offsets[1] if count > 1 else None]


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
