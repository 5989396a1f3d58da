"""Waits for conditions; nothing here waits for a fixed time."""

import time
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
PATIENCE_SECONDS = 90.0  # only a test that fails waits for so long, and a machine may have other work


def wait_until(
    condition: Callable[[], Answer], what: str, *, seconds: float = PATIENCE_SECONDS, every_seconds: float = 0.1
) -> Answer:
    """Ask until the answer is true; fail with a sentence when it never is."""
    deadline = time.monotonic() + seconds
    while True:
        answer = condition()
        if answer:
            return answer
        if time.monotonic() > deadline:
            raise AssertionError(f"Waited {seconds:g} s in vain for: {what}.")
        time.sleep(every_seconds)
