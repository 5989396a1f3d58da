"""Proxies that show a server below a path of theirs, as those of schools and of JupyterHub do; WebSockets included."""

import asyncio
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from hosts import LOOPBACK
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets
from tornado.web import Application, RequestHandler
from tornado.websocket import WebSocketClientConnection, WebSocketClosedError, WebSocketHandler, websocket_connect

PREFIX = "/some/prefix"
_OF_THE_CONNECTION = {"Connection", "Upgrade", "Sec-Websocket-Key", "Sec-Websocket-Version", "Sec-Websocket-Extensions"}
_OF_THE_ANSWER = {"Connection", "Content-Length", "Transfer-Encoding", "Server", "Date"}


@dataclass
class Proxied:
    """A server behind a proxy, as `Browser` and `DashboardPage` want to know a host."""

    address: str
    token: str
    name: str = "voila"
    strangers: list[str] = field(default_factory=list)  # what was asked of the proxy above the prefix

    @property
    def door(self) -> str:
        return f"{self.address}?token={self.token}"


@contextmanager
def proxy(target: Any, *, strips: bool, headers: Mapping[str, str] | None = None) -> Iterator[Proxied]:
    """Show `target` below `PREFIX`, with the `Host` of the browser and further headers.

    A proxy that `strips` takes the prefix off before it asks the server.
    """
    proxied = Proxied("", target.token)
    what = {"target": target.address.rstrip("/"), "taken": PREFIX if strips else "", "added": dict(headers or {})}
    rules = [(f"({PREFIX}/.*)", _Passing, what), ("(.*)", _Stranger, {"strangers": proxied.strangers})]
    listening: Future[tuple[asyncio.AbstractEventLoop, asyncio.Event, int]] = Future()

    async def serve() -> None:
        (socket,) = bind_sockets(0, LOOPBACK)
        server, end = HTTPServer(Application(rules)), asyncio.Event()
        server.add_socket(socket)
        listening.set_result((asyncio.get_running_loop(), end, socket.getsockname()[1]))
        await end.wait()
        server.stop()
        await server.close_all_connections()

    thread = threading.Thread(target=asyncio.run, args=(serve(),), name="proxy")
    thread.start()
    loop, end, port = listening.result(30)
    proxied.address = f"http://{LOOPBACK}:{port}{PREFIX}/"
    try:
        yield proxied
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join(30)
    assert not thread.is_alive()


class _Stranger(RequestHandler):
    """Another server at the root of the same host: whatever is asked there should have stayed below the prefix."""

    def initialize(self, strangers: list[str]) -> None:
        self.strangers = strangers

    def prepare(self) -> None:
        self.strangers.append(self.request.path)
        self.send_error(404)


class _Passing(WebSocketHandler):
    """Passes on whatever is asked, and whatever is answered."""

    def initialize(self, target: str, taken: str, added: dict[str, str]) -> None:
        self.target, self.taken, self.added = target, taken, added
        self.line: WebSocketClientConnection | None = None

    async def get(self, path: str) -> None:
        if self.request.headers.get("Upgrade", "").lower() == "websocket":
            await super().get(path)
        else:
            await self._pass_on()

    async def post(self, path: str) -> None:
        await self._pass_on()

    async def _pass_on(self) -> None:
        asked = HTTPRequest(
            self._url("http"), self.request.method, self._passed_headers(), self.request.body or None,
            follow_redirects=False, decompress_response=False, allow_nonstandard_methods=True, request_timeout=120,
        )  # fmt: skip
        answer = await AsyncHTTPClient(force_instance=True).fetch(asked, raise_error=False)
        self.set_status(answer.code, answer.reason)
        for name in ("Server", "Date", "Content-Type"):
            self.clear_header(name)
        for name, value in answer.headers.get_all():
            if name not in _OF_THE_ANSWER:
                self.add_header(name, value)
        if answer.body:
            self.write(answer.body)
        await self.finish()

    def check_origin(self, origin: str) -> bool:
        return True  # the server behind it checks

    def select_subprotocol(self, subprotocols: list[str]) -> str | None:
        return subprotocols[0] if subprotocols else None

    async def open(self, path: str) -> None:
        offered = self.request.headers.get("Sec-Websocket-Protocol", "").split(", ")
        asked = HTTPRequest(self._url("ws"), headers=self._passed_headers(without={"Sec-Websocket-Protocol"}))
        try:
            self.line = await websocket_connect(asked, on_message_callback=self._answer, subprotocols=offered)
        except Exception:  # it was refused
            self.close(4403)

    def on_message(self, message: str | bytes) -> None:
        if self.line is not None:
            self.line.write_message(message, binary=isinstance(message, bytes))

    def on_close(self) -> None:
        if self.line is not None:
            self.line.close()

    def _answer(self, message: str | bytes | None) -> None:
        try:
            if message is None:
                self.close()
            else:
                self.write_message(message, binary=isinstance(message, bytes))
        except WebSocketClosedError:
            pass  # the page is gone

    def _url(self, scheme: str) -> str:
        return self.target.replace("http", scheme, 1) + self.request.uri.removeprefix(self.taken)

    def _passed_headers(self, without: frozenset[str] | set[str] = frozenset()) -> dict[str, str]:
        kept = {n: v for n, v in self.request.headers.items() if n not in _OF_THE_CONNECTION | without}
        return {**kept, **self.added}
