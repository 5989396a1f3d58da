"""The control bar of a training: which buttons it has, depending on where the comparison is."""

from collections.abc import Callable
from dataclasses import dataclass

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.ui.action_buttons import Action, ActionButtons
from nncompare.ui.elements import row
from nncompare.ui.refresher import Refresher
from nncompare.words import number_of

MORE_EPOCHS = (1, 2, 3, 5, 10, 20)


@dataclass(frozen=True)
class Situation:
    """What the bar depends on.

    Attributes
    ----------
    running : ComparisonRun or None
        The comparison that is shown.
    can_train : bool
        Whether another one may begin with the settings of the page.
    is_alone : bool
        Whether that would train A alone.
    is_other : bool
        Whether the settings of the page are others than those of the comparison that is shown.
    disagreements : int or None
        On how many images both ended models disagree, once that is known.
    """

    running: ComparisonRun | None
    can_train: bool
    is_alone: bool = False
    is_other: bool = False
    disagreements: int | None = None


class ControlBar:
    """One strong button that changes its word, Stop joined to it, and more epochs.

    Calls `on_press` with train, pause, resume, stop, train_on, see or change.
    """

    def __init__(self, refresher: Refresher, on_press: Callable[[str], None]) -> None:
        self._on_press, self._choice = on_press, MORE_EPOCHS.index(3)
        self._situation = Situation(None, can_train=False)
        self.main = ActionButtons(refresher.posting(on_press), "nnc-go")
        self.further = ActionButtons(refresher.posting(self._on_further), "nnc-further")
        self.box = row("nnc-bar", [self.main, self.further])
        self.show(self._situation)

    @property
    def more_epochs(self) -> int:
        """How many epochs Continue adds."""
        return MORE_EPOCHS[self._choice]

    def show(self, situation: Situation) -> None:
        """Offer what is possible now."""
        self._situation = situation
        strong, second = _main(situation)
        self.main.show([strong, second])
        self.further.show(self._further(situation, is_train_strong=strong.action == "train"))

    def _further(self, situation: Situation, *, is_train_strong: bool) -> list[Action]:
        running = situation.running
        if running is None:
            return []
        can_train_on = running.can_train_on and any(state.can_train_on for state in running.states())
        again = Action("train", "Train again", is_off=not situation.can_train)
        epochs = f"+ {number_of(self.more_epochs, 'epoch')}"
        is_over = all(state.can_train for state in running.states())
        return [
            Action("fewer", "", "Fewer epochs", is_off=self._choice == 0),
            Action("train_on", f"Continue {_who_goes_on(running)}{epochs}", is_off=not can_train_on),
            Action("more", "", "More epochs", is_off=self._choice == len(MORE_EPOCHS) - 1),
            again if is_over and not is_train_strong else Action(),
        ]

    def _on_further(self, action: str) -> None:
        step = {"fewer": -1, "more": 1}.get(action)
        if step is None:
            self._on_press(action)
        else:
            self._choice += step
            self.show(self._situation)


def _who_goes_on(running: ComparisonRun) -> str:
    """Name the model to which alone epochs are added; nothing where it is every one, or there are several seeds."""
    ready = [run.name for run in running.runs if run.state.can_train_on]
    is_alone = len(running.runs) == len(running.states()) > len(ready) == 1
    return f"{ready[0]} " if is_alone else ""


def steering(states: list[State], name: str = "") -> list[Action]:
    """Return Pause or Resume, and Stop, as these states allow it; for one model with its name."""
    of = f" {name}" if name else ""
    is_paused = any(state.can_resume for state in states) and not any(state.can_pause for state in states)
    can_turn = is_paused or any(state.can_pause for state in states)
    first = Action("resume", f"Resume{of}") if is_paused else Action("pause", f"Pause{of}", is_off=not can_turn)
    return [first, Action("stop", f"Stop{of}", is_off=not any(state.can_stop for state in states))]


def _main(situation: Situation) -> list[Action]:
    running = situation.running
    states = running.states() if running is not None else []
    if not all(state.can_train for state in states):
        return _under_way(running, states)
    if running is None or situation.is_other or not (found := _after(running, situation.disagreements)):
        words = "Train A" if situation.is_alone else "Train both"
        found = Action("train", words, is_off=not situation.can_train, is_strong=True)
    return [found, Action()]


def _under_way(running: ComparisonRun | None, states: list[State]) -> list[Action]:
    first, stop = steering(states)
    if running is not None and running.position is not None and not running.begun:  # a later seed waits for a moment
        stop = Action("stop", "Leave the line", is_off=stop.is_off)
    return [Action(first.action, first.words, is_off=first.is_off, is_strong=True), stop]


def _after(running: ComparisonRun, disagreements: int | None) -> Action | None:
    """Return where to go after the end; None where there is nothing to see, as a worker was lost."""
    wrong = [run.name for run in running.runs if _needs_change(run)]
    if wrong:
        return Action("change", f"Change {wrong[0]}" if len(wrong) == 1 else "Change both", is_strong=True)
    if any(run.state is State.FAILED for run in running.runs):
        return None
    if not disagreements:
        return Action("see", "See predictions", is_strong=True)
    images = "the image on which they disagree"
    if disagreements > 1:
        images = f"the {disagreements:,} images on which they disagree"
    return Action("see", f"See {images}", is_strong=True)


def _needs_change(run: RunView) -> bool:
    return run.state is State.FAILED and (run.history.diverged is not None or run.is_refused)
