"""The three ways to workers: an engine process of this program, that of its server, or a Dask cluster."""

import logging
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nncompare.engine import loop
from nncompare.engine.credentials import read_credentials
from nncompare.engine.process import SLOTS, EngineProcess
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


class Connection:
    """A way to workers.

    Attributes
    ----------
    slots : int, optional
        How many workers there are, also while one of them is being restarted; None where others decide that.
    keeps_line : bool
        Whether the scheduler keeps our queue from its start.
    ended : str
        What to tell the user when the scheduler has ended.
    address : str
        For advice on how to start more workers; empty where the user cannot.
    """

    slots: int | None = None
    keeps_line = True
    ended = ""
    address = ""

    @property
    def is_alive(self) -> bool:
        """Whether the process that was started for this connection runs, if there is one."""
        return True

    def connect(self) -> "Client":
        """Return a client that lives on our loop. Raises errors of many kinds where there is no scheduler."""
        raise NotImplementedError

    def no_answer(self, error: Exception) -> str:
        """Return what to tell the user when `connect` failed."""
        raise NotImplementedError

    def close(self) -> None:
        """End what was started for this connection."""


def connection_from_environment() -> Connection:
    """Return the way to the cluster or the server's engine that the environment names, else to one started here.

    Raises
    ------
    EngineError
        When that process cannot be started.
    """
    found = environment()
    if found.scheduler:
        return Cluster(found.scheduler)
    if found.engine_file:
        return ServersEngine(Path(found.engine_file))
    return OwnEngine()


class OwnEngine(Connection):
    """A process that we start, and that ends with us."""

    slots = SLOTS
    ended = "The engine that trains the models has ended. Train again to start a new one."

    def __init__(self) -> None:
        try:
            self._process = EngineProcess()
        except OSError as error:  # a full disk, or no right to write
            raise EngineError(
                f"The workers could not be started: {error.strerror}. Mend that, then train again."
            ) from None

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self._process.is_alive

    def connect(self) -> "Client":
        """Wait until it is ready, and connect."""
        self._process.wait_until_ready()
        address, credentials, _ = read_credentials(self._process.file)
        return _client(address, credentials, CONNECT_SECONDS)

    def no_answer(self, error: Exception) -> str:
        """Return how it ended."""
        return f"The engine did not answer ({error}). Try again."

    def close(self) -> None:
        """End it."""
        self._process.close()


class ServersEngine(Connection):
    """The process that ``nncompare serve`` has started for all tabs, and starts again when it ends."""

    ended = "The engine that trains the models has ended; the server starts a new one. Train again."

    def __init__(self, file: Path) -> None:
        self._file = file

    def connect(self) -> "Client":
        """Connect to whichever engine the file names now; it may have just been started, or ended."""
        deadline = time.monotonic() + CONNECT_SECONDS
        while True:
            try:
                address, credentials, self.slots = read_credentials(self._file)
                return _client(address, credentials, _TRY_SECONDS)
            except (OSError, TimeoutError, ValueError):
                if time.monotonic() > deadline:
                    raise
                time.sleep(_LOOK_SECONDS)

    def no_answer(self, error: Exception) -> str:
        """Return that the server is to blame."""
        return "The engine of this server does not answer. Train again; if that does not help, start the server again."


class Cluster(Connection):
    """A Dask cluster that somebody else has started."""

    keeps_line = False

    def __init__(self, address: str) -> None:
        self.address = address
        self.ended = f"The Dask scheduler at {address} no longer answers. Start it, then train again."

    def connect(self) -> "Client":
        """Connect to the scheduler."""
        return _client(self.address, None, CLUSTER_SECONDS)

    def no_answer(self, error: Exception) -> str:
        """Return where nobody answers."""
        return f"No Dask scheduler answers at {self.address}. Check {SCHEDULER}, or unset it to train here."


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
