"""Workers that really run out of memory: an allocation that the system refuses, and a process that is killed."""

import os
import re
import resource
import signal
import sys
from pathlib import Path

import pytest
from killable_engine import KillableEngine
from processes import until_gone
from small_images import TEST_IMAGES
from tiny_pairs import begin, pair

from nncompare.comparison.state import State
from nncompare.engine import loop
from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder
from nncompare.engine.tasks import warm_up

MEBIBYTE = 2**20
needs_linux = pytest.mark.skipif(sys.platform != "linux", reason="address space is limited and measured as Linux does")


def limit_address_space(engine: Engine, address: str, extra_bytes: int) -> None:
    """Warm a worker, and let its address space grow by so much and no more."""
    loop.wait(engine.run(warm_up, "synthetic-digits", address=address))
    status = Path(f"/proc/{loop.wait(engine.ask(os.getpid, address=address))}/status").read_text()
    size = 1024 * int(re.search(r"VmSize:\s+(\d+)", status).group(1))  # type: ignore[union-attr]
    loop.wait(engine.ask(resource.setrlimit, resource.RLIMIT_AS, (size + extra_bytes,) * 2, address=address))


@needs_linux
def test_a_worker_that_is_refused_memory_goes_on_in_smaller_steps(killable: KillableEngine) -> None:
    engine, pid = killable.get(), killable.pid
    for slot in loop.wait(engine.claim(2, "cpu")):
        limit_address_space(engine, slot.address, 75 * MEBIBYTE)
        loop.wait(engine.release([slot.address]))
    wide = {"channels": 64, "batch_size": 256}
    running = begin(pair(a=wide, b={"channels": 2, "batch_size": 64}, precision="float32"), killable.holder)
    assert running.wait(120)
    result = running.result()
    assert result.b is not None
    assert (result.a.state, result.b.state) == (State.FINISHED, State.FINISHED), result.a.message
    plan = result.a.plan
    assert plan is not None
    assert plan.batch_size < 256
    assert plan.batch_size * plan.accumulation_steps == plan.effective_batch_size == 256
    assert plan.why["batch_size"] == (
        f"Memory ran out while training. From then on {plan.batch_size:,} × {plan.accumulation_steps:,}, "
        "still 256 images an update."
    )
    assert result.a.history.epochs == 1
    assert result.a.probabilities("test").shape == (TEST_IMAGES, 10)
    assert result.b.plan is not None
    assert result.b.plan.why == {}
    os.kill(pid, signal.SIGKILL)  # nobody else shall have its workers
    until_gone([pid])
    killable.get()


@needs_linux
def test_a_worker_that_is_killed_for_its_memory_is_told_and_the_other_model_finishes(
    synthetic_digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The budget leaves out the interpreter and the data; here they do not fit beside it."""
    monkeypatch.setenv("MEM_LIMIT", str(370 * MEBIBYTE))
    holder = EngineHolder()
    try:
        wide = {"channels": 256, "batch_size": 512, "epochs": 20}
        settings = {"memory_budget": 370 * MEBIBYTE, "precision": "float32"}
        comparison = pair(a=wide, b={"channels": 1, "batch_size": 64}, **settings)
        running = begin(comparison, holder)
        assert running.wait(60)
        result = running.result()
        assert result.b is not None
        assert (result.a.state, result.b.state) == (State.FAILED, State.FINISHED), result.b.message
        assert result.a.message == (
            "The worker process of model A ended unexpectedly; it may have run out of memory. The curves up to here "
            "are kept. Set a smaller memory budget, choose fewer channels, or end other programs; then train again."
        )
    finally:
        holder.close()
