"""The third step: both models train, side by side."""

from collections.abc import Callable, Mapping, Sequence

import ipywidgets as widgets

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison
from nncompare.data import DataError, load
from nncompare.environment import environment
from nncompare.messages import Setup
from nncompare.report.fairness import Lead, aspects, differences, lead_of
from nncompare.report.fates import guess_of
from nncompare.report.wording import no_better_than_guessing
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Panel, Place, column, hide, html, render, row, two
from nncompare.ui.making import make
from nncompare.ui.other_settings import other_settings
from nncompare.ui.panels.control_bar import ControlBar, Situation
from nncompare.ui.panels.curve_charts import CurveCharts
from nncompare.ui.panels.epoch_times import EpochTimes
from nncompare.ui.panels.run_panel import RunPanel
from nncompare.ui.panels.run_times import time_of_all
from nncompare.ui.panels.running_curves import shows_means
from nncompare.ui.panels.seed_choice import seed_words
from nncompare.ui.refresher import Refresher

_LATER = ("memory", "time per epoch")


class TrainingStep:
    """The control bar, a strip of large figures for each model, the curves, what was equal, and the rest folded.

    Calls `on_train`, `on_control(action, model)` (pause, resume, stop or train_on; None for both), `on_see` for what
    the models predict, `on_change` for other settings, and `on_ask` for the question that has to be answered first.
    `times` know how long a planned training will take; `answer` is what became of the guess of a lesson.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_train: Callable[[], None],
        on_control: Callable[[str, str | None], None],
        on_see: Callable[[], None],
        on_change: Callable[[], None],
        on_ask: Callable[[], None],
        times: EpochTimes,
        answer: Panel,
    ) -> None:
        control = refresher.posting(on_control)
        self._times = times
        self._on_control, self._ways = on_control, {"train": on_train, "see": on_see, "change": on_change}
        self.bar = ControlBar(refresher, self._on_press)
        self.lead = Place("nnc-lead")
        self.reason = Clickable(refresher.posting(lambda _: on_ask()), "nnc-reason")
        self.runs = {name: RunPanel(name, lambda action, name=name: control(action, name)) for name in ("A", "B")}  # type: ignore[misc]
        self.curves = CurveCharts(refresher)
        self.race, self.costs, self.seeds = Place("nnc-race"), Place("nnc-costs"), Place("nnc-seeds")
        self.outlives_page = make(
            widgets.Checkbox,
            value=False,
            description="Keep training if I close this page",
            tooltip="Otherwise training is stopped some time after the page was closed.",
            indent=False,
        )
        hide(self.outlives_page, not environment().is_web_page)
        self._remarks: tuple[dict[str, str], list[str]] = {}, []  # what stands in the way, and what has changed since
        self._wanted: Comparison | None = None  # as last entered without a mistake
        self._conclusion, self._disagreements = "", None  # type: tuple[str, int | None]
        self._guesses: dict[str, tuple[RunView, str]] = {}
        self.box = self._arrange(answer)

    def _arrange(self, answer: Panel) -> widgets.VBox:
        panels = self.runs.values()
        details = two([panel.details for panel in panels])
        folded = [self.outlives_page, self.seeds, self.costs, details, self.curves.further]
        parts = [
            html("nnc-unseen", "<h2>Training</h2>"),
            row("nnc-controls", [self.bar, self.lead]),
            self.reason,
            answer,
            two([panel.box for panel in panels]),
            self.curves,
            row("nnc-fairness", [self.race, html("nnc-fold", render("details.html"))]),
            column("nnc-folded", folded),
        ]
        return column("nnc-step nnc-training", parts)

    def begin(self, running: ComparisonRun) -> None:
        """Show a comparison that has just been started or opened."""
        self.show_end("", None)
        self.curves.begin(running)

    def show_end(self, conclusion: str, disagreements: int | None) -> None:
        """Show what a comparison comes to, and on how many images both models disagree; nothing while it goes on."""
        self._conclusion, self._disagreements = conclusion, disagreements

    def enable(
        self, running: ComparisonRun | None, problems: Mapping[str, str], comparison: Comparison | None = None
    ) -> None:
        """Offer what is possible now, and tell why Train is not; `comparison` are the settings of the page."""
        states = running.states() if running is not None else []
        can_train = all(state.can_train for state in states)
        changes = other_settings(running.comparison, comparison) if running is not None and comparison else []
        situation = Situation(
            running,
            can_train=can_train and not problems,
            is_alone=comparison is not None and comparison.b is None,
            is_other=bool(changes),
            disagreements=self._disagreements,
        )
        self.bar.show(situation)
        reasons = {reason: name for name, reason in problems.items()} if can_train else {}
        if self._remarks != (reasons, changes):
            self._remarks = reasons, changes
            self.reason.show("remarks.html", reasons=reasons, changes=changes)
        self._wanted = comparison or self._wanted
        if running is None:
            self._show_runs(None)
            self.curves.plan(max((run.config.epochs for run in _planned(self._wanted)), default=3))

    def tick(self, running: ComparisonRun | None) -> None:
        """Draw what has changed since the last look."""
        if running is not None:
            self.curves.tick()  # first: the strips tell what is drawn
            self._show_runs(running)
            self._show_seeds(running)

    def _on_press(self, action: str) -> None:
        if action in self._ways:
            self._ways[action]()
        else:
            self._on_control(action, None)

    def _show_runs(self, running: ComparisonRun | None) -> None:
        comparison = running.comparison if running is not None else self._wanted
        shown = running.runs if running is not None else _planned(comparison)
        runs = {run.name: run for run in shown}
        can_train_on = running is not None and running.can_train_on
        of_seed = self._figures_words(running) if running is not None else ""
        for name, panel in self.runs.items():
            run, other = runs.get(name), runs.get("B" if name == "A" else "A")
            guessed = self._guessed(running, run) if running is not None and run is not None else ""
            expected = self._expected_seconds(run, comparison)
            of_all = time_of_all(running, run) if running is not None and run is not None else None
            panel.show(
                run,
                other,
                guessed,
                drawn=self.curves.runs if running is not None else None,
                seed_words=of_seed,
                can_train_on=can_train_on,
                expected_seconds=expected,
                of_all=of_all,
            )
        self._show_race(shown, has_one_seed=comparison is None or not comparison.seed_gap)

    def _are_means(self, running: ComparisonRun) -> bool:
        """Tell whether the large figures are means over all seeds: as soon as the charts have drawn those."""
        return shows_means(running) and bool(self.curves.runs)

    def _figures_words(self, running: ComparisonRun) -> str:
        """Say of which of several seeds the large figures are; empty where there is but one."""
        return f"mean of {len(running.pairs)} seeds" if self._are_means(running) else seed_words(running)

    def _expected_seconds(self, run: RunView | None, comparison: Comparison | None) -> float | None:
        """Return how long a planned run will take, by what an epoch of such a model has taken here."""
        if run is None or run.state is not State.IDLE:
            return None
        seconds = self._times.seconds(run.config, comparison)
        return None if seconds is None else run.config.epochs * seconds

    def _guessed(self, running: ComparisonRun, run: RunView) -> str:
        """Say of a run that has ended if it does no better than guessing; that is counted once."""
        if not run.state.is_over:
            return ""
        if self._guesses.get(run.name, (None,))[0] is not run:
            self._guesses[run.name] = run, _guess_words(run, running.comparison.dataset)
        return self._guesses[run.name][1]

    def _show_race(self, runs: Sequence[RunView], *, has_one_seed: bool) -> None:
        lead = _lead(runs)
        self.lead.show_texts("lead.html", conclusion=self._conclusion, lead=lead)
        equal = aspects(*runs, has_one_seed=has_one_seed) if len(runs) > 1 else []
        different = differences(*runs) if len(runs) > 1 else []
        # What is measured only later would make the line longer in the middle of a race.
        later = [one for one in different if one.name in _LATER]
        known = [one for one in different if one not in later]
        self.race.show_texts("race.html", aspects=equal, differences=known)
        self.costs.show_texts("measured_costs.html", differences=later)

    def _show_seeds(self, running: ComparisonRun) -> None:
        """Show of which of several seeds the figures are; nothing where there is one."""
        pairs = running.pairs
        if len(pairs) > 1:
            values = {"words": seed_words(running), "total": len(pairs)}
            self.seeds.show(
                "seeds.html",
                **values,
                is_over=running.wait(0),
                are_means=self._are_means(running),
                begun=len(running.begun),
            )
        else:
            self.seeds.tell()


def _lead(runs: Sequence[RunView]) -> Lead | None:
    """Return who is ahead; not of an earlier epoch once both have ended: soon they are judged by what they are then."""
    lead = lead_of(*runs) if len(runs) > 1 else None
    is_past = (
        lead is not None and all(run.state.is_over for run in runs) and {lead.epoch} != {run.epoch for run in runs}
    )
    return None if is_past else lead


def _planned(comparison: Comparison | None) -> list[RunView]:
    """Return what is going to be trained, as runs that have not begun."""
    configs = {"A": comparison.a, "B": comparison.b} if comparison is not None else {}
    return [RunView(Setup(config), state=State.IDLE, name=name) for name, config in configs.items() if config]


def _guess_words(run: RunView, dataset: str) -> str:
    try:
        guess = guess_of(run, load(dataset).labels("test"))
    except DataError:  # the images are not on this machine any more
        return ""
    return no_better_than_guessing(run.name, guess) if guess is not None and guess.is_likely else ""
