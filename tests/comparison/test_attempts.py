import dataclasses

from nncompare.config import RunConfig
from nncompare.engine import loop
from nncompare.engine.shared import EngineHolder
from nncompare.engine.tasks import exchange, run_training
from nncompare.memory import make_plan
from nncompare.messages import Assignment, Controls, Cursor, Outcome, Setup


def test_a_second_attempt_answers_lost_and_trains_nothing(engines: EngineHolder) -> None:
    engine = engines.get()
    (slot,) = loop.wait(engine.claim(1, "cpu"))
    config = RunConfig(channels=1, epochs=1)
    plan = make_plan(config, 10**9, 10_000)
    setup = Setup(config, plan, slot.report.device, slot.threads, "float32")
    right = Assignment("first", slot.report.token, setup, "synthetic-digits", 1_000, 0)
    elsewhere = dataclasses.replace(right, run="second", token="of a worker that is gone")
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


def test_all_slots_have_the_same_number_of_threads_whether_or_not_the_others_are_busy(engines: EngineHolder) -> None:
    engine = engines.get()
    (alone,) = loop.wait(engine.claim(1, "cpu"))
    (beside,) = loop.wait(engine.claim(1, "cpu"))
    loop.wait(engine.release([alone.address, beside.address]))
    assert alone.threads == beside.threads == max(1, alone.report.cores // 2)
