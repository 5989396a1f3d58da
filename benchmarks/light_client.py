"""A page without a browser: it opens the dashboard, hears everything that the kernel sends, and draws nothing.

It speaks Jupyter's messages over the server's websocket, and of the widgets' protocol as much as the dashboard needs:
the states of all widgets, clicks, and the answers to pings.
"""

import asyncio
import json
import re
import struct
import uuid
from typing import Any
from urllib.request import urlopen

from tornado.websocket import WebSocketClientConnection, websocket_connect

_KERNEL = re.compile(r'"kernelId": "([0-9a-f-]+)"')
_LARGEST_MESSAGE = 2**28
_LONGEST_OPENING = 120.0


class LightClient:
    """One open dashboard; `states` holds the state of every widget by its id, `received` counts the bytes."""

    def __init__(self, connection: WebSocketClientConnection, address: str) -> None:
        self._connection, self._address = connection, address
        self._session = uuid.uuid4().hex
        self.states: dict[str, dict[str, Any]] = {}
        self.received = 0

    @classmethod
    async def open(cls, address: str, query: str) -> "LightClient":
        """Open a page, which starts a kernel, and wait until it answers."""
        found = _KERNEL.search(await asyncio.to_thread(_read, f"{address}?{query}"))
        assert found, "The page names no kernel."
        socket = f"{address.replace('http', 'ws', 1)}api/kernels/{found[1]}/channels"
        client = cls(await websocket_connect(socket, max_message_size=_LARGEST_MESSAGE), address)
        await client._ask_for_states()
        await client._tell(client._find("said"), {"ready": address})
        return client

    async def close(self) -> None:
        """Go away."""
        self._connection.close()

    async def press(self, text: str) -> None:
        """Press the button of this text."""
        await self._tell(next(key for key, state in self.states.items() if _is_button(state, text)), {"event": "click"})

    async def pick(self, choice: str) -> None:
        """Choose one of the elements that carry a choice, such as a step."""
        wanted = f'data-pick="{choice}"'
        owner = next(key for key, state in self.states.items() if wanted in str(state.get("html", "")))
        await self._tell(owner, {"pick": choice})

    def html(self, part: str) -> str:
        """Give the HTML of the widget that shows a text; nothing while none does."""
        return next((str(s["value"]) for s in self.states.values() if part in str(s.get("value", ""))), "")

    async def hear(self) -> None:
        """Wait for one message, and take it in."""
        content = await self._connection.read_message()
        assert content is not None, "The server has closed the connection."
        self.received += len(content)
        message = json.loads(_without_buffers(content) if isinstance(content, bytes) else content)
        if message["header"]["msg_type"] == "comm_msg":
            await self._take(message["content"]["comm_id"], message["content"]["data"])

    def _find(self, trait: str) -> str:
        return next((key for key, state in self.states.items() if trait in state), "")

    async def _take(self, widget: str, data: dict[str, Any]) -> None:
        match data.get("method"):
            case "update":
                self.states.setdefault(widget, {}).update(data["state"])
            case "update_states":
                self.states.update({key: entry["state"] for key, entry in data["states"].items()})
            case "custom" if "ping" in data["content"]:
                await self._tell(widget, {"pong": data["content"]["ping"]})

    async def _ask_for_states(self) -> None:
        control = uuid.uuid4().hex
        opening = {"comm_id": control, "target_name": "jupyter.widget.control", "data": {}}
        await self._send("comm_open", opening)
        await self._send("comm_msg", {"comm_id": control, "data": {"method": "request_states"}})
        while not self._find("said"):  # the page's own, and with it all
            await self.hear()

    async def _tell(self, widget: str, content: dict[str, Any]) -> None:
        await self._send("comm_msg", {"comm_id": widget, "data": {"method": "custom", "content": content}})

    async def _send(self, kind: str, content: dict[str, Any]) -> None:
        header = {
            **{"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": self._session},
            **{"username": "", "date": "", "version": "5.3"},
        }
        message = {
            **{"channel": "shell", "header": header, "parent_header": {}, "buffers": []},
            **{"metadata": {"version": "1.0.0"}, "content": content},
        }
        await self._connection.write_message(json.dumps(message))


def _is_button(state: dict[str, Any], text: str) -> bool:
    return state.get("_model_name") == "ButtonModel" and state.get("description") == text


def _without_buffers(content: bytes) -> bytes:
    """Take the message out of a frame: a count, as many offsets, the message, its buffers."""
    (count,) = struct.unpack_from("!I", content)
    starts = [*struct.unpack_from(f"!{count}I", content, 4), len(content)]
    return content[starts[0] : starts[1]]


def _read(address: str) -> str:
    with urlopen(address, timeout=_LONGEST_OPENING) as page:
        content: bytes = page.read()
    return content.decode()
