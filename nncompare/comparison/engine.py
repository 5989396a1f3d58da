"""The kernel's side of the engine: finds free workers and hands runs to them."""

import contextlib
import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nncompare.comparison.engine_process import SLOTS, EngineProcess
from nncompare.training.worker import SlotReport, slot_report, survey, warm_up

if TYPE_CHECKING:
    from distributed import Client, Future

SCHEDULER_VARIABLE = "NNCOMPARE_SCHEDULER"
_LOST_WORKER = "The worker process ended unexpectedly. Try again."
_CONNECT_SECONDS = 60.0
_WORKER_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_ASK_SECONDS = 5.0


class EngineError(Exception):
    """Training cannot be placed anywhere; the message is a sentence for the user."""


@dataclass(frozen=True)
class Slot:
    """A worker process that takes one run at a time, and the threads that a run may use there."""

    address: str
    report: SlotReport
    threads: int

    @property
    def host(self) -> str:
        """The machine."""
        return _host(self.address)


class Engine:
    """A connection to workers: our own engine process, or the Dask cluster at `address`.

    Raises
    ------
    EngineError
        When the process does not start or nobody answers at the address.
    """

    def __init__(self, address: str | None = None) -> None:
        self._address = address
        try:
            self._process = None if address else EngineProcess()
        except OSError as error:  # a full disk, or no right to write
            raise EngineError(
                f"The workers could not be started: {error.strerror}. Mend that, then train again."
            ) from None
        try:
            self._client = self._connect()
        except Exception as error:  # Dask answers to a wrong address with errors of many kinds
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
        return process_is_alive and self._client.status == "running"

    def warm_up(self, dataset: str | None) -> None:
        """Have every worker prepare itself for `dataset`, without waiting for it."""
        if self._process is not None:
            for address in self._workers():
                self.submit(warm_up, dataset, address=address, key=None, fire_and_forget=True)

    def survey(self, device: str) -> SlotReport:
        """Ask a worker what it is and has, beside whatever it is doing.

        Raises
        ------
        EngineError
            When no worker answers.
        DeviceError
            When the wished device is not there.
        """
        workers = self._workers_or_none()
        if not workers:
            raise EngineError(self._nobody())
        address = next(iter(workers))
        try:
            # Torch may have to be imported first, which takes longer than a usual question.
            reports = self._wait(self._client._run, survey, device, workers=[address], seconds=_WORKER_SECONDS)
        except (OSError, TimeoutError) as error:
            raise EngineError(self._nobody()) from error
        report: SlotReport = reports[address]
        return report

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
        import dask
        from distributed import fire_and_forget as let_go

        # A checkpoint goes along with its run; Dask would warn of its size in the notebook.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            future = self._client.submit(
                function, *arguments, workers=[address], allow_other_workers=False, pure=False, retries=0, key=key
            )
        if fire_and_forget:
            let_go(future)
        return future

    def run(self, function: Callable[..., Any], *arguments: Any, address: str) -> Any:
        """Run a function on one worker and wait for its answer.

        Raises
        ------
        EngineError
            When the worker or the engine ends meanwhile.
        """
        return self._answer(self.submit(function, *arguments, address=address), address)

    def ask(self, function: Callable[..., Any], *arguments: Any, address: str) -> Any:
        """Run a short function beside whatever the worker is doing.

        Raises
        ------
        Exception
            When the worker is gone or does not answer.
        """
        return self._wait(self._client._run, function, *arguments, workers=[address])[address]

    def restart(self, address: str) -> None:
        """End a worker process that hangs; its nanny starts a new one."""
        with contextlib.suppress(OSError, TimeoutError):
            self._wait(self._client._restart_workers, [address], timeout=_WORKER_SECONDS, seconds=_WORKER_SECONDS)

    def has_worker(self, address: str) -> bool:
        """Say whether the scheduler still knows this worker."""
        return address in self._workers()

    def close(self) -> None:
        """Let go of the workers; our own end."""
        client = getattr(self, "_client", None)
        if client is not None:
            _close(client)
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
        return Client(address, security=Security(**credentials), set_as_default=False, timeout=_CONNECT_SECONDS)

    def _workers(self) -> dict[str, Any]:
        workers: dict[str, Any] = self._wait(self._scheduler().identity, n_workers=-1)["workers"]
        return workers

    def _scheduler(self) -> Any:
        if self._client.scheduler is None:
            raise ConnectionError("The connection to the scheduler is closed.")
        return self._client.scheduler

    def _wait(self, method: Callable[..., Any], *arguments: Any, seconds: float = _ASK_SECONDS, **keywords: Any) -> Any:
        # The client's own calls wait a minute for a worker that was killed, and for ever for a scheduler that was.
        return self._client.sync(method, *arguments, callback_timeout=seconds, **keywords)

    def _claim_addresses(self, count: int, is_cancelled: Callable[[], bool]) -> list[str]:
        deadline = time.monotonic() + _WORKER_SECONDS
        while not is_cancelled():
            workers = self._workers_or_none()
            suitable = [address for address, worker in workers.items() if worker["nthreads"] == 1]
            free = self._take_free(suitable, count) if len(suitable) >= count else []
            if free:
                return free
            if len(suitable) >= count:  # they are busy: this is a queue, not an error
                deadline = time.monotonic() + _WORKER_SECONDS
            elif len(suitable) < len(workers) or time.monotonic() > deadline or not self.is_alive:
                raise EngineError(self._too_few(len(workers), len(suitable), count))
            time.sleep(_LOOK_SECONDS)
        return []

    def _workers_or_none(self) -> dict[str, Any]:
        try:
            return self._workers()
        except (OSError, TimeoutError):  # busy, or gone: whoever waits for workers finds out which
            return {}

    def _take_free(self, suitable: list[str], count: int) -> list[str]:
        try:
            processing = self._wait(self._scheduler().processing, workers=None)
        except (OSError, TimeoutError):
            return []
        busy = {address for address, tasks in processing.items() if tasks}
        with self._claims:
            free = [address for address in suitable if address not in busy | self._claimed][:count]
            if len(free) < count:
                return []
            self._claimed.update(free)
            return free

    def _nobody(self) -> str:
        if self._process is not None or not self.is_alive:
            return "No worker answers. Train to start again."
        return f"No worker answers at {self._address}. Start some: dask worker {self._address} --nthreads 1"

    def _too_few(self, workers: int, suitable: int, count: int) -> str:
        if not self.is_alive and self._process is None:
            return f"The Dask scheduler at {self._address} no longer answers. Start it, then train again."
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
        reports = [self._answer(future, address) for future, address in zip(asked, addresses, strict=True)]
        return [
            Slot(address, report, max(1, report.cores // self._slots_beside(address)))
            for address, report in zip(addresses, reports, strict=True)
        ]

    def _answer(self, future: "Future[Any]", address: str) -> Any:
        from distributed import KilledWorker

        while not future.done():
            if not self.is_alive or address not in (self._workers_or_none() or {address: None}):
                raise EngineError(_LOST_WORKER)
            time.sleep(_LOOK_SECONDS / 5)
        if future.cancelled() or isinstance(future.exception(), KilledWorker):
            raise EngineError(_LOST_WORKER)
        return future.result()

    def _slots_beside(self, address: str) -> int:
        """Count the slots on a worker's machine; in our own engine also while one of them is being restarted."""
        if self._process is not None:
            return SLOTS
        return max(1, [_host(other) for other in self._workers()].count(_host(address)))


def _close(client: "Client") -> None:
    try:
        client.close(timeout=2)
    except Exception:  # its scheduler is gone
        # Else its destructor would try again for minutes, on whichever thread tidies up memory, with a lock held.
        client.status = "closed"


def _host(address: str) -> str:
    return address.rpartition("://")[2].rpartition(":")[0]
