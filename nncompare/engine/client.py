"""The kernel's side of the engine: finds free workers and hands runs to them."""

import asyncio
import contextlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from nncompare.engine import loop
from nncompare.engine.connections import DisconnectedError, EngineError, LostError, SilentError
from nncompare.engine.fair_queue import Request
from nncompare.engine.queue_client import SHORT_WORK, OnWait, Submission
from nncompare.engine.tasks import survey, warm_up, worker_info
from nncompare.engine.worker_client import WorkerClient
from nncompare.memory.budget import MODELS_OF_A_PAIR
from nncompare.messages import WorkerInfo

__all__ = ["DisconnectedError", "Engine", "EngineError", "LostError", "SilentError", "Slot"]

_TORCH_SECONDS = 60.0


@dataclass(frozen=True)
class Slot:
    """A worker process that takes one run at a time."""

    address: str
    report: WorkerInfo


class Engine(WorkerClient):
    """A connection to workers, in whose queue everybody waits who is connected to the same scheduler.

    Its coroutines run on the loop of `nncompare.engine.loop`; what is no coroutine is for other threads, and waits.
    Making one raises an EngineError when nobody answers, or the scheduler cannot keep a queue.
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

        Raise an EngineError when no worker answers, and a DeviceError when the device is not there.
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

        `submission` is the press of Train to which they belong; short work goes first. `on_wait` is called with the
        position in the queue at every poll, and with None at the end of the wait. Raise an EngineError when there are
        too few suitable workers, or no more comparisons are allowed, and a DeviceError when the device is not there.
        """
        id_ = secrets.token_hex(8)
        request = Request(id_, self._client.id, self._user, count, submission.id, submission.comparison)
        try:
            addresses = await self._wait_in_queue(request, submission.limits, is_cancelled, on_wait)
            asked = (self._slot(address, device) for address in addresses)
            # All of them, also where one fails: who gets these workers next must find nobody at them.
            found = await asyncio.gather(*asked, return_exceptions=True)
            if failed := [one for one in found if isinstance(one, BaseException)]:
                raise failed[0]
            return [one for one in found if isinstance(one, Slot)]
        except BaseException:
            await self._insist("withdraw", request_id=id_)
            raise

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

    def _nobody(self) -> str:
        address = self._connection.cluster
        if not address or not self.is_alive:
            return "No worker answers. Train to start again."
        return f"No worker answers at {address}. Start some: dask worker {address} --nthreads 1"

    async def _slot(self, address: str, device: str) -> Slot:
        try:
            return Slot(address, self._share(await self.run(worker_info, device, address=address)))
        except SilentError:
            await self.restart(address)  # else it would be handed out again
            raise

    def _share(self, report: WorkerInfo) -> WorkerInfo:
        """Leave as much memory to the pairs that others may train meanwhile: they are planned before it is taken."""
        pairs = max(1, (self._connection.slots or 0) // MODELS_OF_A_PAIR)
        return replace(report, available_bytes=report.available_bytes // pairs)
