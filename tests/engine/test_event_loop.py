"""The one event loop of the process, as other threads see it."""

import asyncio
import threading

import pytest

from nncompare.engine import loop
from nncompare.engine.loop import on_loop


def test_a_call_runs_on_the_loop_and_has_run_when_it_returns() -> None:
    assert loop.call(threading.get_ident) == loop.call(threading.get_ident) != threading.get_ident()
    done: list[int] = []
    on_loop(done.append)(1)
    assert done == [1]


def test_an_error_reaches_the_caller() -> None:
    empty: dict[str, int] = {}
    with pytest.raises(KeyError):
        loop.call(empty.__getitem__, "nothing")


def test_a_call_from_the_loop_itself_does_not_wait_for_it() -> None:
    assert loop.call(lambda: loop.call(threading.get_ident)) == loop.call(threading.get_ident)


def test_the_loop_cannot_wait_for_itself() -> None:
    with pytest.raises(RuntimeError, match=r"^The event loop cannot wait for itself\.$"):
        loop.call(lambda: loop.wait(asyncio.sleep(0)))


def test_what_is_waited_for_in_vain_is_cancelled() -> None:
    cancelled = threading.Event()

    async def never() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    with pytest.raises(TimeoutError):
        loop.wait(never(), 0.01)
    assert cancelled.wait(90)
