"""A page without a browser: it opens the dashboard, hears everything that the kernel sends, and draws nothing.

It speaks Jupyter's messages over the server's websocket, and of the widgets' protocol as much as the dashboard needs:
the states of all widgets, clicks, and the answers to pings.
"""

import asyncio
import json
import re
import uuid
from collections.abc import Callable
from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1, serialize_msg_to_ws_v1
from tornado.httpclient import AsyncHTTPClient, HTTPRequest
from tornado.websocket import WebSocketClientConnection, websocket_connect

OPENING_SECONDS = 900.0  # a whole class may open its pages at once
_KERNEL = re.compile(r'"kernelId":\s*"([0-9a-f-]{36})"')
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_LARGEST_MESSAGE = 2**28


class LightClient:
    """One open dashboard.

    Attributes
    ----------
    widgets : dict
        The state of every widget by its id, as a browser would know it.
    kernel : str
        The id of the kernel.
    """

    def __init__(self, address: str, on_state: Callable[[dict[str, Any]], None] | None = None) -> None:
        self.widgets: dict[str, dict[str, Any]] = {}
        self.kernel = ""
        self._address, self._on_state = address, on_state or (lambda _: None)
        self._session = uuid.uuid4().hex
        self._changed = asyncio.Event()
        self._connection: WebSocketClientConnection
        self._reading: asyncio.Task[None]

    async def open(self, query: str, token: str) -> None:
        """Load the page, which starts a kernel, connect to it, and wait until all widgets are known."""
        headers = {"Authorization": f"token {token}"}
        request = HTTPRequest(f"{self._address}?{query}", headers=headers, request_timeout=OPENING_SECONDS)
        page = await AsyncHTTPClient().fetch(request)
        found = _KERNEL.search(page.body.decode())
        assert found is not None, "The page names no kernel."
        self.kernel = found[1]
        await self._connect(headers)
        control = uuid.uuid4().hex
        self._say("comm_open", {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}})
        self._say("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        await self.until(lambda: bool(self.find("query")), OPENING_SECONDS, "its widgets")
        self.tell(self.find("query"), {"ready": self._address})

    async def close(self) -> None:
        """Leave without a farewell."""
        self._connection.close()
        await self._reading

    def press(self, words: str) -> None:
        """Press one of the buttons that change their words, by those that are on it now."""
        widget, action = self._pressable()[words]
        self.tell(widget, {"press": action})

    def offers(self, words: str) -> bool:
        """Return whether there is such a button, and it can be pressed."""
        return words in self._pressable()

    def pick(self, choice: str) -> None:
        """Choose one of the elements that carry a choice, such as a step."""
        wanted = f'data-pick="{choice}"'
        self.tell(
            next(key for key, state in self.widgets.items() if wanted in str(state.get("html"))), {"pick": choice}
        )

    def set(self, widget: str, state: dict[str, Any]) -> None:
        """Change a widget, as its user does."""
        self._say("comm_msg", {"comm_id": widget, "data": {"method": "update", "state": state, "buffer_paths": []}})

    def tell(self, widget: str, content: dict[str, Any]) -> None:
        """Send a widget a message of its own."""
        self._say("comm_msg", {"comm_id": widget, "data": {"method": "custom", "content": content}})

    def find(self, trait: str, value: str | None = None) -> str:
        """Return the id of the widget that has a trait, of this value if one is given; empty while there is none."""
        fits = (key for key, state in self.widgets.items() if trait in state and value in (None, state[trait]))
        return next(fits, "")

    def html(self, part: str) -> list[str]:
        """List the HTML of all widgets that show a text."""
        values = (str(state.get("value", "")) for state in self.widgets.values())
        return [value for value in values if part in value]

    async def until(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until a condition holds.

        Raises
        ------
        TimeoutError
            When it never does.
        ConnectionError
            When the server has ended the connection.
        """
        try:
            async with asyncio.timeout(seconds):
                while not condition():
                    if self._reading.done():
                        self._reading.result()  # its error, if it was one that ended it
                        raise ConnectionError(f"The server has closed the connection; still to come was {what}.")
                    self._changed.clear()
                    await self._changed.wait()
        except TimeoutError:
            raise TimeoutError(f"Waited {seconds:g} s in vain for {what}.") from None

    def _pressable(self) -> dict[str, tuple[str, str]]:
        return {
            button["words"]: (widget, button["action"])
            for widget, state in self.widgets.items()
            for button in state.get("buttons", ())
            if button["action"] and not button["is_off"]
        }

    async def _connect(self, headers: dict[str, str]) -> None:
        address = f"{self._address.replace('http', 'ws', 1)}api/kernels/{self.kernel}/channels"
        request = HTTPRequest(
            f"{address}?session_id={self._session}", headers={**headers, "Origin": self._address.rstrip("/")}
        )
        self._connection = await websocket_connect(request, max_message_size=_LARGEST_MESSAGE, subprotocols=[_PROTOCOL])
        self._reading = asyncio.create_task(self._read())

    async def _read(self) -> None:
        try:
            while (frame := await self._connection.read_message()) is not None:
                assert isinstance(frame, bytes), "The server speaks another protocol."
                _, (header, _, _, content, *_) = deserialize_msg_from_ws_v1(frame)
                self._take(json.loads(header)["msg_type"], json.loads(content))
                self._changed.set()
        finally:
            self._changed.set()

    def _take(self, kind: str, content: dict[str, Any]) -> None:
        data = content.get("data", {})
        match kind, data.get("method"):
            case "comm_open", _:
                self._update(content["comm_id"], data.get("state", {}))
            case "comm_msg", "update_states":
                for widget, found in data["states"].items():
                    self._update(widget, found["state"])
            case "comm_msg", "update":
                self._update(content["comm_id"], data["state"])
            case "comm_msg", "custom" if "ping" in data["content"]:
                self.tell(content["comm_id"], {"pong": data["content"]["ping"]})

    def _update(self, widget: str, state: dict[str, Any]) -> None:
        self.widgets.setdefault(widget, {}).update(state)
        self._on_state(state)

    def _say(self, kind: str, content: dict[str, Any]) -> None:
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "session": self._session,
            "username": "",
            "version": "5.3",
        }
        parts = [json.dumps(part).encode() for part in (header, {}, {"version": "1.0.0"}, content)]
        self._connection.write_message(serialize_msg_to_ws_v1(parts, "shell"), binary=True)
