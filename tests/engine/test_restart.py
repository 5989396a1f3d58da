"""A worker that hangs is restarted, by Dask's own way of doing that."""

import os
import signal

import psutil
from processes import until, until_gone

from nncompare.engine import loop
from nncompare.engine.shared import EngineHolder


def test_a_worker_that_hangs_is_replaced_and_one_that_is_gone_is_no_error(engines: EngineHolder) -> None:
    engine = engines.get()
    (slot,) = loop.wait(engine.claim(1, "cpu"))
    pid = loop.wait(engine.ask(os.getpid, address=slot.address))
    os.kill(pid, signal.SIGSTOP)
    try:
        assert loop.wait(engine.restart(slot.address))
        until_gone([pid])
        assert not loop.wait(engine.restart(slot.address)), "it is not there any more"
    finally:
        if psutil.pid_exists(pid):
            os.kill(pid, signal.SIGKILL)
    loop.wait(engine.release([slot.address]))
    until(lambda: len(loop.wait(engine.idle())) == 2, "the one that takes its place")
    slots = loop.wait(engine.claim(2, "cpu"))
    loop.wait(engine.release([one.address for one in slots]))
    assert slot.address not in {one.address for one in slots}


def test_a_nanny_that_ends_a_worker_for_its_memory_is_heard(engines: EngineHolder) -> None:
    engine, client = engines.get(), engines.get()._client

    async def tell_as_a_nanny(address: str) -> None:
        await client.log_event("worker-restart-memory", {"worker": address, "pid": 1, "rss": 2**30})

    loop.wait(tell_as_a_nanny("tls://gone:1"))
    assert loop.wait(engine.was_ended_for_memory("tls://gone:1"))
    assert not loop.wait(engine.was_ended_for_memory("tls://gone:2"))
