import dataclasses

from nncompare.config import RunConfig
from nncompare.engine.shared import EngineHolder
from nncompare.engine.tasks import exchange, run_training
from nncompare.memory import make_plan
from nncompare.messages import Assignment, Controls, Cursor, Outcome


def test_a_second_attempt_answers_lost_and_trains_nothing(engines: EngineHolder) -> None:
    engine = engines.get()
    (slot,) = engine.claim(1, "cpu", is_cancelled=lambda: False)
    config = RunConfig(channels=1, epochs=1)
    plan = make_plan(config, 10**9, 10_000)
    right = Assignment(
        "first", slot.report.token, config, plan, "synthetic-digits", 1_000, 0, "auto", slot.report.device, slot.threads
    )
    elsewhere = dataclasses.replace(right, run="second", token="of a worker that is gone")
    try:
        assert engine.submit(run_training, elsewhere, address=slot.address).result(60) == Outcome("lost")
        assert engine.ask(exchange, "second", Cursor(), Controls(), address=slot.address) is None
        assert engine.submit(run_training, right, address=slot.address).result(60).state == "finished"
        assert engine.submit(run_training, right, address=slot.address).result(60) == Outcome("lost")
    finally:
        engine.release([slot.address])


def test_every_worker_has_a_token_of_its_own(engines: EngineHolder) -> None:
    slots = engines.get().claim(2, "cpu", is_cancelled=lambda: False)
    engines.get().release([slot.address for slot in slots])
    assert len({slot.report.token for slot in slots}) == len({slot.address for slot in slots}) == 2


def test_all_slots_have_the_same_number_of_threads_whether_or_not_the_others_are_busy(engines: EngineHolder) -> None:
    engine = engines.get()
    (alone,) = engine.claim(1, "cpu", is_cancelled=lambda: False)
    (beside,) = engine.claim(1, "cpu", is_cancelled=lambda: False)
    engine.release([alone.address, beside.address])
    assert alone.threads == beside.threads == max(1, alone.report.cores // 2)
