"""Whose the other end of a connection is, as the kernel's table of connections has it."""

import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from nncompare.server import same_user
from nncompare.server.same_user import is_of_this_user

SOMEBODY = 4_242
pytestmark = pytest.mark.skipif(not Path("/proc/net/tcp").exists(), reason="the table is Linux's")


@contextmanager
def connection(listens: str, asks: str) -> Iterator[tuple[socket.socket, socket.socket]]:
    """Both ends: that of the client and that of the server."""
    family = socket.AF_INET6 if ":" in listens else socket.AF_INET
    with ExitStack() as both:
        server = both.enter_context(socket.create_server((listens, 0), family=family, dualstack_ipv6=listens == "::"))
        client = both.enter_context(socket.create_connection((asks, server.getsockname()[1]), timeout=30))
        yield client, both.enter_context(server.accept()[0])


def knows(end: socket.socket) -> bool:
    return is_of_this_user(end.getpeername(), end.getsockname())


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return socket.has_dualstack_ipv6()


WAYS = [("127.0.0.1", "127.0.0.1"), ("0.0.0.0", "127.0.0.1")]
if has_ipv6():
    WAYS += [("::1", "::1"), ("::", "127.0.0.1"), ("::", "::1")]


@pytest.mark.parametrize(("listens", "asks"), WAYS)
def test_ones_own_is_known_and_somebody_elses_is_not(listens: str, asks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with connection(listens, asks) as (client, end):
        assert knows(end)
        if os.geteuid() == 0:
            os.fchown(client.fileno(), SOMEBODY, -1)  # as if it were his
        else:
            monkeypatch.setattr("nncompare.server.same_user.os.getuid", lambda: SOMEBODY)
        assert not knows(end)


def test_what_is_not_in_the_table_is_somebody_elses() -> None:
    with connection("127.0.0.1", "127.0.0.1") as (client, end):
        host, port = end.getpeername()
        assert not is_of_this_user((host, port), ("127.0.0.1", port)), "a connection to elsewhere"
        assert not is_of_this_user(("192.0.2.1", port), end.getsockname()), "another machine's"
        client.shutdown(socket.SHUT_WR)
        assert not knows(end), "the table no longer says whose it was"


def test_roots_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    with connection("127.0.0.1", "127.0.0.1") as (_, end):
        monkeypatch.setattr(same_user, "_ROOT", os.getuid())
        monkeypatch.setattr("nncompare.server.same_user.os.getuid", lambda: SOMEBODY)
        assert knows(end)


def test_where_there_is_no_table_everybody_is_known(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(same_user, "_TABLES", {4: tmp_path / "tcp"})
    assert is_of_this_user(("127.0.0.1", 1), ("127.0.0.1", 2))
