"""Work that may not fit into memory, tried so that its thread of control can go on with less."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import torch

from nncompare.training.device import give_back_memory, is_out_of_memory

T = TypeVar("T")

# oneDNN remembers, for each thread and for ever, that memory for its machine code could not be had: no convolution
# works in that thread any more, however small it is. Whatever follows is done by a fresh thread.
_fresh = threading.local()


def attempt(work: Callable[[], T], device: torch.device, *, can_be_smaller: bool) -> T | None:
    """Do a piece of work; give None when it does not fit into memory, with nothing of it left behind.

    Raises
    ------
    MemoryError, RuntimeError
        When it does not fit and cannot be smaller; any other error of `work`.
    """
    try:
        return _do(work)
    except (RuntimeError, MemoryError) as error:
        if not (can_be_smaller and is_out_of_memory(error)):
            raise
    # Out here the exception is gone, and with it what the failed work still held.
    give_back_memory(device)
    _fresh.thread = ThreadPoolExecutor(1)
    return None


def _do(work: Callable[[], T]) -> T:
    fresh: ThreadPoolExecutor | None = getattr(_fresh, "thread", None)
    return work() if fresh is None else fresh.submit(_with_threads, torch.get_num_threads(), work).result()


def _with_threads(count: int, work: Callable[[], T]) -> T:
    torch.set_num_threads(count)
    return work()
