"""The kernel's side of the engine: starts or finds workers, and hands runs to free ones."""

import atexit
import logging
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nncompare.engine import read_credentials
from nncompare.training.worker import SlotReport, slot_report, warm_up

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEDULER_VARIABLE = "NNCOMPARE_SCHEDULER"
_SLOTS = 2
_START_SECONDS = 60.0
_WORKER_SECONDS = 60.0
_LOOK_SECONDS = 0.1


class EngineError(Exception):
    """Training cannot be placed anywhere; the message is a sentence for the user."""


@dataclass(frozen=True)
class Slot:
    """A worker process that takes one run at a time, and the threads that a run may use there."""

    address: str
    report: SlotReport
    threads: int


class Engine:
    """A connection to workers: our own engine process, or the Dask cluster at `address`.

    Raises
    ------
    EngineError
        When the process does not start or nobody answers at the address.
    """

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        self._process = None if address else _EngineProcess()
        try:
            self._client = self._connect()
        except (OSError, TimeoutError, ValueError) as error:
            self.close()
            raise EngineError(
                f"No Dask scheduler answers at {address}. Check {SCHEDULER_VARIABLE}, or unset it to train here."
                if address
                else f"The engine did not answer ({error}). Try again."
            ) from error
        self._claims = threading.Lock()
        self._claimed: set[str] = set()

    @property
    def is_alive(self) -> bool:
        """Say whether the scheduler is still there."""
        process_is_alive = self._process is None or self._process.is_alive
        return process_is_alive and self._client.status in ("running", "connecting")

    def warm_up(self, dataset: str | None) -> None:
        """Have every worker prepare itself for `dataset`, without waiting for it."""
        if self._process is not None:
            for address in self._workers():
                self.submit(warm_up, dataset, address=address, key=None, fire_and_forget=True)

    def claim(self, count: int, device: str, is_cancelled: Callable[[], bool]) -> list[Slot]:
        """Wait for `count` free slots and take them; give none when the wait was cancelled.

        Raises
        ------
        EngineError
            When there are too few suitable workers.
        DeviceError
            When the wished device is not there.
        """
        addresses = self._claim_addresses(count, is_cancelled)
        try:
            return self._describe(addresses, device)
        except BaseException:
            self.release(addresses)
            raise

    def release(self, addresses: list[str]) -> None:
        """Give claimed slots back."""
        with self._claims:
            self._claimed.difference_update(addresses)

    def submit(
        self,
        function: Callable[..., Any],
        *arguments: Any,
        address: str,
        key: str | None = None,
        fire_and_forget: bool = False,
    ) -> "Future[Any]":
        """Run a function of this package on one worker, once."""
        from distributed import fire_and_forget as let_go

        future = self._client.submit(
            function, *arguments, workers=[address], allow_other_workers=False, pure=False, retries=0, key=key
        )
        if fire_and_forget:
            let_go(future)
        return future

    def ask(self, function: Callable[..., Any], *arguments: Any, address: str) -> Any:
        """Run a short function beside whatever the worker is doing.

        Raises
        ------
        Exception
            When the worker is gone or does not answer.
        """
        return self._client.run(function, *arguments, workers=[address])[address]

    def has_worker(self, address: str) -> bool:
        """Say whether the scheduler still knows this worker."""
        return address in self._workers()

    def close(self) -> None:
        """Let go of the workers; our own end."""
        client = getattr(self, "_client", None)
        if client is not None:
            client.close(timeout=2)
        if self._process is not None:
            self._process.close()

    def _connect(self) -> "Client":
        from distributed import Client
        from distributed.security import Security

        # A lost connection is told to the user in a sentence; Dask would print it into the notebook as well.
        logging.getLogger("distributed.client").setLevel(logging.CRITICAL)
        if self._process is None:
            return Client(self._address, set_as_default=False, timeout=10)
        address, credentials = self._process.credentials()
        return Client(address, security=Security(**credentials), set_as_default=False, timeout=_START_SECONDS)

    def _workers(self) -> dict[str, Any]:
        workers: dict[str, Any] = self._client.scheduler_info(n_workers=-1)["workers"]
        return workers

    def _claim_addresses(self, count: int, is_cancelled: Callable[[], bool]) -> list[str]:
        deadline = time.monotonic() + _WORKER_SECONDS
        while not is_cancelled():
            workers = self._workers()
            suitable = [address for address, worker in workers.items() if worker["nthreads"] == 1]
            free = self._take_free(suitable, count)
            if free:
                return free
            if len(suitable) >= count:  # they are busy: this is a queue, not an error
                deadline = time.monotonic() + _WORKER_SECONDS
            elif len(suitable) < len(workers) or time.monotonic() > deadline or not self.is_alive:
                raise EngineError(self._too_few(len(workers), len(suitable), count))
            time.sleep(_LOOK_SECONDS)
        return []

    def _take_free(self, suitable: list[str], count: int) -> list[str]:
        busy = {address for address, tasks in self._client.processing().items() if tasks}
        with self._claims:
            free = [address for address in suitable if address not in busy | self._claimed][:count]
            if len(free) < count:
                return []
            self._claimed.update(free)
            return free

    def _too_few(self, workers: int, suitable: int, count: int) -> str:
        if not self.is_alive:
            return "The engine that trains the models has ended. Train again to start a new one."
        if suitable < workers:
            return (
                f"{workers - suitable} of {workers} workers have more than one thread. "
                f"Start them with: dask worker {self._address} --nthreads 1"
            )
        return f"{count} workers are needed, but there are {workers}. Start more: dask worker --nthreads 1"

    def _describe(self, addresses: list[str], device: str) -> list[Slot]:
        asked = [self.submit(slot_report, device, address=address) for address in addresses]
        reports = [future.result(timeout=_WORKER_SECONDS) for future in asked]
        return [
            Slot(address, report, max(1, report.cores // self._slots_beside(address)))
            for address, report in zip(addresses, reports, strict=True)
        ]

    def _slots_beside(self, address: str) -> int:
        """Count the slots on a worker's machine; in our own engine also while one of them is being restarted."""
        if self._process is not None:
            return _SLOTS
        return max(1, [_host(other) for other in self._workers()].count(_host(address)))


class EngineHolder:
    """Keeps one engine, starts it when it is first wanted, and again when it has ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._engine: Engine | None = None
        self._is_closed = False
        atexit.register(self.close)

    def get(self) -> Engine:
        """Give a living engine.

        Raises
        ------
        EngineError
            When none can be had.
        """
        with self._lock:
            if self._is_closed:
                raise EngineError("The engine was closed. Open the dashboard again.")
            if self._engine is not None and not self._engine.is_alive:
                self._engine.close()
                self._engine = None
            if self._engine is None:
                self._engine = Engine(os.environ.get(SCHEDULER_VARIABLE) or None)
            return self._engine

    def close(self) -> None:
        """End the engine, for good."""
        with self._lock:
            self._is_closed = True
            if self._engine is not None:
                self._engine.close()
                self._engine = None
        atexit.unregister(self.close)


class _EngineProcess:
    """The process ``python -m nncompare.engine``, its private folder, and the pipe whose end is its end."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="nncompare-"))
        self._log = (self._folder / "engine.log").open("wb")
        # -P: a file named torch.py beside the notebook must not be taken for torch.
        # A session of its own: Ctrl-C is for the program that started it, which then ends it in order.
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "nncompare.engine", "--slots", str(_SLOTS), "--folder", str(self._folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            start_new_session=True,
        )

    @property
    def is_alive(self) -> bool:
        """Say whether the process runs."""
        return self._process.poll() is None

    def credentials(self) -> tuple[str, dict[str, Any]]:
        """Wait until the engine is ready, and read how to reach it."""
        assert self._process.stdout is not None
        if self._process.stdout.readline().strip() != b"ready":
            raise OSError("it ended at once: " + self._last_words())
        address, credentials = read_credentials(self._folder / "engine.json")
        return address, dict(credentials)

    def close(self) -> None:
        """Close the pipe, wait for the end, and remove the folder."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def _last_words(self) -> str:
        lines = (self._folder / "engine.log").read_text(encoding="utf-8", errors="replace").splitlines()
        return lines[-1] if lines else "it said nothing"


def _host(address: str) -> str:
    return address.rpartition("://")[2].rpartition(":")[0]
