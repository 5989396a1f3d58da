"""What the kernel asks of workers: each call ends when its worker does, or is not heard for too long."""

import asyncio
import contextlib
import os
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from nncompare.engine.connections import DisconnectedError, LostError, SilentError
from nncompare.engine.queue_client import QueueClient
from nncompare.silence import Silence

if TYPE_CHECKING:
    from distributed import Future

T = TypeVar("T")

_LOST_WORKER = "The worker process ended unexpectedly. Try again."
_DISCONNECTED = "The connection to the workers was lost. Train again."
_RESTART_SECONDS = 30.0
_LOOK_SECONDS = 1.0
_ENDED_FOR_MEMORY = "worker-restart-memory"  # what a nanny of Dask tells of

Watch = Callable[[str], Coroutine[Any, Any, None]]
"""Watches a worker, by its address, and raises a LostError when it is lost."""


class WorkerClient(QueueClient):
    """A connection to workers; its coroutines run on the loop of `nncompare.engine.loop`."""

    def __init__(self) -> None:
        super().__init__()
        self._silences: dict[str, Silence] = {}  # of the workers that do something for this kernel

    async def run(self, function: Callable[..., T], *arguments: Any, address: str, key: str | None = None) -> T:
        """Run a function of this package on one worker, once, and return its answer.

        Raise a LostError when the worker or the engine ends meanwhile; a SilentError when it was silent for too long.
        """
        from distributed import KilledWorker

        future = self._submit(function, *arguments, address=address, key=key)
        result: asyncio.Future[T] = asyncio.ensure_future(future.result())
        silence = self._silences[address] = Silence(self._silence.limit_seconds)
        try:
            await _unless_lost(result, address, self._watch, partial(self._listen, silence))
        finally:
            if self._silences.get(address) is silence:
                del self._silences[address]
        if future.cancelled():  # by Dask's client, which connects again
            raise DisconnectedError(_DISCONNECTED)
        if isinstance(result.exception(), KilledWorker):
            raise LostError(_LOST_WORKER)
        return result.result()

    async def ask(
        self, function: Callable[..., Awaitable[T] | T], *arguments: Any, address: str, seconds: float | None = None
    ) -> T:
        """Run a short function beside whatever the worker is doing; it may take as long as a question, or `seconds`.

        Raise errors of many kinds when the worker is gone or does not answer.
        """
        answering = self._client.run(function, *arguments, workers=[address])
        answers: asyncio.Future[dict[str, T]] = asyncio.ensure_future(answering)
        # The client's own calls wait a minute for a worker that was killed.
        await self._answer(_unless_lost(answers, address, self._watch), seconds)
        if address in self._silences:
            self._silences[address].end()
        return answers.result()[address]

    async def restart(self, address: str) -> bool:
        """End a worker process that hangs, so that its nanny starts a new one; return whether that has been done."""
        # Dask raises a KeyError where it has ended meanwhile, and a ValueError where it has no nanny.
        with contextlib.suppress(OSError, ValueError, KeyError):
            restarting = self._client.restart_workers([address], timeout=_RESTART_SECONDS, raise_for_error=False)
            return (await self._answer(restarting, _RESTART_SECONDS))[address] == "OK"
        return False

    async def was_ended_for_memory(self, address: str) -> bool:
        """Return whether the nanny of a worker has ended it, since it took too much memory."""
        with contextlib.suppress(OSError):
            events = await self._answer(self._client.get_events(_ENDED_FOR_MEMORY))
            return any(event["worker"] == address for _, event in events)
        return False

    def seconds_silent(self, address: str = "") -> float:
        """Return for how long nothing was heard of a worker, or of the scheduler, in steps that are worth a word."""
        silent = self._silences.get(address, self._silence)
        return max(silent.told_seconds, super().seconds_silent())

    async def _watch(self, address: str) -> None:
        """Raise a LostError when the worker or the engine has ended."""
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            self._expect_word()
            if not await self._may_have_worker(address):
                raise LostError(_LOST_WORKER)
            await self._greet(address)

    async def _greet(self, address: str) -> None:
        """Ask a worker for a word where nobody else has had one."""
        silence = self._silences.get(address)
        if silence is not None and silence.seconds > 2 * _LOOK_SECONDS:
            with contextlib.suppress(Exception):  # whatever it is, it is no word
                await self._answer(self._client.run(os.getpid, workers=[address]))
                silence.end()

    async def _listen(self, silence: Silence, _: str) -> None:
        """Raise a SilentError when nothing was heard of the worker, or of the scheduler, for too long."""
        # Where the scheduler is silent it is not the worker's fault: every question goes through it.
        while not (silence.is_too_long and self._silence.seconds < silence.limit_seconds / 2):
            self._expect_word()
            await asyncio.sleep(min(_LOOK_SECONDS, silence.limit_seconds / 16))
            silence.look()
        raise SilentError("the worker", silence.limit_seconds, is_worker=True)

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
        return list(await self._call("present"))

    async def _may_have_worker(self, address: str) -> bool:
        with contextlib.suppress(OSError):  # busy, or gone: `is_alive` will tell which
            return address in await self._workers()
        return True


async def _unless_lost(task: asyncio.Future[Any], address: str, *watches: Watch) -> None:
    """Wait until what a worker does is done; end it with what one of the watches raises before."""
    watching = [asyncio.ensure_future(watch(address)) for watch in watches]
    try:
        await asyncio.wait({task, *watching}, return_when=asyncio.FIRST_COMPLETED)
        raised = [watch.exception() for watch in watching if watch.done()]
        if raised and raised[0] is not None and not task.done():
            raise raised[0]
    finally:
        for each in (task, *watching):
            each.cancel()
