"""What a page may say to its kernel: it may move its widgets, and nothing else."""

from typing import Any

from jupyter_server.services.kernels.connection.base import deserialize_msg_from_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection

# An execute_request would run whatever somebody likes; complete, inspect and history tell what is in the kernel.
ALLOWED = ("comm_close", "comm_info_request", "comm_msg", "comm_open", "kernel_info_request")
# Through this one a page asks what widgets there are. Others would let it make widgets of its own.
_COMM_TARGET = "jupyter.widget.control"
_PROTOCOL = "v1.kernel.websocket.jupyter.org"
_HEADER, _CONTENT = 0, 3


class AllowedMessages(ZMQChannelsWebsocketConnection):
    """The way from a page to its kernel; what is not allowed is dropped here, and the kernel never hears of it."""

    def handle_incoming_message(self, incoming_msg: Any) -> None:
        """Pass a message on, if it may be."""
        if self._is_allowed(incoming_msg):
            super().handle_incoming_message(incoming_msg)
        else:
            self.log.warning("A message that is not allowed was dropped.")

    def _is_allowed(self, message: Any) -> bool:
        if self.subprotocol != _PROTOCOL or not isinstance(message, bytes):
            return False
        try:
            channel, parts = deserialize_msg_from_ws_v1(message)
            kind = self.session.unpack(parts[_HEADER])["msg_type"]
            if channel != "shell" or kind not in ALLOWED:
                return False
            return kind != "comm_open" or self.session.unpack(parts[_CONTENT])["target_name"] == _COMM_TARGET
        except Exception:  # whatever it is, it is no message
            return False
