"""Workers that run out of memory: an allocation that the system refuses, and a process that is killed."""

import os
import signal
import sys
from pathlib import Path

import pytest
from killable_engine import KillableEngine
from processes import until_gone
from small_images import TEST_IMAGES
from tiny_pairs import begin, pair

from nncompare import messages
from nncompare.comparison.state import State
from nncompare.engine import loop
from nncompare.engine import process as process_module
from nncompare.engine.shared import EngineHolder

MEBIBYTE = 2**20

# How much a step takes depends on the processor's convolutions, so steps of more than 64 images ask for what no machine
# has; what the system then answers is what it always answers.
REFUSE_LARGE_STEPS = """
import torch
from nncompare.training.backends.fast import FastNetwork
backward = FastNetwork.backward

def need_much(network, images, labels, update_images):
    if len(images) > 64:
        torch.empty(2**60)
    return backward(network, images, labels, update_images)

FastNetwork.backward = need_much
"""


def test_a_worker_that_is_refused_memory_goes_on_in_smaller_steps(killable: KillableEngine) -> None:
    engine, pid = killable.get(), killable.pid
    try:
        for slot in loop.wait(engine.claim(2, "cpu")):
            loop.wait(engine.ask(exec, REFUSE_LARGE_STEPS, {}, address=slot.address))
            loop.wait(engine.release([slot.address]))
        wide = {"channels": 64, "batch_size": 256}
        running = begin(pair(a=wide, b={"channels": 2, "batch_size": 64}, precision="float32"), killable.holder)
        assert running.wait(120)
        result = running.result()
        assert result.b is not None
        assert (result.a.state, result.b.state) == (State.FINISHED, State.FINISHED), result.a.message
        plan = result.a.plan
        assert plan is not None
        assert plan.batch_size <= 64
        assert plan.batch_size * plan.accumulation_steps == plan.effective_batch_size == 256
        assert plan.why["batch_size"] == (
            f"Memory ran out while training. From then on {plan.batch_size:,} × {plan.accumulation_steps:,}, "
            "still 256 images an update."
        )
        assert result.a.history.epochs == 1
        assert result.a.probabilities("test").shape == (TEST_IMAGES, 10)
        assert result.b.plan is not None
        assert result.b.plan.why == {}
    finally:
        os.kill(pid, signal.SIGKILL)  # nobody else shall have its workers
        until_gone([pid])
        killable.get()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is measured as Linux does")
def test_a_worker_that_is_killed_for_its_memory_is_told_and_the_other_model_finishes(
    synthetic_digits: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where an estimate is far too low: such limits are refused before an engine is started."""
    monkeypatch.setenv("MEM_LIMIT", str(370 * MEBIBYTE))
    monkeypatch.setattr(process_module, "require_room_for_engine", lambda: None)
    monkeypatch.setattr(messages, "model_memory_limit", lambda *_: 185 * MEBIBYTE)
    holder = EngineHolder()
    try:
        wide = {"channels": 256, "batch_size": 512, "epochs": 20}
        comparison = pair(a=wide, b={"channels": 1, "batch_size": 64}, precision="float32")
        running = begin(comparison, holder)
        assert running.wait(90)
        result = running.result()
        assert result.b is not None
        assert (result.a.state, result.b.state) == (State.FAILED, State.FINISHED), result.b.message
        assert result.a.message == (
            "The worker process of model A ended unexpectedly; it may have run out of memory. The curves up to here "
            "are kept. Set a smaller memory budget, choose fewer channels, or end other programs; then train again."
        )
    finally:
        holder.close()
