"""Which messages of a page reach its kernel: those of its widgets, and no others."""

from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

# An execute_request would run any code; complete, inspect and history tell what is in the kernel.
ALLOWED = ("comm_close", "comm_info_request", "comm_msg", "comm_open", "kernel_info_request")
# By this one a page asks which widgets there are. Others would let it make widgets of its own.
_COMM_TARGET = "jupyter.widget.control"
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_OFFSET_BYTES, _MOST_OFFSETS = 8, 32
_PARTS = 4  # header, parent header, metadata and content; what follows are bytes of a widget


class AllowedMessages(ZMQChannelsWebsocketConnection):
    """The connection of a page to its kernel; a message that is not allowed is dropped before it reaches the kernel."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on if it is allowed."""
        if self._is_allowed(incoming_msg):
            super().handle_incoming_message(incoming_msg)
        else:
            self.log.warning("A message that is not allowed was dropped.")

    def _is_allowed(self, message: Any) -> bool:
        if self.subprotocol != _PROTOCOL or not isinstance(message, bytes) or not _is_short(message):
            return False
        try:
            channel, parts = deserialize_msg_from_ws_v1(message)
            header, parent, metadata, content = map(self.session.unpack, parts[:_PARTS])
            is_whole = all(isinstance(part, dict) for part in (header, parent, metadata, content))
            is_named = all(isinstance(header[name], str) for name in ("msg_id", "session", "msg_type"))
            if not (is_whole and is_named and channel == "shell" and header["msg_type"] in ALLOWED):
                return False
            return header["msg_type"] != "comm_open" or content["target_name"] == _COMM_TARGET
        except Exception:  # anything may come, and fail anywhere
            return False


def _is_short(message: bytes) -> bool:
    """Whether a message claims to have few parts: Jupyter would go on counting until the last of 2**64."""
    return int.from_bytes(message[:_OFFSET_BYTES], "little") <= _MOST_OFFSETS
