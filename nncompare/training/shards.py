"""A batch in shards: computed on as many threads as there are, put together in their order.

How many shards there are, and how large, follows from the batch alone, and sums are made in the order of the shards. So
the result is the same to the last bit on any number of threads. Each shard is computed by one thread, with torch's own
threads switched off: those wait by spinning, and take the time of every other process of the machine.
"""

import threading
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from typing import Generic, TypeVar

import torch
from torch import Tensor

from nncompare.memory.footprint import shard_images

S = TypeVar("S")
R = TypeVar("R")
_WHOLE = 2**31
Sums = tuple[Tensor, Tensor]
"""The loss and the right answers of some images."""


def shard_size(parameter: Tensor) -> int:
    """Return how many images are one shard, by the first parameter of the network; a card computes all at once."""
    return shard_images(len(parameter)) if parameter.device.type == "cpu" else _WHOLE


def summed(shards: list[Sums]) -> Sums:
    """Add up, in their order."""
    losses, right = zip(*shards, strict=True)
    return sum(losses[1:], losses[0]), sum(right[1:], right[0])


class Crew:
    """The threads of one run: the one that calls, and helpers beside it, until the end of the context.

    At most `threads` compute at once; fewer from the next batch on where there is less memory.
    """

    def __init__(self, threads: int = 1) -> None:
        self.threads = threads
        self._helpers: list[threading.Thread] = []
        self._calls: SimpleQueue[Callable[[], None] | None] = SimpleQueue()
        torch.set_num_threads(1)

    def __enter__(self) -> "Crew":
        return self

    def __exit__(self, *_: object) -> None:
        self._dismiss()

    def run(self, shards: Iterator[S], count: int, compute: Callable[[S], R], add: Callable[[R], None]) -> None:
        """Compute about `count` shards, and add up the results in their order; one shard and one result at a time.

        The first error of a shard is raised once no thread computes any more; what was added until then is of no use.
        """
        wanted = min(self.threads, count) - 1
        if wanted <= 0:  # a small step takes no longer than it did without threads
            for shard in shards:
                add(compute(shard))
            return
        if len(self._helpers) < wanted:
            self._hire()
        job = _Job(shards, compute, add, most=wanted + 2)
        for _ in self._helpers[:wanted]:
            self._calls.put(job.work)
        job.work()
        try:
            job.wait()
        except (RuntimeError, MemoryError):  # a thread that was short of memory may be of no use: see `oom`
            self._dismiss()
            raise

    def _hire(self) -> None:
        while len(self._helpers) < self.threads - 1:
            helper = threading.Thread(target=_help, args=[self._calls], name="nncompare-shards", daemon=True)
            try:
                helper.start()
            except RuntimeError:  # there is no memory for its stack
                self.threads = 1 + len(self._helpers)
            else:
                self._helpers.append(helper)

    def _dismiss(self) -> None:
        for _ in self._helpers:
            self._calls.put(None)
        for helper in self._helpers:
            helper.join()
        self._helpers.clear()


def _help(calls: "SimpleQueue[Callable[[], None] | None]") -> None:
    torch.set_num_threads(1)
    while (call := calls.get()) is not None:
        call()
        del call  # else it would be kept, with all that it holds, until the next one


class _Job(Generic[S, R]):
    """The shards of one batch, on which several threads `work`; at most `most` are taken and not added yet."""

    def __init__(self, shards: Iterator[S], compute: Callable[[S], R], add: Callable[[R], None], most: int) -> None:
        self._shards, self._compute, self._add, self._most = shards, compute, add, most
        self._changed = threading.Condition()
        self._results: dict[int, R] = {}
        self._taken = self._done = self._added = 0
        self._is_over = False
        self._error: BaseException | None = None

    def work(self) -> None:
        """Compute shards until there are no more."""
        while (taken := self._take()) is not None:
            try:
                self._finish(taken[0], self._compute(taken[1]))
            except BaseException as error:  # whatever it is, the thread that waits raises it
                self._fail(error)
            del taken

    def wait(self) -> None:
        """Wait for the shards that others compute; raise the first error."""
        with self._changed:
            self._changed.wait_for(lambda: self._done == self._taken)
        error, self._error = self._error, None  # with its frames it holds tensors
        if error is not None:
            self._results.clear()
            try:
                raise error
            finally:
                del error

    def _take(self) -> tuple[int, S] | None:
        with self._changed:
            self._changed.wait_for(lambda: self._is_over or self._taken - self._added < self._most)
            if self._is_over:
                return None
            try:
                shard = next(self._shards)
            except StopIteration:
                self._is_over = True
                return None
            except BaseException as error:  # as in `work`
                self._is_over, self._error = True, error
                return None
            self._taken += 1
            return self._taken - 1, shard

    def _finish(self, number: int, result: R) -> None:
        with self._changed:
            self._results[number] = result
            while self._added in self._results and self._error is None:
                self._add(self._results.pop(self._added))
                self._added += 1
            self._done += 1
            self._changed.notify_all()

    def _fail(self, error: BaseException) -> None:
        with self._changed:
            self._is_over, self._error = True, self._error or error
            self._done += 1
            self._changed.notify_all()
