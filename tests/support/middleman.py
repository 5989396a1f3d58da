"""A proxy between a browser and a server: it can be cut, refuse WebSockets, or change the name that was asked for."""

import asyncio
import contextlib
import re
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from hosts import LOOPBACK, Host

_REFUSAL = b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
_SECONDS = 20


class Middleman:
    """Passes on what it is asked, one request for each connection; with `called` as the server's name, if given."""

    def __init__(self, port: int, *, passes_websockets: bool = True, called: str = "") -> None:
        self._port, self._passes_websockets, self._called = port, passes_websockets, called
        self._is_cut = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="middleman", daemon=True)
        self._thread.start()
        self._server = self._do(asyncio.start_server(self._serve, LOOPBACK, 0))
        self.address = f"http://{LOOPBACK}:{self._server.sockets[0].getsockname()[1]}/"

    def cut(self) -> None:
        """End all connections, and each new one as it comes."""
        self._do(self._hang_up())

    def mend(self) -> None:
        """Pass on again."""
        self._is_cut = False

    def close(self) -> None:
        """End everything."""
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_SECONDS)
        self._loop.close()

    def _do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_SECONDS)

    async def _hang_up(self) -> None:
        self._is_cut = True
        for writer in self._writers:
            writer.transport.abort()
        while self._writers:
            await asyncio.sleep(0)

    async def _end(self) -> None:
        self._server.close()  # in its loop: from another thread it and the last connection both wake who waits for it
        await self._hang_up()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            with contextlib.suppress(OSError, asyncio.IncompleteReadError):
                if not self._is_cut:
                    await self._pass_on(await reader.readuntil(b"\r\n\r\n"), reader, writer)
        finally:
            writer.close()
            self._writers.remove(writer)

    async def _pass_on(self, head: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_websocket = re.search(rb"(?i)\r\nUpgrade: *websocket", head) is not None
        if is_websocket and not self._passes_websockets:
            writer.write(_REFUSAL)
            return await writer.drain()
        answers, server = await asyncio.open_connection(LOOPBACK, self._port)
        try:
            server.write(self._changed(head, is_websocket=is_websocket))
            ways = [asyncio.create_task(_copy(reader, server)), asyncio.create_task(_copy(answers, writer))]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.wait(ways)
        finally:
            server.close()

    def _changed(self, head: bytes, *, is_websocket: bool) -> bytes:
        if not is_websocket:
            head = re.sub(rb"(?i)\r\nConnection:[^\r]*", b"\r\nConnection: close", head)
        return re.sub(rb"(?i)\r\nHost:[^\r]*", f"\r\nHost: {self._called}".encode(), head) if self._called else head


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while part := await reader.read(2**16):
            writer.write(part)
            await writer.drain()


@contextmanager
def between(host: Host, **options: Any) -> Iterator[tuple[Middleman, Host]]:
    """Stand before a server; yields the proxy, and the server as it is reached by it."""
    port = urlsplit(host.address).port
    assert port is not None
    middleman = Middleman(port, **options)
    try:
        yield middleman, replace(host, address=middleman.address)
    finally:
        middleman.close()
