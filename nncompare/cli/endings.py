"""How a command ends: its exit code, and the signals that end it in order."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum

EXPLAINED = (
    "Exit codes: 0 done; 1 failed; 2 a wrong value, nothing was trained; 3 done, but the result could not be written "
    "where it was asked for; 130 ended by Ctrl-C, SIGTERM or SIGHUP."
)
_LIKE_CTRL_C = ("SIGTERM", "SIGHUP", "SIGBREAK")


class Ending(IntEnum):
    """The exit codes; `EXPLAINED` says what they mean."""

    DONE = 0
    FAILED = 1
    WRONG_VALUE = 2
    NOT_WRITTEN = 3
    INTERRUPTED = 130


@contextmanager
def ended_by_signals() -> Iterator[None]:
    """Have signals that would end this process at once interrupt the block instead, as Ctrl-C does."""
    numbers = [getattr(signal, name) for name in _LIKE_CTRL_C if hasattr(signal, name)]
    may_change = threading.current_thread() is threading.main_thread()
    # One that is ignored, as by nohup, stays so.
    changed = [number for number in numbers if may_change and signal.getsignal(number) == signal.SIG_DFL]
    for number in changed:
        signal.signal(number, signal.default_int_handler)
    try:
        yield
    finally:
        for number in changed:
            signal.signal(number, signal.SIG_DFL)
