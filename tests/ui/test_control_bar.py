"""The control bar: one strong button that changes its word, and what stands beside it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import RunConfig
from nncompare.engine.fair_queue import QueuePosition
from nncompare.events import Diverged
from nncompare.history import History
from nncompare.messages import Setup
from nncompare.ui.panels.control_bar import MORE_EPOCHS, ControlBar, Situation
from nncompare.ui.refresher import Refresher

RUNNING, PAUSED, FINISHED, FAILED = State.RUNNING, State.PAUSED, State.FINISHED, State.FAILED


@dataclass
class Shown:
    """What the bar looks at of a comparison."""

    runs: Sequence[RunView]
    position: QueuePosition | None = None
    can_train_on: bool = True
    begun: Sequence[str] = ()

    def states(self) -> list[State]:
        return [run.state for run in self.runs]


@dataclass
class Immediate:
    """A refresher that does at once what is posted."""

    done: list[str] = field(default_factory=list)

    def posting(self, action: Callable[..., object]) -> Callable[..., None]:
        def do(*arguments: Any) -> None:
            action(*arguments)

        return do


@pytest.fixture
def pressed() -> list[str]:
    return []


@pytest.fixture
def bar(pressed: list[str]) -> ControlBar:
    return ControlBar(cast("Refresher", Immediate()), pressed.append)


def both(a: State, b: State, **known: Any) -> list[RunView]:
    return [RunView(Setup(RunConfig()), state=state, name=name, **known) for name, state in zip("AB", (a, b))]  # noqa: B905


def show(bar: ControlBar, *runs: RunView, can_train: bool = False, **known: Any) -> list[str]:
    """Show runs in a bar, and return the words of its main buttons; those that are off stand in brackets."""
    shown = {name: known.pop(name) for name in ("position", "can_train_on", "begun") if name in known}
    running = cast("ComparisonRun", Shown(runs, **shown)) if runs else None
    bar.show(Situation(running, can_train=can_train, **known))
    return [f"({one['words']})" if one["is_off"] else one["words"] for one in bar.main.buttons if one["action"]]


def test_the_strong_button_says_what_can_be_done(bar: ControlBar) -> None:
    assert show(bar) == ["(Train both)"], "while a setting is wrong"
    assert show(bar, can_train=True) == ["Train both"]
    assert show(bar, can_train=True, is_alone=True) == ["Train A"]
    assert show(bar, *both(State.PREPARING, State.PREPARING)) == ["(Pause)", "Stop"]
    assert show(bar, *both(RUNNING, RUNNING)) == ["Pause", "Stop"]
    assert show(bar, *both(PAUSED, RUNNING)) == ["Pause", "Stop"], "training as long as one trains"
    assert show(bar, *both(PAUSED, FINISHED)) == ["Resume", "Stop"]
    assert show(bar, *both(State.STOPPING, State.STOPPED)) == ["(Pause)", "(Stop)"]
    second = QueuePosition(position=2, seconds=None)
    assert show(bar, *both(State.PREPARING, State.PREPARING), position=second) == ["(Pause)", "Leave the line"]
    assert [one["is_strong"] for one in bar.main.buttons] == [True, False], "one strong button, which is not to leave"
    assert show(bar, *both(State.PREPARING, State.PREPARING), position=second, begun=["seed 0"]) == ["(Pause)", "Stop"]


def test_after_the_end_it_leads_to_what_is_to_be_seen(bar: ControlBar, pressed: list[str]) -> None:
    ended = both(FINISHED, FINISHED)
    assert show(bar, *ended, can_train=True) == ["See predictions"], "until they have been compared"
    assert show(bar, *ended, disagreements=109) == ["See the 109 images on which they disagree"]
    assert show(bar, *ended, disagreements=1_109) == ["See the 1,109 images on which they disagree"]
    assert show(bar, *ended, disagreements=1) == ["See the image on which they disagree"]
    assert show(bar, *ended, disagreements=0) == ["See predictions"]
    bar.main.press("see")
    assert pressed == ["see"]


def test_other_settings_on_the_page_make_it_train_them(bar: ControlBar) -> None:
    ended = both(FINISHED, FINISHED)
    assert show(bar, *ended, can_train=True, is_other=True, disagreements=109) == ["Train both"]
    assert "Train again" not in bar.further.offered
    show(bar, *ended, can_train=True, disagreements=109)
    assert bar.further.offered["Train again"] == "train"


def test_a_failure_leads_to_what_caused_it(bar: ControlBar) -> None:
    broken = History(diverged=Diverged(0.5, 100, 1, 1.0))
    (a, _), (_, b) = both(FINISHED, FINISHED), both(FAILED, FAILED, history=broken)
    assert show(bar, a, b) == ["Change B"]
    assert show(bar, *both(FAILED, FAILED, history=broken)) == ["Change both"]
    assert show(bar, *both(FAILED, FINISHED, is_refused=True)) == ["Change A"], (
        "its settings asked for what is not there"
    )
    assert show(bar, *both(FAILED, FINISHED), can_train=True) == ["Train both"], "a worker was lost"


def test_more_epochs_are_chosen_in_steps(bar: ControlBar, pressed: list[str]) -> None:
    assert bar.more_epochs == 3
    show(bar, *both(FINISHED, FINISHED))
    assert "Continue + 3 epochs" in bar.further.offered
    for _ in range(len(MORE_EPOCHS)):
        bar.further.press("fewer")
    assert bar.more_epochs == 1
    assert "Fewer epochs" not in bar.further.offered
    assert "Continue + 1 epoch" in bar.further.offered
    for _ in range(len(MORE_EPOCHS)):
        bar.further.press("more")
    assert bar.more_epochs == MORE_EPOCHS[-1]
    assert pressed == []
    bar.further.press("train_on")
    assert pressed == ["train_on"]
    show(bar, *both(RUNNING, RUNNING))
    assert not [name for name in bar.further.offered if name.startswith("Continue")]


def test_a_press_that_is_offered_no_more_does_nothing(bar: ControlBar, pressed: list[str]) -> None:
    show(bar, *both(RUNNING, RUNNING))
    bar.main._handle_custom_msg({"press": "pause"}, [])
    show(bar, *both(PAUSED, PAUSED))
    for stale in ("pause", "train", "see", "", None, 3, ["stop"]):
        bar.main._handle_custom_msg({"press": stale}, [])
    assert pressed == ["pause"], "a press that was meant for Pause never resumes"


def test_the_button_says_whose_epochs_are_added(bar: ControlBar) -> None:
    show(bar, *both(State.STOPPED, RUNNING))
    assert "Continue A + 3 epochs" in bar.further.offered
    show(bar, *both(FAILED, FINISHED))
    assert "Continue B + 3 epochs" in bar.further.offered
    show(bar, *both(State.STOPPED, FINISHED))
    assert "Continue + 3 epochs" in bar.further.offered
