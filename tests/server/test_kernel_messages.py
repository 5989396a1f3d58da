"""A page may move its widgets; what it says besides is never heard by the kernel."""

import json
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import ipykernel._version
import pytest
from browser import Browser, Socket
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from kernel_talk import connected
from local_server import LocalServer
from websocket import WebSocketConnectionClosedException

from nncompare.server.closed_voila import LARGEST_MESSAGE


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    """Where the code of an execute_request leaves its mark, if it is run."""
    return tmp_path / "it-ran"


@pytest.fixture
def line(guest: Browser, kernel: str) -> Iterator[Socket]:
    with guest.connected(kernel) as found:
        found.ping()
        yield found


def code(mark: Path) -> str:
    return f"open({str(mark)!r}, 'w').close()"


def test_the_code_would_run_if_the_kernel_heard_of_it(server: LocalServer, kernel: str, mark: Path) -> None:
    """So that the tests below can fail."""
    with connected(server.connection_files()[kernel]) as client:
        client.execute_interactive(code(mark), timeout=60)
    assert mark.exists()


def requests_of(mark: Path) -> list[tuple[str, dict[str, Any]]]:
    comm = {"comm_id": "x", "data": {}}
    state = {"state": {"_model_name": "TextModel", "_model_module": "@jupyter-widgets/controls"}}
    return [
        ("execute_request", {"code": code(mark), "silent": False, "store_history": False, "user_expressions": {}}),
        ("execute_request", {"code": "", "silent": True, "user_expressions": {"x": code(mark)}}),
        ("inspect_request", {"code": "open", "cursor_pos": 4, "detail_level": 1}),
        ("complete_request", {"code": "op", "cursor_pos": 2}),
        ("history_request", {"hist_access_type": "tail", "n": 10, "raw": True, "output": True}),
        ("is_complete_request", {"code": "1"}),
        ("input_reply", {"value": code(mark)}),
        ("debug_request", {"type": "request", "command": "evaluate", "arguments": {"expression": code(mark)}}),
        ("shutdown_request", {"restart": False}),
        ("interrupt_request", {}),
        ("create_subshell_request", {}),
        ("usage_request", {}),
        ("apply_request", {}),
        ("clear_request", {}),
        ("abort_request", {}),
        ("comm_open", {**comm, "target_name": "jupyter.widget", "data": state}),
        ("comm_open", {**comm, "target_name": "somebody", "target_module": "os"}),
        ("comm_open", {**comm}),
        ("", {}),
    ]


@pytest.mark.parametrize("channel", ["shell", "control", "stdin", "iopub", "hb", ""])
def test_what_is_not_allowed_is_never_heard(line: Socket, mark: Path, channel: str) -> None:
    numbers = {line.send(kind, content, channel) for kind, content in requests_of(mark)}
    heard = line.ping()
    assert [kind for kind, parent, _ in heard if parent.get("msg_id") in numbers] == []
    assert not mark.exists()


def test_what_is_allowed_is_heard(line: Socket) -> None:
    number = line.send("comm_info_request", {"target_name": "jupyter.widget"})
    *_, (_, _, content) = line.receive_until("comm_info_reply", number)
    assert len(content["comms"]) > 10


@pytest.mark.parametrize("kind", ["kernel_info_request", "comm_info_request", "comm_msg"])
def test_no_other_channel_is_open(line: Socket, kind: str) -> None:
    numbers = {line.send(kind, {"comm_id": "x", "data": {}}, channel) for channel in ("control", "stdin")}
    assert [kind for kind, parent, _ in line.ping() if parent.get("msg_id") in numbers] == []


def test_a_message_that_says_two_things_is_taken_for_the_one_that_is_run(line: Socket, mark: Path) -> None:
    """The kernel reads the last of two that are named alike."""
    for first, second in (("comm_msg", "execute_request"), ("kernel_info_request", "execute_request")):
        header = {"msg_id": "two", "session": "x", "username": "", "date": "2026-01-01T00:00:00Z", "version": "5.4"}
        text = json.dumps(header)[:-1] + f', "msg_type": "{first}", "msg_type": "{second}"}}'
        content = json.dumps({"code": code(mark), "silent": False, "user_expressions": {}})
        parts = [text.encode(), b"{}", b"{}", content.encode()]
        line.socket.send_binary(serialize_msg_to_ws_v1(parts, "shell"))
    assert [kind for kind, parent, _ in line.ping() if parent.get("msg_id") == "two"] == []
    assert not mark.exists()


def test_the_older_way_of_speaking_is_not_understood(guest: Browser, kernel: str, line: Socket, mark: Path) -> None:
    header = {"msg_id": "old", "msg_type": "execute_request", "session": "x", "username": "", "version": "5.4"}
    message = {
        "header": header,
        "parent_header": {},
        "metadata": {},
        "channel": "shell",
        "content": {"code": code(mark)},
    }
    with guest.connected(kernel, subprotocols=[]) as older:
        older.socket.send(json.dumps(message))
        text = json.dumps({**message, "buffers": []}).encode()
        older.socket.send_binary(struct.pack("!II", 1, 8) + text)
        older.socket.ping()
        heard = line.ping() + line.ping()
    assert [kind for kind, parent, _ in heard if parent.get("msg_id") == "old"] == []
    assert not mark.exists()


@settings(max_examples=examples(50), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=200),
            st.builds(
                lambda offsets, rest: struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + rest,
                st.lists(st.integers(0, 2**64 - 1) | st.integers(0, 300), max_size=10),
                st.binary(max_size=100),
            ),
            st.builds(
                lambda parts: serialize_msg_to_ws_v1([json.dumps(part).encode() for part in parts], "shell"),
                st.lists(
                    st.recursive(
                        st.none() | st.integers() | st.text(max_size=8) | st.just("comm_msg"),
                        lambda inner: (
                            st.lists(inner, max_size=3)
                            | st.dictionaries(st.sampled_from(["msg_type", "target_name", "comm_id", "data"]), inner)
                        ),
                        max_leaves=8,
                    ),
                    max_size=6,
                ),
            ),
        ),
        max_size=10,
    )
)
def test_noise_harms_nobody(line: Socket, noise: list[bytes]) -> None:
    for message in noise:
        line.socket.send_binary(message)
    assert line.ping()


def test_a_huge_message_never_reaches_the_kernel(guest: Browser, kernel: str) -> None:
    with guest.connected(kernel) as sender:
        sender.ping()
        sender.send("comm_msg", {"comm_id": "x", "data": {"large": "y" * LARGEST_MESSAGE}})
        with pytest.raises((WebSocketConnectionClosedException, OSError)):
            sender.ping()
    with guest.connected(kernel) as again:
        assert again.ping()


@pytest.mark.skipif(os.name == "nt", reason="there are no modes")
def test_the_keys_of_a_kernel_are_for_this_user_alone(server: LocalServer, kernel: str) -> None:
    """With them one can speak to it past the server; without them, nothing is heard or answered."""
    file = server.connection_files()[kernel]
    assert file.stat().st_mode & 0o077 == 0
    assert file.parent.stat().st_mode & 0o077 == 0
    keys = json.loads(file.read_text("utf-8"))
    assert len(keys["key"]) >= 32
    assert keys["ip"] == "127.0.0.1"
    is_encrypted = bool(keys.get("curve_publickey"))  # what goes over the wire
    assert is_encrypted or ipykernel._version.version_info < (7, 4)
