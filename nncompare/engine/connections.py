"""The three ways to workers: an engine process of this program, that of its server, or a Dask cluster."""

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nncompare import words
from nncompare.engine import loop
from nncompare.engine.process import EngineProcess, read_credentials
from nncompare.environment import SCHEDULER, environment

if TYPE_CHECKING:
    from distributed import Client

CONNECT_SECONDS = 60.0
CLUSTER_SECONDS = 10.0
_TRY_SECONDS = 5.0
_LOOK_SECONDS = 0.1


class EngineError(Exception):
    """Training cannot be placed anywhere; the message is a sentence for the user."""


class LostError(EngineError):
    """The worker or the engine ended meanwhile; on others the same may succeed."""


class DisconnectedError(LostError):
    """The connection was lost, and with it what was under way; there may be a new one already."""


class SilentError(LostError):
    """Nothing was heard for too long, from a worker or from the scheduler."""

    def __init__(self, who: str, seconds: float, *, is_worker: bool = False) -> None:
        self.who, self.seconds, self.is_worker = who, seconds, is_worker
        super().__init__(f"{self.what()} Train again.")

    def what(self, who: str = "") -> str:
        """Return the sentence that says so without advice, perhaps with another name."""
        return f"Nothing was heard from {who or self.who} for {words.span(self.seconds)}."


@dataclass
class Connection:
    """A way to workers.

    `find` returns the address, the credentials and the number of slots, and one attempt to connect takes `seconds` at
    most; others follow for `patience_seconds`. `name` is what to call the scheduler; `no_answer` and `ended` are what
    to tell the user when `connect` failed and when the scheduler has ended. `cluster` is the address of a scheduler
    that others have started: it keeps our queue only once it is asked to, and the user can start more workers for it.
    `process` was started for this connection and ends with it. `slots` also counts workers that are being restarted;
    it is None on a cluster.
    """

    find: Callable[[], tuple[str, dict[str, Any] | None, int | None]]
    name: str
    no_answer: Callable[[Exception], str]
    ended: str
    seconds: float
    patience_seconds: float = 0.0
    cluster: str = ""
    process: EngineProcess | None = None
    slots: int | None = None

    @property
    def is_alive(self) -> bool:
        """Whether the process that was started for this connection runs, if there is one."""
        return self.process is None or self.process.is_alive

    def connect(self) -> "Client":
        """Return a client that lives on our loop. Raises errors of many kinds where there is no scheduler."""
        deadline = time.monotonic() + self.patience_seconds
        while True:
            try:
                address, credentials, self.slots = self.find()
                return _client(address, credentials, self.seconds)
            except (OSError, TimeoutError, ValueError):
                if time.monotonic() >= deadline:
                    raise
                time.sleep(_LOOK_SECONDS)

    def close(self, *, at_once: bool = False) -> None:
        """End what was started for this connection: in order, unless `at_once`."""
        if self.process is not None:
            self.process.close(at_once=at_once)


def connection_from_environment() -> Connection:
    """Return the way to the cluster or the server's engine that the environment names, else to one started here.

    Raise an EngineError when that process cannot be started.
    """
    found = environment()
    if found.scheduler:
        return _cluster(found.scheduler)
    return _servers_engine(Path(found.engine_file)) if found.engine_file else _own_engine()


def _cluster(address: str) -> Connection:
    return Connection(
        find=lambda: (address, None, None),
        name=f"the Dask scheduler at {address}",
        no_answer=lambda _: f"No Dask scheduler answers at {address}. Check {SCHEDULER}, or unset it to train here.",
        ended=f"The Dask scheduler at {address} no longer answers. Start it, then train again.",
        seconds=CLUSTER_SECONDS,
        cluster=address,
    )


def _servers_engine(file: Path) -> Connection:
    """Connect to whichever engine the file names; it may have just been started, or ended."""
    failure = "The engine of this server does not answer. Train again; if that does not help, start the server again."
    return Connection(
        find=lambda: read_credentials(file),
        name="the engine of this server",
        no_answer=lambda _: failure,
        ended="The engine that trains the models has ended; the server starts a new one. Train again.",
        seconds=_TRY_SECONDS,
        patience_seconds=CONNECT_SECONDS,
    )


def _own_engine() -> Connection:
    try:
        process = EngineProcess()
    except OSError as error:  # a full disk, or no right to write
        raise EngineError(f"The workers could not be started: {error.strerror}. Mend that, then train again.") from None
    return Connection(
        find=process.credentials,
        name="the engine that trains the models",
        no_answer=lambda error: f"The engine did not answer ({error}). Try again.",
        ended="The engine that trains the models has ended. Train again to start a new one.",
        seconds=CONNECT_SECONDS,
        process=process,
    )


def _client(address: str, credentials: dict[str, Any] | None, seconds: float) -> "Client":
    from distributed import Client
    from distributed.security import Security

    # A lost connection is told to the user in a sentence; Dask would print it into the notebook as well.
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
    security = Security(**credentials) if credentials is not None else None

    async def connected() -> Client:
        client = Client(address, asynchronous=True, security=security, set_as_default=False, timeout=seconds)
        try:
            return await client
        except BaseException:
            client.status = "closed"  # else its destructor would try to close what was never open
            raise

    return loop.wait(connected())
