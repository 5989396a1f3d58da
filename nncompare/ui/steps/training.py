"""The third step: both models train, side by side."""

from collections.abc import Callable, Mapping
from typing import get_args

import ipywidgets as widgets

from nncompare.comparison.fairness import aspects, differences
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.view import RunView
from nncompare.data import CATALOG
from nncompare.environment import environment
from nncompare.figures import PAST, TITLES, Axis, CurveChart, best_epoch
from nncompare.history import History, SeedBand, seed_band
from nncompare.ui.elements import button, column, html, row, set_class, set_value
from nncompare.ui.html import render
from nncompare.ui.panels.run_controls import RunControls
from nncompare.ui.panels.run_panel import RunPanel
from nncompare.ui.refresher import Refresher, Rest
from nncompare.ui.steps.history import PastModel

_MORE_EPOCHS = (1, 2, 3, 5, 10, 20)


class TrainingStep:
    """The buttons, the figures of both models, and the curves.

    Calls `on_train`, `on_steer(action, model)` (pause, resume, stop or train_on; None for both) and `on_next`.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_train: Callable[[], None],
        on_steer: Callable[[str, str | None], None],
        on_next: Callable[[], None],
    ) -> None:
        self._train = button("Train", lambda: refresher.post(on_train), strong=True)
        self._both = RunControls(lambda action: refresher.post(lambda: on_steer(action, None)))
        self._more = widgets.Dropdown(options=[(f"+{count}", count) for count in _MORE_EPOCHS], description="epochs")
        self._reason = html("nnc-reason")
        self._go_on = widgets.Checkbox(
            value=False,
            description="Go on when this page is closed",
            tooltip="Else what trains is stopped a while after the page was closed.",
            indent=False,
        )
        set_class(self._go_on, "nnc-hidden", not environment().is_web_page)
        self._lanes = {
            name: RunPanel(name, lambda action, name=name: refresher.post(lambda: on_steer(action, name)))  # type: ignore[misc]
            for name in ("A", "B")
        }
        self._seeds = html("nnc-seeds")
        self._race = html("nnc-race")
        self._axis = widgets.Dropdown(
            options=[(TITLES[axis], axis) for axis in get_args(Axis)], description="Curves over"
        )
        self._axis.observe(lambda _: refresher.post(self._on_axis_change), names="value")
        self._chart_places = {"loss": html("nnc-card nnc-chart"), "accuracy": html("nnc-card nnc-chart")}
        self._charts: dict[str, CurveChart] = {}
        self._show_values = widgets.ToggleButton(description="Exact values")
        self._show_values.add_class("nnc-button")
        self._show_values.observe(lambda _: refresher.post(self._draw_values), names="value")
        self._values = html("nnc-values")
        self._rest = Rest()
        self._drawn = -1
        self._is_final_drawn = True
        self._running: ComparisonRun | None = None
        self._past: PastModel | None = None
        self._past_note = html("nnc-legend")
        self.box = column("nnc-step", self._arrange(on_next))

    def _arrange(self, on_next: Callable[[], None]) -> list[widgets.Widget]:
        return [
            html("nnc-heading", "<h2>Watch them learn</h2>"),
            row(
                "nnc-row nnc-controls",
                [self._train, self._both.box, row("nnc-more", [self._more]), self._go_on, self._reason],
            ),
            self._seeds,
            self._race,
            row("nnc-two", [lane.box for lane in self._lanes.values()]),
            row("nnc-row nnc-axis", [self._axis]),
            row("nnc-two", list(self._chart_places.values())),
            self._past_note,
            html("nnc-legend", render("legend.html")),
            row("nnc-row", [self._show_values]),
            self._values,
            row("nnc-row nnc-next", [button("Next: predictions", on_next)]),
        ]

    @property
    def more_epochs(self) -> int:
        """How many epochs Train on adds."""
        return int(self._more.value)

    @property
    def goes_on_alone(self) -> bool:
        """Say whether what trains is to go on when the page is closed."""
        return bool(self._go_on.value)

    @property
    def expects_first_point(self) -> bool:
        """Say whether a model has just begun to learn, of which nothing is drawn yet."""
        running = self._running
        return running is not None and any(run.expects_first_point for run in running.runs)

    def draw_empty(self) -> None:
        """Draw the empty charts, so that nothing jumps when the first point arrives."""
        self._make_charts()
        self._draw({})

    def _make_charts(self) -> None:
        if not self._charts:
            self._charts = {"loss": CurveChart("loss"), "accuracy": CurveChart("accuracy")}

    def begin(self, running: ComparisonRun) -> None:
        """Follow a comparison that has just been started."""
        self._running = running
        self._drawn, self._is_final_drawn = -1, False
        self._rest = Rest()
        self._make_charts()
        for chart in self._charts.values():
            chart.reset(
                max(run.config.epochs for run in running.runs), subject=CATALOG[running.comparison.dataset].subject
            )
        self._draw({})

    def lay_beside(self, past: PastModel | None) -> None:
        """Show the curves of a past model in grey beside the others; None takes them away."""
        self._past = past
        set_value(self._past_note, value=render("past_note.html", title=past.title if past is not None else ""))
        self._make_charts()
        self._draw(_curves(self._running) if self._running is not None else {})

    def enable(self, problems: Mapping[str, str]) -> None:
        """Enable the buttons for what is possible now, and say why Train is not."""
        states = self._running.states() if self._running is not None else []
        can_train = all(state.can_train for state in states)
        set_value(self._train, disabled=bool(problems) or not can_train)
        can_train_on = self._running is not None and self._running.can_train_on
        self._both.enable(states, can_train_on=can_train_on)
        set_value(self._more, disabled=self._both.train_on.disabled)
        reasons = list(dict.fromkeys(problems.values())) if can_train else []
        set_value(self._reason, value=render("reason.html", reasons=reasons))

    def tick(self) -> None:
        """Draw what has changed since the last look."""
        running = self._running
        set_value(self._seeds, value=_which_seed(running) if running is not None else "")
        for name, lane in self._lanes.items():
            can_train_on = running is not None and running.can_train_on
            lane.show(_run_of(running, name), is_idle=running is None, can_train_on=can_train_on)
        if running is not None:
            self._draw_race(running)
            self._draw_when_due(running)

    def _draw_race(self, running: ComparisonRun) -> None:
        if running.b is not None:
            a, b = running.a, running.b
            values = {"aspects": aspects(a, b), "differences": differences(a, b)}
            set_value(self._race, value=render("race.html", **values))
        else:
            set_value(self._race, value="")

    def _on_axis_change(self) -> None:
        self._make_charts()
        for chart in self._charts.values():
            chart.count(self._axis.value)
        self._draw(_curves(self._running) if self._running is not None else {})

    def _draw_when_due(self, running: ComparisonRun) -> None:
        is_over = running.wait(0)
        version = running.version
        is_last = is_over and not self._is_final_drawn
        is_due = is_last or (self._rest.is_over and _has_points(running))  # to draw nothing would delay the first point
        if version == self._drawn or not is_due:
            return
        curves = _curves(running)
        self._rest.after(lambda: self._draw(curves))
        self._drawn, self._is_final_drawn = version, is_over

    def _draw(self, curves: Mapping[str, History | SeedBand]) -> None:
        most_epochs = max((run.config.epochs for run in self._running.runs), default=0) if self._running else 0
        beside = {PAST: self._past.history} if self._past is not None else {}
        for quantity, chart in self._charts.items():
            chart.reach(most_epochs)
            chart.update({**curves, **beside})
            set_value(self._chart_places[quantity], value=chart.svg())
        self._draw_values()

    def _draw_values(self) -> None:
        """Write the table while it is asked for: it is long."""
        curves = _curves(self._running) if self._running is not None and self._show_values.value else {}
        histories = {name: curve.mean if isinstance(curve, SeedBand) else curve for name, curve in curves.items()}
        best = {name: best_epoch(history, "accuracy") for name, history in histories.items()}
        seeds = len(self._running.begun) if self._running is not None else 0
        set_value(self._values, value=render("values.html", histories=histories, best=best, seeds=seeds))


def _run_of(running: ComparisonRun | None, name: str) -> RunView | None:
    return next((run for run in running.runs if run.name == name), None) if running is not None else None


def _curves(running: ComparisonRun) -> dict[str, History | SeedBand]:
    """Give for each model its history, or the spread over the seeds that have begun."""
    pairs = running.begun
    if len(pairs) < 2:
        return {run.name: run.history for run in running.runs}
    by_model = zip(*(pair.runs for pair in pairs), strict=True)
    return {runs[0].name: seed_band([run.history for run in runs]) for runs in by_model}


def _has_points(running: ComparisonRun) -> bool:
    return any(run.history.train.epoch for pair in running.pairs for run in pair.runs)


def _which_seed(running: ComparisonRun) -> str:
    """Say which of several seeds the figures are of; nothing where there is one."""
    pairs = running.pairs
    if len(pairs) == 1:
        return ""
    current = running.current
    values = {"seed": current.seed, "number": pairs.index(current) + 1, "total": len(pairs)}
    return render("seeds.html", **values, is_over=running.wait(0), begun=len(running.begun))
