"""One comparison from several seeds: the pairs take turns, and each trains as if it were alone."""

import time
from dataclasses import replace

import pytest
from fake_engine import FakeEngine
from processes import until
from tiny_pairs import finish, pair

from nncompare.comparison import drive as drive_module
from nncompare.comparison import view as view_module
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.engine.client import EngineError
from nncompare.engine.shared import EngineHolder
from nncompare.history import Curve, History


class ThreeSeeds:
    """A comparison from three seeds on a fake engine with room for one pair."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.running = ComparisonRun(pair(repeat=3, seed=5), self.engine)  # type: ignore[arg-type]

    def seeds_in_training(self) -> list[int]:
        return sorted(worker.assignment.seed for worker in self.engine.active())

    def until_training(self, seed: int) -> None:
        until(lambda: self.seeds_in_training() == [seed, seed], f"seed {seed} trains")

    def end_pair(self, state: str = "finished") -> None:
        for worker in self.engine.active():
            worker.end(state)


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> ThreeSeeds:
    monkeypatch.setattr(drive_module, "EXCHANGE_SECONDS", 0.001)
    return ThreeSeeds()


def test_the_seeds_are_trained_one_after_the_other(turns: ThreeSeeds) -> None:
    running = turns.running
    assert running.state is State.IDLE
    running.start()
    for seed in (5, 6, 7):
        turns.until_training(seed)
        until(lambda: running.state is State.RUNNING, "training")
        assert running.current.seed == seed
        assert not running.wait(0)
        turns.end_pair()
    assert running.wait(90)
    assert running.state is State.FINISHED
    assert list(running.result().by_seed) == [5, 6, 7]
    assert running.result() is running.result()
    assert running.result().comparison.repeat == 3
    assert turns.engine.mistakes == []


def test_a_pair_that_fails_does_not_keep_the_next_one_from_its_turn(turns: ThreeSeeds) -> None:
    turns.running.start()
    turns.until_training(5)
    turns.end_pair("failed")
    for seed in (6, 7):
        turns.until_training(seed)
        turns.end_pair()
    assert turns.running.wait(90)
    assert turns.running.state is State.FAILED


def test_stop_ends_the_pair_and_lets_no_other_begin(turns: ThreeSeeds) -> None:
    running = turns.running
    running.start()
    turns.until_training(5)
    running.stop()
    assert running.wait(90)
    assert running.state is State.STOPPED
    assert list(running.result().by_seed) == [5], "6 waited for its turn"
    assert running.current.seed == 5
    assert [pair.seed for pair in running.begun] == [5]
    assert {worker.assignment.seed for worker in turns.engine.started} == {5}
    assert turns.engine.all_free


def test_a_pause_that_comes_after_a_stop_holds_up_nothing(turns: ThreeSeeds) -> None:
    turns.running.start()
    turns.running.stop()
    turns.running.pause()
    assert turns.running.wait(90)
    assert turns.running.state is State.STOPPED
    assert turns.engine.all_free


def test_stop_of_one_model_is_meant_for_this_seed(turns: ThreeSeeds) -> None:
    turns.running.start()
    turns.until_training(5)
    turns.running.stop("A")
    until(lambda: len(turns.engine.active()) == 1, "A has ended")
    turns.end_pair()
    turns.until_training(6)
    turns.running.stop()
    assert turns.running.wait(90)


def test_while_all_are_paused_no_other_pair_trains(turns: ThreeSeeds) -> None:
    running = turns.running
    running.start()
    turns.until_training(5)
    until(lambda: running.pairs[1].state is State.PREPARING, "6 stands in line")
    running.pause()
    until(lambda: running.state is State.PAUSED, "a pause")
    for worker in turns.engine.active():
        worker.end("suspended")
    until(lambda: running.pairs[1].has_begun, "6 has found room")
    until(lambda: running.pairs[1].state is State.PAUSED, "and waits as it began")
    assert running.pairs[2].state is State.IDLE
    running.resume()
    for _ in range(3):
        until(lambda: len(turns.engine.active()) == 2 or running.wait(0), "a pair")
        turns.end_pair()

    def has_ended() -> bool:
        turns.end_pair()
        return running.wait(0)

    until(has_ended, "the end")
    assert {run.state for one in running.pairs for run in one.runs} == {State.FINISHED}
    assert turns.engine.mistakes == []


def test_epochs_are_added_to_every_seed_once_all_have_ended(turns: ThreeSeeds) -> None:
    running = turns.running
    running.start()
    turns.until_training(5)
    turns.end_pair()
    turns.until_training(6)
    running.train_on(2)
    assert len(turns.engine.started) == 4, "not before the end"
    turns.end_pair()
    turns.until_training(7)
    turns.end_pair()
    assert running.wait(90)
    running.train_on(2)
    assert State.PREPARING in running.states()
    for seed in (5, 6, 7):
        turns.until_training(seed)
        turns.end_pair()
    assert running.wait(90)
    assert [one.a.config.epochs for one in running.pairs] == [3, 3, 3]


def test_each_seed_gives_what_it_gives_alone(engines: EngineHolder) -> None:
    together = finish(pair(repeat=2, seed=3), engines)
    assert list(together.by_seed) == [3, 4]
    for seed, result in together.by_seed.items():
        alone = finish(pair(seed=seed), engines)
        for one, other in ((result.a, alone.a), (result.b, alone.b)):
            assert one is not None
            assert other is not None
            assert (one.probabilities() == other.probabilities()).all()
    verdict = together.verdict()
    assert verdict.seeds is not None
    last = [result.a.history.test_accuracy[-1] for result in together.by_seed.values()]
    assert verdict.seeds.accuracies_a == pytest.approx(last)
    assert together.by_seed[4].verdict().seeds is None
    assert together.verdict("train").seeds is None


def test_on_a_larger_engine_pairs_train_at_once(turns: ThreeSeeds) -> None:
    turns.engine._free = [f"slot-{number}" for number in range(6)]
    turns.running.start()
    until(lambda: turns.seeds_in_training() == [5, 5, 6, 6, 7, 7], "all three pairs")
    turns.end_pair()
    assert turns.running.wait(90)


def test_after_a_pause_of_all_the_models_can_be_resumed_one_by_one(turns: ThreeSeeds) -> None:
    running = turns.running
    running.start()
    for seed in (5, 6):
        turns.until_training(seed)
        if seed == 5:
            running.pause()
        until(lambda: running.state is State.PAUSED, "a pause")
        running.resume("A")
        running.resume("B")
        until(lambda: running.state is State.RUNNING, "training")
        turns.end_pair()
    turns.until_training(7)
    turns.end_pair()
    assert running.wait(90)


def test_what_one_pair_is_refused_the_others_do_not_ask_for(turns: ThreeSeeds) -> None:
    asked = []

    def nobody() -> FakeEngine:
        asked.append(1)
        raise EngineError("Nobody is there.")

    turns.engine.get = nobody  # type: ignore[method-assign]
    turns.running.start()
    assert turns.running.wait(90)
    assert asked == [1]
    assert turns.running.state is State.FAILED
    assert turns.running.result().a.message == "Nobody is there."


def test_seeds_that_were_left_behind_come_as_far_as_the_others(turns: ThreeSeeds) -> None:
    running = turns.running
    running.start()
    turns.until_training(5)
    turns.end_pair()
    turns.until_training(6)
    until(lambda: running.pairs[1].a.progress is not None, "some training")
    running.stop()
    assert running.wait(90)
    model = running.pairs[0].models[0]
    assert model.view.progress is not None
    model.view = replace(model.view, progress=replace(model.view.progress, epoch=3.0))
    running.train_on(2, "A")
    until(lambda: {one.a.config.epochs for one in running.pairs[:2]} == {5}, "the turns of both")
    until(lambda: turns.engine.active(), "training")
    running.stop()
    assert running.wait(90)


def test_a_result_that_was_asked_for_too_early_is_not_kept(turns: ThreeSeeds) -> None:
    turns.running.start()
    turns.until_training(5)
    early = turns.running.pairs[0].result()
    turns.running.stop()
    assert turns.running.wait(90)
    assert turns.running.pairs[0].result() is not early
    assert turns.running.pairs[0].result().a.state is State.STOPPED


def test_a_first_point_is_awaited_only_for_a_while(turns: ThreeSeeds) -> None:
    running = turns.running
    running.start()
    turns.until_training(5)
    until(lambda: running.a.state is State.RUNNING, "training")
    run = replace(running.a, placed_at=time.monotonic())
    assert run.expects_first_point
    late = replace(run, placed_at=run.placed_at - view_module.MOST_HURRIED_SECONDS)
    assert not late.expects_first_point, "a step that takes long"
    assert not replace(run, history=History(train=Curve(epoch=[0.1]))).expects_first_point
    running.stop()
    assert running.wait(90)
