"""Work that may not fit into memory, done so that the same thread can go on with less."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from nncompare.training.device import give_back_memory, is_out_of_memory

T = TypeVar("T")

# oneDNN remembers, for each thread and for good, that memory for its machine code could not be had: no convolution
# works in that thread again, however small it is. All later work of the thread is done by a fresh one.
_fresh = threading.local()


def run_or_none(work: Callable[[], T], device: torch.device, *, can_be_smaller: bool) -> T | None:
    """Return the result of `work`, or None when it does not fit but can be smaller; then nothing of it is left behind.

    Any other error of `work` is raised.
    """
    try:
        fresh: ThreadPoolExecutor | None = getattr(_fresh, "thread", None)
        return work() if fresh is None else fresh.submit(_alone, work).result()
    except (RuntimeError, MemoryError) as error:
        if not (can_be_smaller and is_out_of_memory(error)):
            raise
    # Out here the exception is gone, and with it what the failed work still held.
    give_back_memory(device)
    _fresh.thread = ThreadPoolExecutor(1)
    return None


def _alone(work: Callable[[], T]) -> T:
    torch.set_num_threads(1)
    return work()
