"""One asyncio loop for the whole process, in a thread of its own: whatever waits for workers waits there."""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from functools import cache, wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")

_starting = threading.Lock()


def event_loop() -> asyncio.AbstractEventLoop:
    """Return the loop; it starts with the first call, and ends with the process."""
    with _starting:
        return _started()


def call(function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
    """Call a function that returns at once on the loop, and return its value; from the loop itself, directly."""

    async def called() -> T:
        return function(*args, **kwargs)

    return function(*args, **kwargs) if _is_here() else wait(called())


def on_loop(function: Callable[P, T]) -> Callable[P, T]:
    """Make a function that returns at once one that any thread may call: it runs on the loop."""

    @wraps(function)
    def called(*args: P.args, **kwargs: P.kwargs) -> T:
        return call(function, *args, **kwargs)

    return called


def wait(coroutine: Coroutine[Any, Any, T], seconds: float | None = None) -> T:
    """Run a coroutine on the loop while the calling thread waits for its end; an interrupted wait cancels it.

    Raise a TimeoutError when it takes longer than `seconds`, and a RuntimeError on the loop itself, which cannot wait.
    """
    if _is_here():
        coroutine.close()
        raise RuntimeError("The event loop cannot wait for itself.")
    future = asyncio.run_coroutine_threadsafe(coroutine, event_loop())
    try:
        return future.result(seconds)
    except BaseException:
        future.cancel()
        raise


def _is_here() -> bool:
    try:
        return asyncio.get_running_loop() is event_loop()
    except RuntimeError:
        return False


@cache
def _started() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    # A daemon: a worker that hangs must not keep the program from ending.
    threading.Thread(target=loop.run_forever, name="nncompare-loop", daemon=True).start()
    return loop
