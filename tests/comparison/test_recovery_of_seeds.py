"""After a crash, of seeds whose turn had not come: none is forgotten, and none that was dropped comes back."""

from pathlib import Path

from fake_engine import FakeEngine
from processes import until
from recovery import assert_same, copied, epochs_on_disk, reopened, resume, store_at_a_crash, wishes_on_disk
from tiny_pairs import finish, pair

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store


def test_seeds_that_had_not_begun_wait_for_their_turn(engines: EngineHolder, tmp_path: Path) -> None:
    comparison = pair(a={"epochs": 2}, b={"epochs": 2}, repeat=3, seed=1)
    crashed = store_at_a_crash(comparison, engines, tmp_path, lambda store: sum(epochs_on_disk(store)) >= 5)
    again = reopened(crashed, engines)
    assert len(again.begun) < 3
    result = resume(again)
    assert list(result.by_seed) == [1, 2, 3]
    for seed, one in result.by_seed.items():
        assert_same(one, finish(comparison.model_copy(update={"seed": seed, "repeat": 1}), engines))


def test_seeds_that_a_stop_has_dropped_stay_dropped(engines: EngineHolder, store: Store) -> None:
    running = ComparisonRun(pair(repeat=3, a={"epochs": 9}), engines, store=store)
    running.start()
    until(lambda: running.a.history.epochs >= 1, "an epoch")
    running.stop()
    assert running.wait(90)
    (summary,) = store.summaries()
    assert not summary.is_interrupted
    again = reopened(store, engines)
    assert again.state is State.STOPPED
    assert [one.state for one in again.pairs] == [one.state for one in running.pairs]
    assert again.pairs[2].state is State.IDLE


def test_epochs_added_to_a_seed_outlive_a_crash_before_its_turn(
    engines: EngineHolder, store: Store, tmp_path: Path
) -> None:
    running = ComparisonRun(pair(repeat=3, seed=1), engines, store=store)
    running.start()
    assert running.wait(90)
    running.train_on(6)
    until(lambda: wishes_on_disk(store, seed=3) == {("preparing", 7)}, "the wish for the third seed")
    as_at_a_crash = Store(copied(store.home, tmp_path))
    running.stop()
    assert running.wait(90)
    assert wishes_on_disk(store, seed=3) == {("finished", 1)}, "a stop takes the wish back"
    (summary,) = as_at_a_crash.summaries()
    assert summary.is_interrupted
    again = reopened(as_at_a_crash, engines)
    assert [run.config.epochs for run in again.pairs[2].runs] == [7, 7]
    assert [run.seconds for run in again.pairs[2].runs] == [run.seconds for run in running.pairs[2].runs]
    assert [run.state for run in again.pairs[2].runs] == [State.PAUSED] * 2, "Resume goes on to them"
    again.stop()
    assert again.wait(90)


def test_epochs_that_are_wanted_of_a_run_stopped_in_line_outlive_a_crash(store: Store) -> None:
    engine = FakeEngine()
    taken = engine.take(2)
    running = ComparisonRun(pair(), engine, store=store)  # type: ignore[arg-type]
    running.start()
    running.stop()
    assert running.wait(90)
    assert not store.summaries()[0].is_interrupted
    running.train_on(1)
    until(lambda: wishes_on_disk(store, seed=0) == {("preparing", 1)}, "the wish")
    assert {model.is_interrupted for model in store.summaries()[0].models} == {True}
    running.stop()
    assert running.wait(90)
    engine.give_back(taken)
