"""One model while it trains: its figures, its log, and the buttons that control it alone, or both."""

import itertools
from collections.abc import Callable, Sequence
from typing import Any

import ipywidgets as widgets

from nncompare.architectures import parameter_count
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.ui.elements import Place, button, column, row, set_value
from nncompare.words import apart, loss, percent

_EPOCHS_TOLD = 3
_TITLES = {"pause": "Pause", "resume": "Resume", "stop": "Stop", "train_on": "Continue"}


class RunControls:
    """Four buttons for the model `name`, or for both; calls `on_control` with pause, resume, stop or train_on.

    Pause and Resume are two: one that changes its meaning could do the opposite of what was read on it.
    """

    def __init__(self, on_control: Callable[[str], None], name: str = "") -> None:
        self.buttons: dict[str, widgets.Button] = {
            action: button(f"{title} {name}".strip(), lambda action=action: on_control(action))  # type: ignore[misc]
            for action, title in _TITLES.items()
        }
        self.box = row("nnc-run-controls", list(self.buttons.values()))
        self.enable([])

    def enable(self, states: Sequence[State], *, can_train_on: bool = True) -> None:
        """Enable what at least one of these states allows."""
        for action, pressed in self.buttons.items():
            is_allowed = any(getattr(state, f"can_{action}") for state in states)
            set_value(pressed, disabled=not is_allowed or (action == "train_on" and not can_train_on))


class RunPanel:
    """Shows one run, and calls `on_control(action)` when one of its buttons is pressed."""

    def __init__(self, name: str, on_control: Callable[[str], None]) -> None:
        self._name = name
        self.figures = Place("nnc-run-figures")
        self.controls = RunControls(on_control, name)
        self.box = column(f"nnc-card nnc-run nnc-{name.lower()}", [self.figures, self.controls])

    def show(
        self,
        run: RunView | None,
        other: RunView | None = None,
        guessed: str = "",
        *,
        is_idle: bool = False,
        can_train_on: bool = True,
    ) -> None:
        """Draw what is known of a run; None where this model is not trained, or not yet.

        Its figures can be told apart from those of the `other` model. `guessed` is a sentence, where it has guessed.
        """
        self.controls.enable([run.state] if run is not None else [], can_train_on=can_train_on)
        if run is None:
            words = "not trained yet" if is_idle else "not used"
            self.figures.show("run_panel_empty.html", name=self._name, words=words)
        else:
            figures = {**_figures(run), **_measured(run, other)}
            self.figures.show("run_panel.html", run=run, guessed=guessed, **figures)


def _figures(run: RunView) -> dict[str, Any]:
    progress = run.progress
    return {
        "epoch": min(run.config.epochs, int(run.epoch) + 1) if progress is not None else 0,
        "share": min(1.0, run.epoch / run.config.epochs),
        "speed": (progress.images_per_second or None) if progress else None,
        "parameters": parameter_count(run.plan.channels) if run.plan is not None else None,
        "epochs": _last_epochs(run),
    }


def _measured(run: RunView, other: RunView | None) -> dict[str, str]:
    """Write losses and accuracies with as many digits as tell both models apart."""
    both = [_newest(one) for one in (run, other) if one is not None]
    return {
        name: apart([values[name] for values in both], *((loss, 3) if name.endswith("loss") else (percent, 1)))[0]
        for name in both[0]
    }


def _newest(run: RunView) -> dict[str, float | None]:
    history = run.history
    is_at_end = run.state is State.FINISHED  # then the means of the last epoch, not of its last few images
    return {
        "train_loss": _last(history.train_loss if is_at_end else history.train.loss),
        "train_accuracy": _last(history.train_accuracy if is_at_end else history.train.accuracy),
        "test_loss": _last(history.test.loss),
        "test_accuracy": _last(history.test.accuracy),
    }


def _last(values: list[float]) -> float | None:
    return values[-1] if values else None


def _last_epochs(run: RunView) -> list[tuple[int, float, float, float]]:
    ends = [0.0, *run.history.epoch_seconds]
    seconds = [end - start for start, end in itertools.pairwise(ends)]
    epochs = zip(itertools.count(1), seconds, run.history.test_accuracy, run.history.test_loss, strict=False)
    return list(epochs)[-_EPOCHS_TOLD:]
