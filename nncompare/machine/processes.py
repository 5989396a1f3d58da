"""What the processes take that share a limit with this one."""

from itertools import takewhile

import psutil

from nncompare.environment import MEMORY_LIMIT, environment


def sharing_bytes() -> int:
    """Return the bytes that all processes take for which this one's ``MEM_LIMIT`` was set, shared pages counted once.

    They are the farthest ancestor that was started with the same limit, such as the server of a JupyterHub's user, and
    all below it: notebooks, engines and workers.
    """
    this = psutil.Process()
    family = [this, *takewhile(_has_same_limit, this.parents())]
    return sum(map(_bytes_of, [family[-1], *family[-1].children(recursive=True)]))


def _has_same_limit(process: psutil.Process) -> bool:
    try:
        return process.environ().get(MEMORY_LIMIT) == environment().memory_limit
    except (psutil.Error, OSError):  # somebody else's
        return False


def _bytes_of(process: psutil.Process) -> int:
    try:
        taken = process.memory_full_info()
    except (psutil.Error, OSError):  # it has just ended, or cannot be looked into
        return 0
    found = (getattr(taken, kind, 0) for kind in ("pss", "uss", "rss"))  # not every system tells every kind
    return next((size for size in found if size), 0)
