"""Real requests to a server: with or without the token, well-behaved or not."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.client import HTTPConnection
from http.cookiejar import Cookie
from typing import Any, Protocol, cast
from urllib.parse import urljoin, urlsplit
from uuid import uuid4

import requests
from hosts import LOOPBACK
from jupyter_client.session import Session
from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from websocket import WebSocket, create_connection

PROTOCOL = "v1.kernel.websocket.jupyter.org"
SECONDS = 60
_KERNEL = re.compile(r'"kernelId": "([0-9a-f-]{36})"')


class Served(Protocol):
    """A server, in this process or in one of its own: where it is, and its token."""

    @property
    def address(self) -> str: ...
    @property
    def token(self) -> str: ...


class Browser:
    """A browser without a screen: it keeps its cookies, and the page that was opened last."""

    def __init__(self, host: Served) -> None:
        self.host, self._session = host, requests.Session()
        self.page = ""
        self._session.trust_env = False

    def sign_in(self) -> "Browser":
        """Get the cookie."""
        answer = self.get(f"?token={self.host.token}", allow_redirects=False)
        assert answer.status_code == 302
        assert urljoin(self.host.address, answer.headers["Location"]) == self.host.address
        return self

    def get(self, path: str, **options: Any) -> requests.Response:
        return self.ask("GET", path, **options)

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        return self._session.request(method, self.host.address + path, timeout=SECONDS, **options)

    def open_page(self, query: str = "") -> str:
        """Open the dashboard, which begins a kernel; return the kernel's number."""
        answer = self.get(query)
        assert answer.status_code == 200, answer.text
        self.page = answer.text
        found = _KERNEL.search(self.page)
        assert found is not None
        return found[1]

    @property
    def cookies(self) -> list[Cookie]:
        return [*cast("Iterable[Cookie]", self._session.cookies)]

    @property
    def cookie(self) -> str:
        return "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.cookies)

    @contextmanager
    def connected(self, kernel: str, **options: Any) -> Iterator["Socket"]:
        """The way to a kernel that a page has."""
        address = self.host.address.replace("http:", "ws:") + f"api/kernels/{kernel}/channels?session_id={uuid4()}"
        origin = "{0.scheme}://{0.netloc}".format(urlsplit(self.host.address))
        settings = {"cookie": self.cookie, "origin": origin, "subprotocols": [PROTOCOL], **options}
        socket = create_connection(address, timeout=SECONDS, **settings)
        try:
            yield Socket(socket)
        finally:
            socket.close()

    def end(self, kernel: str) -> int:
        """Say farewell, as the page does."""
        token = next((cookie.value for cookie in self.cookies if cookie.name == "_xsrf"), None)
        if token is None:  # it has no page
            self._session.cookies.set("_xsrf", token := "0123")
        return self.ask("POST", f"voila/api/shutdown/{kernel}", headers={"X-XSRFToken": token}).status_code


class Socket:
    """Messages to a kernel, and its answers."""

    def __init__(self, socket: WebSocket) -> None:
        self.socket, self._session = socket, Session()

    def send(self, kind: str, content: dict[str, Any], channel: str = "shell") -> str:
        """Send a message; return its number."""
        message = self._session.msg(kind, content)
        self.socket.send_binary(serialize_msg_to_ws_v1(message, channel, self._session.pack))
        return str(message["header"]["msg_id"])

    def receive(self) -> tuple[str, dict[str, Any], dict[str, Any]]:
        """Wait for a message: its kind, what it answers, and its content."""
        _, parts = deserialize_msg_from_ws_v1(self.socket.recv())
        header, parent, _, content = map(json.loads, parts[:4])
        return header["msg_type"], parent, content

    def receive_until(self, kind: str, number: str) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Wait for the answer to a message; return everything that came up to it."""
        seen = []
        while True:
            seen.append(self.receive())
            if seen[-1][0] == kind and seen[-1][1].get("msg_id") == number:
                return seen

    def ping(self) -> list[tuple[str, dict[str, Any], dict[str, Any]]]:
        """Ask what is allowed: once it is answered, everything that was sent before has been dealt with."""
        return self.receive_until("kernel_info_reply", self.send("kernel_info_request", {}))


def raw(host: Served, path: str, headers: Mapping[str, str], method: str = "GET") -> tuple[int, bytes]:
    """Ask for exactly this path; others would tidy it first."""
    connection = HTTPConnection(LOOPBACK, int(host.address.rsplit(":", 1)[1].strip("/")), timeout=SECONDS)
    try:
        connection.putrequest(method, path, skip_host="Host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        connection.endheaders()
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()
