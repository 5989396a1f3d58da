"""The kernel's side of the engine: finds free workers and hands runs to them."""

import contextlib
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nncompare.engine.connections import (
    Connection,
    EngineError,
    LostError,
    connection_from_environment,
)
from nncompare.engine.fair_queue import QueuePosition, Request
from nncompare.engine.queue_client import OnWait, QueueClient, QueueError, Submission
from nncompare.engine.tasks import survey, warm_up, worker_info
from nncompare.limits import Limits
from nncompare.memory.budget import MODELS_OF_A_PAIR
from nncompare.messages import WorkerInfo

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Engine", "EngineError", "LostError", "Slot"]

_LOST_WORKER = "The worker process ended unexpectedly. Try again."
_WORKER_SECONDS = 60.0
_LOOK_SECONDS = 0.1
_ASK_SECONDS = 5.0
_CLOSE_SECONDS = 15.0


@dataclass(frozen=True)
class Slot:
    """A worker process that takes one run at a time, and the threads that a run may use there."""

    address: str
    report: WorkerInfo
    threads: int

    @property
    def host(self) -> str:
        """The machine."""
        return _host(self.address)


class Engine:
    """A connection to workers, in whose line everybody waits who is connected to the same scheduler.

    Raises
    ------
    EngineError
        When nobody answers, or the scheduler cannot keep a line.
    """

    def __init__(self, connection: Connection | None = None) -> None:
        self._connection = connection or connection_from_environment()
        try:
            self._client: Client = self._connection.connect()
        except Exception as error:  # Dask answers to a wrong address with errors of many kinds
            self._connection.close()
            raise EngineError(self._connection.no_answer(error)) from error
        try:
            self._queue = QueueClient(self._client)
            if not self._connection.keeps_line:
                self._open_line()
        except BaseException:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Say whether the scheduler is still there."""
        return self._connection.is_alive and self._client.status == "running"

    def warm_up(self, dataset: str | None) -> None:
        """Have every worker that has nothing to do prepare itself for `dataset`, without waiting for it."""
        if self._connection.keeps_line:
            with contextlib.suppress(OSError, TimeoutError):
                for address in self._queue.idle():
                    self.submit(warm_up, dataset, address=address, key=None, fire_and_forget=True)

    def survey(self, device: str) -> WorkerInfo:
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
        return self._share(reports[address])

    def claim(
        self,
        count: int,
        device: str,
        is_cancelled: Callable[[], bool],
        turn: Submission | None = None,
        on_wait: OnWait | None = None,
    ) -> list[Slot]:
        """Wait in line for `count` slots and take them; give none when the wait was cancelled.

        Parameters
        ----------
        turn : Turn, optional
            To which press of Train it belongs; None for short work, which goes first.
        on_wait : callable, optional
            Called with the place in the line at every look, and with None at the end of the wait.

        Raises
        ------
        EngineError
            When there are too few suitable workers, or no more comparisons are allowed.
        DeviceError
            When the wished device is not there.
        """
        ticket, limits = self._queue.ticket(count, turn), turn.limits if turn is not None else Limits()
        try:
            addresses = self._wait_in_line(ticket, limits, is_cancelled, on_wait or (lambda _: None))
            return self._describe(addresses, device)
        except BaseException:
            self._queue.withdraw(ticket)
            raise

    def release(self, addresses: list[str]) -> None:
        """Give claimed slots back."""
        self._queue.release(addresses)

    def expect(self, address: str, seconds: float | None) -> None:
        """Tell those who wait how long a claimed slot will still be needed; None where that is unknown."""
        self._queue.expect(address, seconds)

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
        _close(self._client)
        self._connection.close()

    def _open_line(self) -> None:
        try:
            self._queue.open()
        except (OSError, TimeoutError) as error:
            raise EngineError(self._connection.no_answer(error)) from error
        except QueueError as error:
            raise EngineError(
                f"The Dask scheduler at {self._connection.address} cannot keep a queue ({error}). "
                "Install nncompare where it runs, too, in the same version."
            ) from error

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

    def _wait_in_line(
        self, ticket: Request, limits: Limits, is_cancelled: Callable[[], bool], on_wait: OnWait
    ) -> list[str]:
        deadline = time.monotonic() + _WORKER_SECONDS
        try:
            while not is_cancelled():
                place = self._look(ticket, limits)
                if place.workers:
                    return list(place.workers)
                if place.suitable >= ticket.slots:  # they are busy: this is a queue, not an error
                    deadline = time.monotonic() + _WORKER_SECONDS
                elif not self.is_alive:
                    raise LostError(self._connection.ended)
                elif place.suitable < place.known or time.monotonic() > deadline:
                    raise EngineError(self._too_few(place, ticket.slots))
                on_wait(place)
                self._queue.rest(place, is_cancelled)
        finally:
            on_wait(None)
        self._queue.withdraw(ticket)
        return []

    def _look(self, ticket: Request, limits: Limits) -> QueuePosition:
        try:
            place = self._queue.ask(ticket, limits.most_comparisons)
        except (OSError, TimeoutError):  # busy, or gone: whoever waits finds out which
            return QueuePosition()
        except QueueError as error:
            raise EngineError(f"The scheduler cannot keep a queue ({error}). Train again.") from error
        if place.is_refused:
            raise EngineError(limits.no_more_comparisons)
        return place

    def _workers_or_none(self) -> dict[str, Any]:
        try:
            return self._workers()
        except (OSError, TimeoutError):  # busy, or gone: whoever waits for workers finds out which
            return {}

    def _nobody(self) -> str:
        if self._connection.keeps_line or not self.is_alive:
            return "No worker answers. Train to start again."
        address = self._connection.address
        return f"No worker answers at {address}. Start some: dask worker {address} --nthreads 1"

    def _too_few(self, place: QueuePosition, count: int) -> str:
        if place.suitable < place.known:
            return (
                f"{place.known - place.suitable} of {place.known} workers have more than one thread. "
                f"Start them with: dask worker {self._connection.address} --nthreads 1"
            )
        return f"{count} workers are needed, but there are {place.known}. Start more: dask worker --nthreads 1"

    def _describe(self, addresses: list[str], device: str) -> list[Slot]:
        asked = [self.submit(worker_info, device, address=address) for address in addresses]
        reports = [self._share(self._answer(*pair)) for pair in zip(asked, addresses, strict=True)]
        return [
            Slot(address, report, max(1, report.cores // self._slots_beside(address)))
            for address, report in zip(addresses, reports, strict=True)
        ]

    def _share(self, report: WorkerInfo) -> WorkerInfo:
        """Leave as much memory to the pairs that others may train meanwhile: they are planned before it is taken."""
        pairs = max(1, (self._connection.slots or 0) // MODELS_OF_A_PAIR)
        return replace(report, available_bytes=report.available_bytes // pairs)

    def _answer(self, future: "Future[Any]", address: str) -> Any:
        from distributed import KilledWorker

        while not future.done():
            if not self.is_alive or address not in (self._workers_or_none() or {address: None}):
                raise LostError(_LOST_WORKER)
            time.sleep(_LOOK_SECONDS / 5)
        if future.cancelled() or isinstance(future.exception(), KilledWorker):
            raise LostError(_LOST_WORKER)
        return future.result()

    def _slots_beside(self, address: str) -> int:
        """Count the slots on a worker's machine; in our own engine also while one of them is being restarted."""
        if self._connection.slots is not None:
            return self._connection.slots
        return max(1, [_host(other) for other in self._workers()].count(_host(address)))


def _close(client: "Client") -> None:
    """Close the client, at most for so long: Dask waits for ever where a task of its own does not give in."""
    closing = threading.Thread(target=_close_now, args=(client,), name="nncompare-close", daemon=True)
    try:
        closing.start()
    except RuntimeError:  # the program is ending, and Python starts no more threads
        _close_now(client)
    else:
        closing.join(_CLOSE_SECONDS)


def _close_now(client: "Client") -> None:
    try:
        client.close(timeout=2)
    except Exception:  # its scheduler is gone
        # Else its destructor would try again for minutes, on whichever thread tidies up memory, with a lock held.
        client.status = "closed"


def _host(address: str) -> str:
    return address.rpartition("://")[2].rpartition(":")[0]
