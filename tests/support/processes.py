"""Waiting for what will happen, without guessing how long it takes."""

from collections.abc import Callable, Iterable

import psutil
from waiting import PATIENCE_SECONDS, wait_until


def until(condition: Callable[[], object], what: str, seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until a condition holds; fail by name when it does not within the deadline."""
    wait_until(condition, what, seconds=seconds, every_seconds=0.02)


def until_gone(pids: Iterable[int], seconds: float = PATIENCE_SECONDS) -> None:
    """Wait until none of these processes runs."""
    watched = list(pids)
    assert watched, "there is nothing to wait for"
    until(lambda: not [pid for pid in watched if runs(pid)], f"the end of {watched}", seconds)


def runs(pid: int) -> bool:
    """Whether a process runs; one that only waits to be reaped by its parent does not."""
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def is_worker(process: psutil.Process) -> bool:
    """Whether a process is a worker of an engine: forked from the one that has loaded torch for all of them."""
    try:
        parent = process.parent()
        return parent is not None and all("forkserver" in " ".join(one.cmdline()) for one in (process, parent))
    except psutil.Error:
        return False


def descendants(pid: int) -> list[int]:
    """List a process's children, and theirs."""
    return [child.pid for child in psutil.Process(pid).children(recursive=True)]
