"""The queue and the boards of classes, kept in the scheduler's process: all kernels on one scheduler share them."""

import asyncio
import contextlib
from collections.abc import Callable
from dataclasses import asdict, replace
from functools import wraps
from typing import Any

from distributed import Scheduler, SchedulerPlugin, Status

from nncompare.engine.class_board import LONGEST_TEXT, ClassBoards
from nncompare.engine.fair_queue import FairQueue, QueuePosition, Request

# It changes with what is said over the network, so that an older nncompare on the same scheduler keeps its own queue.
NAME = "nncompare_queue_4"
_RESTART_SECONDS = 30.0


class QueuePlugin(SchedulerPlugin):
    """Answers `poll`, `withdraw`, `release`, `expect`, `idle`, `present`, `report` and `look`, each named after `NAME`.

    What a client held that is gone is free again. Its run may still be at work there, so with `restarts` that worker is
    restarted first, where it has a nanny to do that; elsewhere the run leaves it by itself after a minute.
    """

    name = NAME
    idempotent = True

    def __init__(self, *, restarts: bool) -> None:
        self._restarts = restarts

    async def start(self, scheduler: Scheduler) -> None:
        """Begin with an empty queue."""
        self._scheduler, self._queue, self._classes = scheduler, FairQueue(), ClassBoards()
        self._restarting: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        changes: list[Callable[..., None]] = [self._queue.withdraw, self._queue.release, self._queue.expect]
        for handler in (self.poll, self.idle, self.present, self.report, self.look, *map(self._then_grant, changes)):
            scheduler.handlers[f"{NAME}_{handler.__name__}"] = handler

    def poll(self, request: dict[str, Any], most_comparisons: int | None) -> dict[str, Any]:
        """Take a place, or look where it is; return the fields of a `QueuePosition`."""
        asked, suitable = Request(**request), self._suitable()
        place = QueuePosition(is_refused=True)
        if self._queue.poll(asked, most_comparisons):
            self._grant()
            place = self._queue.place(asked.id, suitable)
        return asdict(replace(place, known=len(self._ready()), suitable=len(suitable)))

    def idle(self) -> list[str]:
        """List the workers that nobody holds and that have nothing to do."""
        return [worker for worker in self._idle() if not self._queue.is_held(worker)]

    def present(self) -> list[str]:
        """List all workers."""
        return list(self._scheduler.workers)

    def report(self, class_id: str, **said: Any) -> dict[str, Any]:
        """Note what a page of a class says; return what the teacher wants of it, as `ClassBoard.report`."""
        return self._classes.of(class_id[:LONGEST_TEXT]).report(**said) or {}

    def look(self, class_id: str, since: int, *, is_cleared: bool = False, **wishes: Any) -> dict[str, Any]:
        """Note what a teacher wants, as `ClassBoard.direct`; return what there is on the board of the class."""
        board = self._classes.of(class_id)
        board.direct(**wishes)
        if is_cleared:
            board.clear()
        return board.look(since)

    def remove_client(self, scheduler: Scheduler, client: str) -> None:
        """Free what a client held that is gone."""
        self._classes.leave(client)
        held = self._queue.leave(client)
        with_nanny = [worker for worker in held if worker in scheduler.workers and scheduler.workers[worker].nanny]
        if self._restarts and with_nanny:
            self._restarting.update(with_nanny)  # at once: what is granted below must not be about to end
            task = asyncio.get_running_loop().create_task(self._restart(with_nanny))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        self._grant()

    def remove_worker(self, scheduler: Scheduler, worker: str, **_: Any) -> None:
        """Forget a worker that is gone."""
        self._queue.lose(worker)

    async def _restart(self, workers: list[str]) -> None:
        try:
            with contextlib.suppress(OSError):
                await self._scheduler.restart_workers(
                    workers,
                    timeout=_RESTART_SECONDS,
                    wait_for_workers=False,
                    on_error="return",
                    stimulus_id=f"{NAME}-client-gone",
                )
        finally:
            self._restarting.difference_update(workers)
            self._grant()

    def _then_grant(self, change: Callable[..., None]) -> Any:
        @wraps(change)
        def answered(**values: Any) -> str:
            change(**values)
            self._grant()
            return "done"  # an answer, so that it differs from that of a scheduler that knows no such question

        return answered

    def _grant(self) -> None:
        self._queue.grant(self._suitable(), self._idle())

    def _ready(self) -> list[str]:
        """List the workers that are neither coming nor going."""
        return [key for key, worker in self._scheduler.workers.items() if worker.status is Status.running]

    def _suitable(self) -> list[str]:
        return [address for address in self._ready() if self._scheduler.workers[address].nthreads == 1]

    def _idle(self) -> list[str]:
        suitable = [address for address in self._suitable() if address not in self._restarting]
        return [address for address in suitable if not self._scheduler.workers[address].processing]
