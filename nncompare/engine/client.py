"""The kernel's side of the engine: finds free workers and hands runs to them."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from nncompare.engine import loop
from nncompare.engine.connections import EngineError, LostError
from nncompare.engine.fair_queue import Request
from nncompare.engine.queue_client import SHORT_WORK, OnWait, QueueClient, Submission
from nncompare.engine.tasks import survey, warm_up, worker_info
from nncompare.memory.budget import MODELS_OF_A_PAIR
from nncompare.messages import WorkerInfo

if TYPE_CHECKING:
    from distributed import Future

__all__ = ["Engine", "EngineError", "LostError", "Slot"]

_LOST_WORKER = "The worker process ended unexpectedly. Try again."
_RESTART_SECONDS = 60.0
_TORCH_SECONDS = 60.0
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Slot:
    """A worker process that takes one run at a time."""

    address: str
    report: WorkerInfo


class Engine(QueueClient):
    """A connection to workers, in whose queue everybody waits who is connected to the same scheduler.

    Its coroutines run on the loop of `nncompare.engine.loop`; what is no coroutine is for other threads, and waits.

    Raises
    ------
    EngineError
        When nobody answers, or the scheduler cannot keep a queue.
    """

    def warm_up(self, dataset: str | None) -> None:
        """Let every worker that has nothing to do prepare itself for `dataset`, without waiting for it."""
        from distributed import fire_and_forget

        if not self._connection.cluster:
            with contextlib.suppress(OSError):
                for address in loop.wait(self.idle()):
                    fire_and_forget(loop.call(self._submit, warm_up, dataset, address=address))

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

    async def claim(
        self,
        count: int,
        device: str,
        is_cancelled: Callable[[], bool] = lambda: False,
        submission: Submission = SHORT_WORK,
        on_wait: OnWait = lambda _: None,
    ) -> list[Slot]:
        """Wait in the queue for `count` slots and take them; return none when the wait was cancelled.

        Parameters
        ----------
        submission : Submission, optional
            To which press of Train it belongs; short work goes first.
        on_wait : callable, optional
            Called with the position in the queue at every poll, and with None at the end of the wait.

        Raises
        ------
        EngineError
            When there are too few suitable workers, or no more comparisons are allowed.
        DeviceError
            When the requested device is not there.
        """
        id_ = secrets.token_hex(8)
        request = Request(id_, self._client.id, self._user, count, submission.id, submission.comparison)
        try:
            addresses = await self._wait_in_queue(request, submission.limits, is_cancelled, on_wait)
            return await self._describe(addresses, device)
        except BaseException:
            await self._insist("withdraw", request_id=id_)
            raise

    async def run(self, function: Callable[..., Any], *arguments: Any, address: str, key: str | None = None) -> Any:
        """Run a function of this package on one worker, once, and return its answer.

        Raises
        ------
        LostError
            When the worker or the engine ends meanwhile.
        """
        from distributed import KilledWorker

        future = self._submit(function, *arguments, address=address, key=key)
        result = asyncio.ensure_future(future.result())
        await self._wait_for(result, address)
        if future.cancelled() or isinstance(result.exception(), KilledWorker):
            raise LostError(_LOST_WORKER)
        return result.result()

    async def ask(self, function: Callable[..., Any], *arguments: Any, address: str) -> Any:
        """Run a short function beside whatever the worker is doing.

        Raises
        ------
        Exception
            When the worker is gone or does not answer.
        """
        answers = asyncio.ensure_future(self._client.run(function, *arguments, workers=[address]))
        await self._answer(self._wait_for(answers, address))
        return answers.result()[address]

    async def restart(self, address: str) -> None:
        """End a worker process that hangs; its nanny starts a new one."""
        with contextlib.suppress(OSError, ValueError):  # ValueError: it has no nanny
            restarting = self._client.restart_workers([address], timeout=_RESTART_SECONDS, raise_for_error=False)
            await self._answer(restarting, _RESTART_SECONDS)

    async def _wait_for(self, task: asyncio.Future[Any], address: str) -> None:
        """Wait until a task is done; end it with a LostError when the worker or the engine ends meanwhile."""
        # The client's own calls wait a minute for a worker that was killed.
        try:
            while not (await asyncio.wait({task}, timeout=_LOOK_SECONDS))[0]:
                if not self.is_alive or not await self._may_have_worker(address):
                    raise LostError(_LOST_WORKER)
        finally:
            task.cancel()

    async def _survey(self, device: str) -> WorkerInfo:
        try:
            workers = (await self._workers())[:1]
            if not workers:
                raise EngineError(self._nobody())
            # Torch may have to be imported first, which takes longer than a usual question.
            (report,) = (await self._answer(self._client.run(survey, device, workers=workers), _TORCH_SECONDS)).values()
        except OSError as error:
            raise EngineError(self._nobody()) from error
        return self._share(report)

    def _submit(
        self, function: Callable[..., Any], *arguments: Any, address: str, key: str | None = None
    ) -> "Future[Any]":
        import dask

        # A checkpoint goes along with its run; Dask would warn of its size in the notebook.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 GiB"}):
            return self._client.submit(
                function, *arguments, workers=[address], allow_other_workers=False, pure=False, retries=0, key=key
            )

    async def _workers(self) -> list[str]:
        return list((await self._answer(self._scheduler().identity(n_workers=-1)))["workers"])

    async def _may_have_worker(self, address: str) -> bool:
        with contextlib.suppress(OSError):  # busy, or gone: `is_alive` will tell which
            return address in await self._workers()
        return True

    def _nobody(self) -> str:
        address = self._connection.cluster
        if not address or not self.is_alive:
            return "No worker answers. Train to start again."
        return f"No worker answers at {address}. Start some: dask worker {address} --nthreads 1"

    async def _describe(self, addresses: list[str], device: str) -> list[Slot]:
        reports = await asyncio.gather(*(self.run(worker_info, device, address=address) for address in addresses))
        return [Slot(address, self._share(report)) for address, report in zip(addresses, reports, strict=True)]

    def _share(self, report: WorkerInfo) -> WorkerInfo:
        """Leave as much memory to the pairs that others may train meanwhile: they are planned before it is taken."""
        pairs = max(1, (self._connection.slots or 0) // MODELS_OF_A_PAIR)
        return replace(report, available_bytes=report.available_bytes // pairs)
