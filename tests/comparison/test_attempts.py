import asyncio
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from fake_engine import FakeEngine
from processes import until
from tiny_pairs import pair

from nncompare.comparison.runner import ComparisonRun
from nncompare.config import RunConfig
from nncompare.engine import loop
from nncompare.engine.client import Slot
from nncompare.engine.shared import EngineHolder, predict_on_worker
from nncompare.engine.tasks import exchange, run_training
from nncompare.errors import DeviceError
from nncompare.memory import Plan, Room, fit
from nncompare.messages import Assignment, Controls, Cursor, FormatTimes, Outcome, PredictionRequest, Setup


def test_a_second_attempt_answers_lost_and_trains_nothing(engines: EngineHolder) -> None:
    engine = engines.get()
    (slot,) = loop.wait(engine.claim(1, "cpu"))
    config = RunConfig(channels=1, epochs=1)
    plan = fit(config, Room(10**9), 10_000).plan
    setup = Setup(config, plan, slot.report.device, "float32")
    right = Assignment("first", slot.report.token, setup, "synthetic-digits", 1_000, 0)
    elsewhere = replace(right, run="second", token="of a worker that is gone")
    try:
        assert loop.wait(engine.run(run_training, elsewhere, address=slot.address)) == Outcome("lost")
        assert loop.wait(engine.ask(exchange, "second", Cursor(), Controls(), address=slot.address)) is None
        assert loop.wait(engine.run(run_training, right, address=slot.address)).state == "finished"
        assert loop.wait(engine.run(run_training, right, address=slot.address)) == Outcome("lost")
    finally:
        loop.wait(engine.release([slot.address]))


def test_every_worker_has_a_token_of_its_own(engines: EngineHolder) -> None:
    slots = loop.wait(engines.get().claim(2, "cpu"))
    loop.wait(engines.get().release([slot.address for slot in slots]))
    assert len({slot.report.token for slot in slots}) == len({slot.address for slot in slots}) == 2


def test_a_claim_that_fails_leaves_nobody_at_its_workers(
    engines: EngineHolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(address: str, device: str) -> Slot:
        if not done:
            done.append("failed")
            raise DeviceError(device)
        for _ in range(20):
            await asyncio.sleep(0)
        done.append("answered")
        return Slot(address, report)

    async def insist(what: str, **about: Any) -> None:
        done.append(what)
        await give_back(what, **about)

    done: list[str] = []
    engine = engines.get()
    report, give_back = engine.survey("cpu"), engine._insist
    with monkeypatch.context() as patch:
        patch.setattr(engine, "_slot", ask)
        patch.setattr(engine, "_insist", insist)
        with pytest.raises(DeviceError):
            loop.wait(engine.claim(2, "cpu"))
    assert done == ["failed", "answered", "withdraw"]


def test_a_prediction_is_made_on_the_device_that_is_here() -> None:
    class Predicting(FakeEngine):
        async def run(self, function: object, request: Any, *, address: str, key: str | None = None) -> np.ndarray:
            asked.append((request.setup.device, request.setup.resolved[0].threads))
            return np.zeros((1, 10), np.float32)

    asked: list[tuple[str, int]] = []
    engine, plan = Predicting(), Plan(4, 1, 4, channels=1, memory_limit=1, threads=0)
    request = PredictionRequest(Setup(RunConfig(), plan, "cuda:3", "float32"), {}, "mnist", "test", (0,))
    predict_on_worker(engine, "auto", request)  # type: ignore[arg-type]
    assert asked == [("cpu", 2)], "with the threads of its cores"
    assert engine.all_free


def test_both_models_compute_in_one_format_whatever_another_worker_finds_faster() -> None:
    class Mixed(FakeEngine):
        async def claim(self, *arguments: Any, **keywords: Any) -> list[Slot]:
            slots = await super().claim(*arguments, **keywords)
            formats = (FormatTimes(2.0, 1.0), FormatTimes(1.0, 2.0))
            return [
                replace(slot, report=replace(slot.report, formats=found))
                for slot, found in zip(slots, formats, strict=True)
            ]

    engine = Mixed()
    running = ComparisonRun(pair(), engine)  # type: ignore[arg-type]
    running.start()
    until(lambda: len(engine.active()) == 2, "training")
    assert [one.assignment.setup.precision for one in engine.active()] == ["bfloat16", "bfloat16"]
    for one in engine.active():
        one.end("finished")
    assert running.wait(90)
