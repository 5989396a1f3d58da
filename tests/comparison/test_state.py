from itertools import pairwise, product

import pytest
from model_runs import model_run

from nncompare.comparison.state import State, of_pair, transition

# Every life that a run can have.
LIVES = [
    "idle preparing running finished",
    "idle preparing running failed",
    "idle preparing failed",
    "idle preparing stopped",
    "idle preparing stopping stopped",
    "idle preparing running stopping stopped",
    "idle preparing running stopped",
    "idle preparing running pausing stopped",
    "idle preparing running stopping finished",
    "idle preparing running stopping failed",
    "idle preparing running pausing paused running finished",
    "idle preparing running pausing running pausing paused preparing running finished",
    "idle preparing running pausing paused stopping stopped",
    "idle preparing running pausing paused failed",
    "idle preparing running pausing stopping stopped",
    "idle preparing running pausing finished",
    "idle preparing running pausing failed",
    "idle preparing running finished preparing running finished",
    "idle preparing running stopping stopped preparing running finished",
]
LEGAL = {step for life in LIVES for step in pairwise(State(word) for word in life.split())}


@pytest.mark.parametrize(("now", "then"), sorted(LEGAL))
def test_what_may_follow(now: State, then: State) -> None:
    assert transition(now, then) is then


@pytest.mark.parametrize(("now", "then"), sorted(set(product(State, State)) - LEGAL))
def test_what_may_not_follow_is_told_and_changes_nothing(now: State, then: State) -> None:
    run = model_run(now)
    with pytest.raises(ValueError, match=f"A run that is {now} cannot become {then}"):
        run._enter(then)
    assert (run.state, run.view.version) == (now, 0)


def test_a_run_is_over_or_active_or_idle() -> None:
    assert {state for state in State if state.is_over} == {State.FINISHED, State.STOPPED, State.FAILED}
    assert {state for state in State if not state.is_active} == {State.IDLE, *(s for s in State if s.is_over)}


@pytest.mark.parametrize(
    ("button", "states"),
    [
        ("can_train", "idle finished stopped failed"),
        ("can_pause", "running"),
        ("can_resume", "pausing paused"),
        ("can_stop", "preparing running pausing paused"),
        ("can_train_on", "finished stopped"),
    ],
)
def test_what_can_be_pressed(button: str, states: str) -> None:
    assert {state for state in State if getattr(state, button)} == {State(word) for word in states.split()}


@pytest.mark.parametrize(
    ("states", "both"),
    [
        ("finished finished", "finished"),
        ("finished failed", "failed"),
        ("finished stopped", "stopped"),
        ("stopped failed", "failed"),
        ("running finished", "running"),
        ("running failed", "running"),
        ("preparing running", "preparing"),
        ("stopping finished", "stopping"),
        ("idle idle", "idle"),
        ("paused running", "running"),
        ("paused pausing", "pausing"),
        ("paused finished", "paused"),
        ("paused failed", "paused"),
        ("paused preparing", "preparing"),
        ("finished", "finished"),
        ("", "idle"),
    ],
)
def test_the_state_of_a_pair(states: str, both: str) -> None:
    members = [State(word) for word in states.split()]
    assert of_pair(members) is State(both)
    assert of_pair(members[::-1]) is State(both)


def test_stopping_twice_is_stopping_once() -> None:
    run = model_run(State.RUNNING)
    run.stop()
    version = run.view.version
    run.stop()
    assert (run.state, run.view.version) == (State.STOPPING, version)


def test_stopping_what_is_over_changes_nothing() -> None:
    run = model_run(State.FINISHED)
    run.stop()
    assert run.state is State.FINISHED
