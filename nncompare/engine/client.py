"""The kernel's side of the engine: finds free workers and hands runs to them."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from nncompare.engine import loop
from nncompare.engine.connections import Connection, EngineError, LostError, connection_from_environment
from nncompare.engine.fair_queue import QueuePosition, Request
from nncompare.engine.queue_client import OnWait, QueueClient, QueueError, Submission
from nncompare.engine.slot import Slot, host_of
from nncompare.engine.tasks import survey, warm_up, worker_info
from nncompare.limits import Limits
from nncompare.memory.budget import MODELS_OF_A_PAIR
from nncompare.messages import WorkerInfo

if TYPE_CHECKING:
    from distributed import Client, Future

__all__ = ["Engine", "EngineError", "LostError", "Slot"]

MISSING_SECONDS = 60.0
"""How long workers that are missing may take to join."""
_LOST_WORKER = "The worker process ended unexpectedly. Try again."
_RESTART_SECONDS = 60.0
_TORCH_SECONDS = 60.0
ASK_SECONDS = 5.0
_LOOK_SECONDS = 1.0
_CLOSE_SECONDS = 15.0


class Engine:
    """A connection to workers, in whose queue everybody waits who is connected to the same scheduler.

    Its coroutines run on the loop of `nncompare.engine.loop`; what is no coroutine is for other threads, and waits.

    Raises
    ------
    EngineError
        When nobody answers, or the scheduler cannot keep a queue.
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
                self._open_queue()
        except BaseException:
            self.close()
            raise

    @property
    def is_alive(self) -> bool:
        """Whether the scheduler is still there."""
        return self._connection.is_alive and self._client.status == "running"

    def warm_up(self, dataset: str | None) -> None:
        """Let every worker that has nothing to do prepare itself for `dataset`, without waiting for it."""
        if self._connection.keeps_line:
            with contextlib.suppress(OSError, TimeoutError):
                loop.wait(self._warm_up(dataset))

    def survey(self, device: str) -> WorkerInfo:
        """Ask a worker what it is and has, beside whatever it is doing.

        Raises
        ------
        EngineError
            When no worker answers.
        DeviceError
            When the requested device is not there.
        """
        return loop.wait(self._survey(device))

    def close(self) -> None:
        """Let go of the workers, and end what was started for them."""
        try:
            # Dask waits for ever where a task of its own does not give in.
            loop.wait(_close(self._client), _CLOSE_SECONDS)
        except Exception:  # its scheduler is gone
            # Else its destructor would try again for minutes, on whichever thread tidies up memory, with a lock held.
            self._client.status = "closed"
        self._connection.close()

    async def claim(
        self,
        count: int,
        device: str,
        is_cancelled: Callable[[], bool] = lambda: False,
        submission: Submission | None = None,
        on_wait: OnWait = lambda _: None,
    ) -> list[Slot]:
        """Wait in the queue for `count` slots and take them; return none when the wait was cancelled.

        Parameters
        ----------
        submission : Submission, optional
            To which press of Train it belongs; None for short work, which goes first.
        on_wait : callable, optional
            Called with the position in the queue at every poll, and with None at the end of the wait.

        Raises
        ------
        EngineError
            When there are too few suitable workers, or no more comparisons are allowed.
        DeviceError
            When the requested device is not there.
        """
        request, limits = self._queue.request(count, submission), submission.limits if submission else Limits()
        try:
            addresses = await self._wait_in_queue(request, limits, is_cancelled, on_wait)
            return await self._describe(addresses, device)
        except BaseException:
            await self._queue.withdraw(request)
            raise

    async def release(self, addresses: list[str]) -> None:
        """Return claimed slots to the queue."""
        await self._queue.release(addresses)

    async def expect(self, address: str, seconds: float | None) -> None:
        """Tell those who wait how long a claimed slot will still be needed; None where that is unknown."""
        await self._queue.expect(address, seconds)

    async def idle(self) -> list[str]:
        """List the workers that nobody holds and that have nothing to do."""
        return await self._queue.idle()

    async def run(self, function: Callable[..., Any], *arguments: Any, address: str, key: str | None = None) -> Any:
        """Run a function of this package on one worker, once, and return its answer.

        Raises
        ------
        LostError
            When the worker or the engine ends meanwhile.
        """
        from distributed import KilledWorker

        future = self._submit(function, *arguments, address=address, key=key)
        answer = asyncio.ensure_future(future.result())
        try:
            while not (await asyncio.wait({answer}, timeout=_LOOK_SECONDS))[0]:
                if not self.is_alive or not await self._may_have_worker(address):
                    raise LostError(_LOST_WORKER)
            if future.cancelled() or isinstance(answer.exception(), KilledWorker):
                raise LostError(_LOST_WORKER)
            return answer.result()
        finally:
            answer.cancel()

    async def ask(self, function: Callable[..., Any], *arguments: Any, address: str) -> Any:
        """Run a short function beside whatever the worker is doing.

        Raises
        ------
        Exception
            When the worker is gone or does not answer.
        """
        return (await _answer(self._client.run(function, *arguments, workers=[address])))[address]

    async def restart(self, address: str) -> None:
        """End a worker process that hangs; its nanny starts a new one."""
        with contextlib.suppress(OSError, TimeoutError, ValueError):  # ValueError: it has no nanny
            restarting = self._client.restart_workers([address], timeout=_RESTART_SECONDS, raise_for_error=False)
            await _answer(restarting, _RESTART_SECONDS)

    def _open_queue(self) -> None:
        try:
            loop.wait(self._queue.open())
        except (OSError, TimeoutError) as error:
            raise EngineError(self._connection.no_answer(error)) from error
        except QueueError as error:
            raise EngineError(
                f"The Dask scheduler at {self._connection.address} cannot keep a queue ({error}). "
                "Install nncompare where it runs, too, in the same version."
            ) from error

    async def _warm_up(self, dataset: str | None) -> None:
        from distributed import fire_and_forget

        for address in await self._queue.idle():
            fire_and_forget(self._submit(warm_up, dataset, address=address))

    async def _survey(self, device: str) -> WorkerInfo:
        try:
            address = next(iter(await self._workers()), None)
            if address is None:
                raise EngineError(self._nobody())
            # Torch may have to be imported first, which takes longer than a usual question.
            reports = await _answer(self._client.run(survey, device, workers=[address]), _TORCH_SECONDS)
        except (OSError, TimeoutError) as error:
            raise EngineError(self._nobody()) from error
        return self._share(reports[address])

    def _submit(
        self, function: Callable[..., Any], *arguments: Any, address: str, key: str | None = None
    ) -> "Future[Any]":
        import dask

        # A checkpoint goes along with its run; Dask would warn of its size in the notebook.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            return self._client.submit(
                function, *arguments, workers=[address], allow_other_workers=False, pure=False, retries=0, key=key
            )

    async def _workers(self) -> dict[str, Any]:
        if self._client.scheduler is None:
            raise ConnectionError("The connection to the scheduler is closed.")
        workers: dict[str, Any] = (await _answer(self._client.scheduler.identity(n_workers=-1)))["workers"]
        return workers

    async def _may_have_worker(self, address: str) -> bool:
        try:
            return address in await self._workers()
        except (OSError, TimeoutError):  # busy, or gone: `is_alive` will tell which
            return True

    async def _wait_in_queue(
        self, request: Request, limits: Limits, is_cancelled: Callable[[], bool], on_wait: OnWait
    ) -> list[str]:
        deadline = time.monotonic() + MISSING_SECONDS
        try:
            while not is_cancelled():
                position = await self._poll(request, limits)
                if position.workers:
                    return list(position.workers)
                if position.suitable >= request.slots:  # they are busy: this is a queue, not an error
                    deadline = time.monotonic() + MISSING_SECONDS
                elif not self.is_alive:
                    raise LostError(self._connection.ended)
                elif position.suitable < position.known or time.monotonic() > deadline:
                    raise EngineError(_too_few(position, request.slots, self._connection.address))
                on_wait(position)
                await self._queue.rest(position, is_cancelled)
        finally:
            on_wait(None)
        await self._queue.withdraw(request)
        return []

    async def _poll(self, request: Request, limits: Limits) -> QueuePosition:
        try:
            position = await self._queue.poll(request, limits.most_comparisons)
        except (OSError, TimeoutError):  # busy, or gone: the next poll finds out which
            return QueuePosition()
        except QueueError as error:
            raise EngineError(f"The scheduler cannot keep a queue ({error}). Train again.") from error
        if position.is_refused:
            raise EngineError(limits.no_more_comparisons)
        return position

    def _nobody(self) -> str:
        if self._connection.keeps_line or not self.is_alive:
            return "No worker answers. Train to start again."
        address = self._connection.address
        return f"No worker answers at {address}. Start some: dask worker {address} --nthreads 1"

    async def _describe(self, addresses: list[str], device: str) -> list[Slot]:
        reports = await asyncio.gather(*(self.run(worker_info, device, address=address) for address in addresses))
        return [
            Slot(address, self._share(report), max(1, report.cores // await self._slots_beside(address)))
            for address, report in zip(addresses, reports, strict=True)
        ]

    def _share(self, report: WorkerInfo) -> WorkerInfo:
        """Leave as much memory to the pairs that others may train meanwhile: they are planned before it is taken."""
        pairs = max(1, (self._connection.slots or 0) // MODELS_OF_A_PAIR)
        return replace(report, available_bytes=report.available_bytes // pairs)

    async def _slots_beside(self, address: str) -> int:
        """Count the slots on a worker's machine; in our own engine also while one of them is being restarted."""
        if self._connection.slots is not None:
            return self._connection.slots
        return max(1, [host_of(other) for other in await self._workers()].count(host_of(address)))


async def _answer(question: Awaitable[Any], seconds: float | None = None) -> Any:
    # The client's own calls wait a minute for a worker that was killed, and for ever for a scheduler that was.
    return await asyncio.wait_for(question, seconds or ASK_SECONDS)


async def _close(client: "Client") -> None:
    await client.close(timeout=2)


def _too_few(position: QueuePosition, count: int, address: str) -> str:
    if position.suitable < position.known:
        return (
            f"{position.known - position.suitable} of {position.known} workers have more than one thread. "
            f"Start them with: dask worker {address} --nthreads 1"
        )
    return f"{count} workers are needed, but there are {position.known}. Start more: dask worker --nthreads 1"
