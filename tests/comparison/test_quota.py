"""The limits of a server where a comparison starts, and while it trains."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import ClassVar

import pytest
from fake_engine import FakeEngine
from killable_engine import KillableEngine
from processes import until
from tiny_pairs import begin, finish, pair

from nncompare.comparison import drive as drive_module
from nncompare.comparison import quota as quota_module
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.engine import loop
from nncompare.engine.shared import EngineHolder
from nncompare.limits import Limits
from nncompare.messages import Progress, Setup
from nncompare.store import RunRecord, Store

MINUTES_OVER = "Stopped: this server lets a comparison train for {}, and that time is over. What was learned is kept."


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEngine]:
    monkeypatch.setattr(drive_module, "EXCHANGE_SECONDS", 0.001)
    made = FakeEngine()
    yield made
    assert made.mistakes == []


class HandTimer:
    """A timer that a test fires; it stands for the one that waits for the end of the time."""

    made: ClassVar[list["HandTimer"]] = []

    def __init__(self, seconds: float, action: Callable[[], None]) -> None:
        self.seconds, self.action, self.is_set = seconds, action, True
        HandTimer.made.append(self)

    def cancel(self) -> None:
        self.is_set = False


@pytest.fixture
def timers(monkeypatch: pytest.MonkeyPatch) -> list[HandTimer]:
    HandTimer.made = []
    monkeypatch.setattr(quota_module, "call_later", HandTimer)
    return HandTimer.made


def limited(engine: FakeEngine, limits: Limits, **settings: object) -> ComparisonRun:
    running = ComparisonRun(pair(**settings), engine, limits=limits)  # type: ignore[arg-type]
    running.start()
    return running


def test_what_is_not_allowed_is_refused_where_it_starts(engine: FakeEngine) -> None:
    running = limited(engine, Limits(most_channels=1, most_epochs=2), a={"epochs": 3})
    assert running.wait(90)
    assert running.state is State.FAILED
    assert running.a.message == (
        "Model A: Epochs must be at most 2 on this server; got 3. "
        "Model B: Channels must be at most 1 on this server; got 2."
    )
    assert running.a.is_refused
    assert engine.started == []


def test_the_limits_of_the_environment_hold_for_every_start_of_a_comparison(
    engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNCOMPARE_MOST_CHANNELS", "1")
    result = finish(pair(), engine)  # type: ignore[arg-type]
    assert result.a.message == "Model B: Channels must be at most 1 on this server; got 2."


def test_epochs_are_added_only_up_to_the_limit(engine: FakeEngine) -> None:
    running = limited(engine, Limits(most_epochs=4), a={"epochs": 2}, b={"epochs": 2})
    until(lambda: len(engine.active()) == 2, "training")
    for worker in engine.active():
        worker.end("finished")
    assert running.wait(90)
    assert running.can_train_on
    running.train_on(20)
    until(lambda: len(engine.active()) == 2, "training")
    assert [worker.assignment.setup.config.epochs for worker in engine.active()] == [4, 4]
    for worker in engine.active():
        worker.exchange(worker.controls)
    until(lambda: all(run.epoch == 3.5 for run in running.runs), "progress")
    for worker in engine.active():
        worker.end("finished")
    assert running.wait(90)
    for model in running.current.models:
        model.view = replace(model.view, progress=Progress(10, 100, 4.0, 1.0, 10.0))
    assert not running.can_train_on


def test_when_the_time_is_over_everything_stops_and_says_why(engine: FakeEngine, timers: list[HandTimer]) -> None:
    running = limited(engine, Limits(most_minutes=3), repeat=3)
    until(lambda: len(engine.active()) == 2, "training")
    (timer,) = timers
    assert 179 < timer.seconds <= 180
    assert timer.is_set
    loop.call(timer.action)
    assert running.wait(90)
    assert running.state is State.STOPPED
    assert [run.message for run in running.pairs[0].runs] == [MINUTES_OVER.format("3 min")] * 2
    assert len(engine.started) == 2, "no other seed begins"
    assert engine.all_free


def test_the_time_counts_only_while_there_are_workers(engine: FakeEngine, timers: list[HandTimer]) -> None:
    taken = engine.take(2)
    running = limited(engine, Limits(most_minutes=3))
    assert not running.wait(0.05)
    assert timers == []
    engine.give_back(taken)
    until(lambda: timers and len(engine.active()) == 2, "training")
    for worker in engine.active():
        worker.end("finished")
    until(lambda: running.wait(0), "the end")
    assert not timers[0].is_set
    assert running.result().a.message == ""


def test_without_a_limit_nobody_counts(engine: FakeEngine, timers: list[HandTimer]) -> None:
    running = limited(engine, Limits())
    until(lambda: len(engine.active()) == 2, "training")
    assert timers == []
    running.stop()
    assert running.wait(90)
    assert running.a.message == ""


def test_a_comparison_that_has_used_up_its_time_cannot_go_on(engine: FakeEngine) -> None:
    running = limited(engine, Limits(most_minutes=0.001))
    assert running.wait(90)
    assert running.state is State.STOPPED
    assert running.a.message == MINUTES_OVER.format("1 s")
    assert not running.can_train_on
    running.train_on(1)
    assert running.wait(0)


def test_real_workers_begin_no_more_comparisons_than_are_allowed(
    killable: KillableEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNCOMPARE_MOST_COMPARISONS", "1")
    monkeypatch.setenv("NNCOMPARE_ENGINE", str(killable.folder / "engine.json"))
    monkeypatch.setenv("JUPYTERHUB_USER", "ann")
    holder = EngineHolder()
    try:
        first = begin(pair(), holder)
        assert first.wait(90)
        assert first.state is State.FINISHED
        refused = finish(pair(), holder)
        assert refused.a.message == (
            "This server allows 1 comparison, and you have begun that many. Continue the last one, or ask the "
            "person who runs the server for more."
        )
        first.train_on(1)
        assert first.wait(90)
        assert first.state is State.FINISHED
        assert first.result().a.history.epochs == 2
        assert first.result().a.probabilities("train").shape == (1_000, 10)
    finally:
        holder.close()


@pytest.mark.parametrize(("minutes", "can_train_on"), [("1", False), ("10", True)])
def test_what_was_trained_before_it_was_reopened_counts(
    minutes: str, can_train_on: bool, engine: FakeEngine, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, comparison = Store(home), pair()
    shelf = store.create(comparison)
    for name, config in (("A", comparison.a), ("B", comparison.b)):
        progress = Progress(1_000, 1_000, 1.0, 100.0, 10.0)
        shelf.save(0, name, RunRecord(Setup(config), "finished", progress=progress, total_seconds=300.0))  # type: ignore[arg-type]
    shelf.release()
    monkeypatch.setenv("NNCOMPARE_MOST_MINUTES", minutes)
    again = ComparisonRun.reopen(store.open(shelf.id), engine)  # type: ignore[arg-type]
    assert again.can_train_on is can_train_on
    assert not again.has_stood_in_line
