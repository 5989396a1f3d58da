"""Work in the background of an object that looks the same before, during and after it."""

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.stopwatch import Stopwatch
from nncompare.engine.loop import on_loop


class UnderWay:
    """Starts work on the event loop, counts its time, and gathers its result; any thread may look at it."""

    def __init__(self) -> None:
        self._stopwatch = Stopwatch()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = threading.Event()
        self._result: ComparisonResult | None = None

    @property
    def seconds(self) -> float:
        """Wall clock in which anything was under way."""
        return self._stopwatch.seconds

    def wait(self, seconds: float | None = None) -> bool:
        """Wait for the end of all that was begun, at most so long; return whether it came."""
        return self._is_over.wait(seconds)

    async def ended(self) -> None:
        """Wait for the end on the event loop."""
        while self._tasks:
            await asyncio.wait(self._tasks)

    @on_loop
    def result(self) -> ComparisonResult:
        """Return what is known now; after the end all of it, and always the same."""
        result = self._result or self._gather()
        self._result = result if self.wait(0) else None
        return result

    def _gather(self) -> ComparisonResult:
        raise NotImplementedError

    def _count_from(self, seconds: float) -> None:
        """Take over an end that was reached in another process."""
        self._stopwatch.count_from(seconds)
        self._is_over.set()

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        self._result = None
        self._is_over.clear()
        self._stopwatch.start()
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._on_end)

    def _on_end(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        self._stopwatch.stop()
        if not self._tasks:
            self._is_over.set()
