import asyncio
import json
import os
import socket
import ssl
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from distributed import Client
from distributed.security import Security
from processes import descendants
from tiny_pairs import engine_pids, words

from nncompare.engine.shared import EngineHolder

NOBODY = 65_534
# Everything that another user of the machine can do: read the credentials, take their place, or do without.
INTRUDE = """
import os, sys
folder, address = sys.argv[1:]
os.setgroups([])
os.setgid({nobody})
os.setuid({nobody})
for attempt in (
    lambda: open(os.path.join(folder, "engine.json")).read(),
    lambda: os.listdir(folder),
    lambda: open(os.path.join(folder, "planted"), "w"),
    lambda: os.rename(folder, folder + "-mine"),
    lambda: open("/proc/%d/environ" % os.getppid()).read(),
):
    try:
        attempt()
    except OSError:
        print("refused")
    else:
        print("done")
"""


@pytest.fixture(scope="module")
def engine_pid(engines: EngineHolder) -> int:
    engines.get()
    return max(engine_pids())


@pytest.fixture(scope="module")
def folder(engine_pid: int) -> Path:
    command = words(psutil.Process(engine_pid))
    return Path(command[command.index("--folder") + 1])


@pytest.fixture(scope="module")
def address(folder: Path) -> str:
    return str(json.loads((folder / "engine.json").read_text())["address"])


def connect(address: str, **options: Any) -> None:
    """Connect to a scheduler on a loop of its own: a blocking client that fails may hold up the next one for ever."""

    async def attempt() -> None:
        client = Client(address, asynchronous=True, set_as_default=False, **options)
        try:
            await client
        finally:
            await client.close()

    asyncio.run(attempt())


def test_the_credentials_are_for_this_user_alone(folder: Path) -> None:
    assert (folder / "engine.json").stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_the_credentials_are_on_no_command_line(folder: Path, engine_pid: int) -> None:
    content = json.loads((folder / "engine.json").read_text())
    secret = content["tls_client_key"].splitlines()[1]
    for pid in (engine_pid, *descendants(engine_pid)):
        assert secret not in " ".join(psutil.Process(pid).cmdline())


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_this_machine_cannot_read_them(folder: Path, address: str) -> None:
    command = [sys.executable, "-c", INTRUDE.format(nobody=NOBODY), str(folder), address]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert (done.stdout.split(), done.stderr) == (["refused"] * 5, "")


def test_nothing_answers_without_the_credentials(address: str) -> None:
    assert address.startswith("tls://127.0.0.1:")
    for attempt in (address, address.replace("tls://", "tcp://")):
        with pytest.raises((OSError, TypeError)):
            connect(attempt, timeout=0.5)


def test_credentials_of_ones_own_making_are_refused(address: str) -> None:
    """A certificate is not enough: it must be that of this engine."""
    with pytest.raises(OSError, match="certificate"):
        connect(address, timeout=30, security=Security.temporary())


def test_a_worker_of_somebody_elses_is_refused(address: str, engines: EngineHolder) -> None:
    """Else it would be given the runs of others."""
    script = (
        "import asyncio, sys\n"
        "from distributed import Worker\n"
        "from distributed.security import Security\n"
        "async def main():\n"
        "    await asyncio.wait_for(Worker(sys.argv[1], security=Security.temporary(), nthreads=1), 3)\n"
        "asyncio.run(main())\n"
    )
    done = subprocess.run([sys.executable, "-c", script, address], capture_output=True, text=True, timeout=60)
    assert done.returncode != 0
    assert "TimeoutError" in done.stderr  # it found no way in, and it did try
    assert engines.get().is_alive


def test_the_engine_listens_on_this_machine_alone(engine_pid: int) -> None:
    assert {place.ip for place in _listening(engine_pid)} == {"127.0.0.1"}


def test_whatever_listens_speaks_encrypted_or_not_at_all(engine_pid: int) -> None:
    """A plain greeting is not answered at any port: not by the scheduler, a nanny, a worker or a dashboard."""
    ports = {place.port for place in _listening(engine_pid)}
    assert len(ports) >= 3
    for port in ports:
        for path in ("/", "/status", "/metrics", "/health", "/info/main/workers.html", "/json/identity.json"):
            answer = _greet(port, path)
            # The HTTP servers that Dask always opens have no pages here, though they point from the root to one;
            # nothing else says a word that is not TLS.
            allowed = (b"\x15\x03", b"HTTP/1.1 404", *([b"HTTP/1.1 302"] if path == "/" else []))
            assert answer == b"" or answer.startswith(allowed), (path, answer)


def _greet(port: int, path: str) -> bytes:
    """Send a plain request; give the answer, if there is one."""
    with socket.create_connection(("127.0.0.1", port), timeout=2) as plain:
        plain.sendall(f"GET {path} HTTP/1.0\r\n\r\n".encode())
        try:
            return plain.recv(1_000)
        except OSError:
            return b""


def test_a_client_that_trusts_anybody_but_shows_no_certificate_is_refused(engine_pid: int) -> None:
    """At every port that speaks TLS: those of the scheduler, the nannies and the workers."""
    refused = [_shakes_hands(port, None) for port in _tls_ports(engine_pid)]
    assert len(refused) >= 3
    assert set(refused) == {"refused"}


def test_a_client_that_trusts_anybody_and_shows_a_certificate_of_its_own_making_is_refused(
    engine_pid: int, tmp_path: Path
) -> None:
    own = Security.temporary()
    (tmp_path / "own.pem").write_text(own.tls_client_key + own.tls_client_cert)
    assert {_shakes_hands(port, tmp_path / "own.pem") for port in _tls_ports(engine_pid)} == {"refused"}


def test_with_its_own_credentials_the_same_greeting_is_answered(engine_pid: int, folder: Path, tmp_path: Path) -> None:
    """Else the two tests before would say nothing."""
    content = json.loads((folder / "engine.json").read_text())
    (tmp_path / "own.pem").write_text(content["tls_client_key"] + content["tls_client_cert"])
    assert {_shakes_hands(port, tmp_path / "own.pem") for port in _tls_ports(engine_pid)} == {"answered"}


def _listening(engine_pid: int) -> list[Any]:
    """List the addresses, with `ip` and `port`, at which the engine and all that it started listen."""
    return [
        connection.laddr
        for pid in (engine_pid, *descendants(engine_pid))
        for connection in psutil.Process(pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]


def _tls_ports(engine_pid: int) -> list[int]:
    ports = {place.port for place in _listening(engine_pid)}
    return [port for port in sorted(ports) if not _greet(port, "/").startswith(b"HTTP")]


def _shakes_hands(port: int, certificate: Path | None) -> str:
    """Return what the listener answers a client with this certificate; with TLS 1.3 only that tells."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    if certificate is not None:
        context.load_cert_chain(certificate)
    try:
        with (
            socket.create_connection(("127.0.0.1", port), timeout=20) as plain,
            context.wrap_socket(plain) as wrapped,
        ):
            return "answered" if wrapped.recv(1) else "refused"
    except (ssl.SSLError, ConnectionError):
        return "refused"
