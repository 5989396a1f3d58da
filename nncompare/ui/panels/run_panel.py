"""One model while it trains: its strip of large figures, its own buttons, and what is folded away."""

import operator
from collections.abc import Callable, Mapping
from math import ceil

from nncompare.architectures import parameter_count
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.report.fairness import distinction
from nncompare.ui.action_buttons import Action, ActionButtons
from nncompare.ui.elements import Place, column, row
from nncompare.ui.panels.control_bar import steering
from nncompare.ui.panels.run_figures import epoch_words, images_words, large, last_epochs, measured, tested_words
from nncompare.ui.panels.run_times import Time, time_of
from nncompare.words import in_line, number_of, short_epoch

_MOVING = (State.PREPARING, State.RUNNING)


class RunPanel:
    """Shows one run, and calls `on_control(action)` when one of its buttons is pressed.

    `box` is the strip, `details` what is folded away.
    """

    def __init__(self, name: str, on_control: Callable[[str], None]) -> None:
        self._name = name
        self._shown: tuple[RunView | None, ...] | None = None
        self._words: tuple[object, ...] = ()
        css_class = f"nnc-{name.lower()}"
        self.figures, self.log = Place("nnc-run-figures"), Place("nnc-run-log")
        self.controls = ActionButtons(on_control, "nnc-run-controls")
        self.alone = ActionButtons(on_control, "nnc-alone")
        self.box = row(f"nnc-card nnc-run {css_class}", [self.figures, self.controls])
        self.details = column(f"nnc-card nnc-run-details {css_class}", [self.log, self.alone])
        self.show(None)

    def show(
        self,
        run: RunView | None,
        other: RunView | None = None,
        guessed: str = "",
        *,
        drawn: Mapping[str, RunView] | None = None,
        seed_words: str = "",
        can_train_on: bool = True,
        expected_seconds: float | None = None,
        of_all: Time | None = None,
    ) -> None:
        """Draw what is known of a run, or what is planned where none was started; None where the model is not used.

        Its figures can be told apart from those of the `other` model. `guessed` is a sentence, where it has guessed;
        `drawn` are by name the runs with the figures that the charts show; `seed_words` say of which of several seeds
        those are, and `of_all` how long all take; `expected_seconds` is how long a planned run will take.
        """
        words = (guessed, seed_words, can_train_on, expected_seconds, of_all)
        told, told_other = (_as_drawn(one, drawn or {}) for one in (run, other))
        if not self._is_new((run, other, told, told_other), words):
            return
        self._offer(run.state if run is not None else State.IDLE, can_train_on=can_train_on)
        if run is None or told is None:
            self.figures.show("strip_unused.html", name=self._name)
            self.log.show("run_unused.html", name=self._name)
            return
        common = {"run": run, "parameters": _parameters(run)}
        of_which = ", ".join(filter(None, (images_words(told), seed_words)))
        strip = {"title": distinction(run, other), "where": _where(run), "of_which": of_which, "share": _share(run)}
        time = time_of(run, expected_seconds, of_all)
        self.figures.show("strip.html", **common, **strip, time=time, **large(told, told_other))
        figures = {
            "speed": _speed(run),
            "of_epoch": epoch_words(told),
            "of_test": tested_words(told),
            "epochs": last_epochs(told, told_other),
            "guessed": guessed,
        }
        self.log.show("run_details.html", **common, **figures, **measured(told, told_other))

    def _is_new(self, runs: tuple[RunView | None, ...], words: tuple[object, ...]) -> bool:
        """Tell whether this is to be drawn: a run that has changed is another object."""
        is_same = self._shown is not None and all(map(operator.is_, runs, self._shown)) and words == self._words
        self._shown, self._words = runs, words
        return not is_same

    def _offer(self, state: State, *, can_train_on: bool) -> None:
        own = steering([state], self._name)
        self.controls.show([Action(one.action, "", one.words) if not one.is_off else Action() for one in own])
        may_go_on = state.can_train_on and can_train_on
        self.alone.show([*own, Action("train_on", f"Continue {self._name}", is_off=not may_go_on)])


def _where(run: RunView) -> str:
    """Say how far a run is, in at most three or four words."""
    epochs, plan = run.config.epochs, number_of(run.config.epochs, "epoch")
    if run.position is not None and run.position.position:
        return in_line(run.position.position)
    if run.state is State.IDLE:
        return plan
    if run.state is State.FINISHED:
        return f"{plan} ✓"
    if run.state.is_over:
        return f"{run.state} at {'epoch ' if run.state is State.FAILED else ''}{short_epoch(run.epoch)}"
    if run.progress is None:
        return str(run.state)
    if run.state in _MOVING:
        return f"epoch {min(epochs, int(run.epoch) + 1)} of {epochs}"
    return f"{run.state} at {max(1, ceil(run.epoch))} of {epochs}"


def _as_drawn(run: RunView | None, drawn: Mapping[str, RunView]) -> RunView | None:
    """Return a run with the figures that the charts show of it, once they show any of this seed."""
    known = drawn.get(run.name) if run is not None else None
    return known if known is not None and run is not None and known.seed == run.seed else run


def _share(run: RunView) -> float:
    return min(1.0, run.epoch / run.config.epochs)


def _speed(run: RunView) -> float | None:
    return (run.progress.images_per_second or None) if run.progress is not None else None


def _parameters(run: RunView) -> int:
    return parameter_count(run.plan.channels if run.plan is not None else run.config.channels)
