"""Work in the background of an object that looks the same before, during and after it, and the time that it takes."""

import asyncio
import threading
import time
from collections.abc import Coroutine, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.view import RunView
from nncompare.engine.loop import on_loop


class Stopwatch:
    """Counts the seconds in which anything is under way, at once or one after the other; any thread may read it."""

    def __init__(self) -> None:
        self._active = 0
        self._counted: tuple[float, float | None] = 0.0, None  # the seconds before, and when the present ones began

    @property
    def seconds(self) -> float:
        """The seconds so far, wall clock."""
        before, began = self._counted
        return before + (time.monotonic() - began if began is not None else 0.0)

    def count_from(self, seconds: float) -> None:
        """Go on from what was counted in another process."""
        self._counted = seconds, None

    @contextmanager
    def counting(self) -> Iterator[None]:
        """Count while the block is under way."""
        self._active += 1
        self._counted = self.seconds, time.monotonic()
        try:
            yield
        finally:
            self._active -= 1
            self._counted = self.seconds, time.monotonic() if self._active else None


class UnderWay(Stopwatch):
    """Starts work for `runs` on the event loop, counts its time, and gathers its result; any thread may look at it."""

    def __init__(self) -> None:
        super().__init__()
        self._tasks: set[asyncio.Task[None]] = set()
        self._is_over = threading.Event()
        self._result: ComparisonResult | None = None

    @property
    def runs(self) -> list[RunView]:
        """What is known of the runs."""
        raise NotImplementedError

    @property
    def a(self) -> RunView:
        """What is known of the run of model A."""
        return self.runs[0]

    @property
    def b(self) -> RunView | None:
        """What is known of the run of model B."""
        return next(iter(self.runs[1:]), None)

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

    def _end_after(self, seconds: Iterable[float]) -> None:
        """Take over an end that was reached in another process, after the longest of these times."""
        self.count_from(max(seconds, default=0.0))
        self._is_over.set()

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        self._result = None
        self._is_over.clear()
        task = asyncio.get_running_loop().create_task(self._counted_work(work))
        self._tasks.add(task)
        task.add_done_callback(self._on_end)

    async def _counted_work(self, work: Coroutine[Any, Any, None]) -> None:
        with self.counting():
            await work

    def _on_end(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not self._tasks:
            self._is_over.set()
