"""Whatever is pressed, in whatever order: never stuck, never two runs of a model at once, and nothing left behind."""

import random
import threading
from collections.abc import Iterator

import pytest
from examples import examples
from fake_engine import FakeEngine
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from processes import until
from tiny_pairs import pair

from nncompare.comparison import drive as drive_module
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.engine.client import Slot
from nncompare.engine.shared import EngineHolder

ACTIONS = ("pause", "resume", "stop", "train_on")
NAMES = st.sampled_from(["A", "B", None])


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Exchange with the fake workers without waiting."""
    monkeypatch.setattr(drive_module, "EXCHANGE_SECONDS", 0.001)


def press(running: ComparisonRun, action: str, name: str | None = None) -> None:
    if action == "train_on":
        running.train_on(1, name)
    else:
        getattr(running, action)(name)


class Race:
    """A comparison on a fake engine, and ways to bring model A into every state."""

    def __init__(self) -> None:
        self.engine = FakeEngine()
        self.running = ComparisonRun(pair(), self.engine)  # type: ignore[arg-type]
        self._taken: list[Slot] = []

    @property
    def a(self) -> RunView:
        return self.running.pairs[0].a

    def bring_a_to(self, state: str) -> None:
        if state == "idle":
            return
        if state == "preparing":
            self._taken = self.engine.take(2)
            self.running.start()
            return
        self.running.start()
        self._wait(lambda: len(self.engine.active()) == 2)
        if state in ("paused", "suspended"):
            self.running.pause("A")
            self._wait(lambda: self.a.state is State.PAUSED)
        if state == "suspended":
            self._worker_of_a().end("suspended")
            self._wait(lambda: self.a.is_suspended)
        if state == "stopped":
            self.running.stop("A")
            self._wait(lambda: self.a.state is State.STOPPED)
        if state in ("finished", "failed"):
            self._worker_of_a().end(state)
            self._wait(lambda: self.a.state.is_over)

    def end(self) -> None:
        """Press Stop until everything has ended, and look whether all is well."""
        if self.a.state is State.IDLE:
            return
        self.free_slots()
        self.running.stop()
        until(lambda: self.running.wait(0), f"the end of {[run.state for run in self.running.runs]}")
        assert all(run.state.is_over for run in self.running.runs), [run.state for run in self.running.runs]
        assert self.engine.active() == []
        assert self.engine.mistakes == []
        assert self.engine.all_free
        self.running.result()

    def free_slots(self) -> None:
        """Give back what `bring_a_to` has taken, so that the runs need not wait any more."""
        self.engine.give_back(self._taken)
        self._taken = []

    def _worker_of_a(self):
        return next(w for w in self.engine.active() if w.assignment.setup.config.channels == 1)

    def _wait(self, condition) -> None:
        until(condition, f"A in {self.a.state}")


@pytest.fixture
def race() -> Iterator[Race]:
    race = Race()
    yield race
    race.end()


STATES = ["idle", "preparing", "running", "paused", "suspended", "finished", "stopped", "failed"]
LEADS_TO = {
    ("preparing", "stop"): "stopped",
    ("running", "pause"): "paused",
    ("running", "stop"): "stopped",
    ("paused", "resume"): "running",
    ("paused", "stop"): "stopped",
    ("suspended", "resume"): "running",
    ("suspended", "stop"): "stopped",
    ("finished", "train_on"): "running",
    ("stopped", "train_on"): "running",
}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("action", ACTIONS)
def test_every_button_in_every_state(race: Race, state: str, action: str) -> None:
    race.bring_a_to(state)
    press(race.running, action, "A")
    wanted = LEADS_TO.get((state, action), "paused" if state == "suspended" else state)
    until(lambda: race.a.state == wanted, f"{wanted}, not {race.a.state}")


@pytest.mark.parametrize("state", ["paused", "suspended", "finished", "stopped", "running"])
@pytest.mark.parametrize("presses", ["resume stop", "stop train_on", "train_on stop", "pause resume", "resume pause"])
def test_two_buttons_at_once(race: Race, state: str, presses: str) -> None:
    """Without a moment between them for the threads to see the first one."""
    race.bring_a_to(state)
    for action in presses.split():
        press(race.running, action, "A")


def test_a_pause_of_both_reaches_the_one_that_is_being_prepared(race: Race) -> None:
    race.bring_a_to("preparing")
    race.running.pause()
    race.free_slots()
    until(lambda: race.running.state is State.PAUSED, "the pause")


def test_what_stopped_before_it_began_can_train_on(race: Race) -> None:
    race.bring_a_to("preparing")
    race.running.stop()
    until(lambda: race.running.wait(0), "the end")
    race.free_slots()
    race.running.train_on(2)
    until(lambda: len(race.engine.active()) == 2, "two runs")
    assert [worker.assignment.setup.config.epochs for worker in race.engine.active()] == [2, 2]


class Presses(RuleBasedStateMachine):
    """Presses buttons at random, and lets runs finish, fail, and be suspended."""

    def __init__(self) -> None:
        super().__init__()
        self.race = Race()
        self.race.running.start()

    @rule(action=st.sampled_from(ACTIONS), name=NAMES)
    def press(self, action: str, name: str | None) -> None:
        press(self.race.running, action, name)

    @rule(state=st.sampled_from(["finished", "failed"]))
    def end(self, state: str) -> None:
        for worker in self.race.engine.active()[:1]:
            worker.end(state)

    @rule()
    def suspend(self) -> None:
        for worker in self.race.engine.active():
            if worker.controls.pause and not worker.controls.stop:
                worker.end("suspended")

    @rule()
    def let_the_threads_work(self) -> None:
        threading.Event().wait(0.01)

    @invariant()
    def nothing_went_wrong(self) -> None:
        assert self.race.engine.mistakes == []

    def teardown(self) -> None:
        self.race.end()


TestPresses = Presses.TestCase
TestPresses.settings = settings(
    max_examples=examples(40), stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck)
)


@pytest.mark.parametrize("seed", [7, 8])
def test_fifty_random_presses_on_real_workers(engines: EngineHolder, seed: int) -> None:
    chance = random.Random(seed)
    settings = {"a": {"channels": 2, "epochs": 4}, "b": {"channels": 2, "epochs": 4}}
    running = ComparisonRun(pair(**settings), engines, suspend_seconds=0.3)
    running.start()
    for _ in range(50):
        press(running, chance.choice(ACTIONS), chance.choice(["A", "B", None]))
        threading.Event().wait(chance.choice([0, 0.02, 0.1]))
    running.stop()
    until(lambda: running.wait(0), f"the end of {[run.state for run in running.runs]}")
    assert all(run.state in (State.FINISHED, State.STOPPED) for run in running.runs), [r.message for r in running.runs]
    fresh = ComparisonRun(pair(), engines)
    fresh.start()
    assert fresh.wait(90)
    assert fresh.state is State.FINISHED
