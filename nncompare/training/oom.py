"""Work that may not fit into memory, done so that the same thread can go on with less."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from nncompare.training.device import give_back_memory, is_out_of_memory

T = TypeVar("T")

# oneDNN remembers, for each thread and for good, that memory for its machine code could not be had: no convolution
# works in that thread again, however small it is. All later work of the thread is done by a fresh one.
_fresh = threading.local()

_STACK_SECONDS = 1.0


def run_or_none(work: Callable[[], T], device: torch.device, *, can_be_smaller: bool) -> T | None:
    """Return the result of `work`, or None when it does not fit but can be smaller; then nothing of it is left behind.

    Any other error of `work` is raised.
    """
    fresh: ThreadPoolExecutor | None = getattr(_fresh, "thread", None)
    try:
        return work() if fresh is None else _started(fresh).submit(_alone, work).result()
    except (RuntimeError, MemoryError) as error:
        if not (can_be_smaller and is_out_of_memory(error)):
            raise
    # Out here the exception is gone, and with it what the failed work still held.
    give_back_memory(device)
    if device.type == "cpu":
        if fresh is not None:
            fresh.shutdown()  # its stack is taken by the next thread: there may be no memory for another one
        _fresh.thread = ThreadPoolExecutor(1)
    return None


def _started(thread: ThreadPoolExecutor) -> ThreadPoolExecutor:
    deadline = time.monotonic() + _STACK_SECONDS
    while True:
        try:
            thread.submit(int)
            return thread
        except RuntimeError:  # the stack of the thread before is there only a moment after its end
            if time.monotonic() > deadline:
                raise
            time.sleep(_STACK_SECONDS / 100)


def _alone(work: Callable[[], T]) -> T:
    torch.set_num_threads(1)
    return work()
