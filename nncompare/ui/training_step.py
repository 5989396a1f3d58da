"""The third step: both models train, side by side."""

import itertools
from collections.abc import Callable, Mapping

from nncompare.architecture import parameter_count
from nncompare.comparison.comparison import RunningComparison
from nncompare.comparison.history import History
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State
from nncompare.data import CATALOG
from nncompare.figures import CurveChart
from nncompare.ui.elements import button, column, html, row, set_value
from nncompare.ui.html import render
from nncompare.ui.refresher import Refresher, Rest

_LOG_LINES = 4
_SECONDS_TO_WARM_UP = 3.0


class TrainingStep:
    """Train and Stop, the figures of both models, and the curves.

    `on_train`, `on_stop` and `on_next` are called when the buttons are pressed.
    """

    def __init__(
        self,
        refresher: Refresher,
        on_train: Callable[[], None],
        on_stop: Callable[[], None],
        on_next: Callable[[], None],
    ) -> None:
        self._train = button("Train", lambda: refresher.post(on_train), strong=True)
        self._stop = button("Stop", lambda: refresher.post(on_stop))
        self._reason = html("nnc-reason")
        self._lanes = {name: html(f"nnc-card nnc-lane nnc-{name.lower()}") for name in ("A", "B")}
        self._chart_places = {"loss": html("nnc-card nnc-chart"), "accuracy": html("nnc-card nnc-chart")}
        self._charts: dict[str, CurveChart] = {}
        self._rest = Rest()
        self._drawn = -1
        self._is_final_drawn = True
        self._running: RunningComparison | None = None
        self.box = column(
            "nnc-step",
            [
                html("nnc-heading", "<h2>Watch them learn</h2>"),
                row("nnc-row nnc-controls", [self._train, self._stop, self._reason]),
                row("nnc-two", list(self._lanes.values())),
                row("nnc-two", list(self._chart_places.values())),
                html("nnc-legend", render("legend.html")),
                row("nnc-row nnc-next", [button("Next: predictions", on_next)]),
            ],
        )

    def draw_empty(self) -> None:
        """Draw the empty charts, so that nothing jumps when the first point arrives."""
        self._make_charts()
        self._draw({})

    def _make_charts(self) -> None:
        if not self._charts:
            self._charts = {"loss": CurveChart("loss"), "accuracy": CurveChart("accuracy")}

    def begin(self, running: RunningComparison) -> None:
        """Follow a comparison that has just been started."""
        self._running = running
        self._drawn, self._is_final_drawn = -1, False
        self._rest = Rest()
        self._make_charts()
        for chart in self._charts.values():
            chart.reset(max(run.config.epochs for run in running.runs), subject=subject(running.comparison.dataset))
        self._draw({})

    def enable(self, problems: Mapping[str, str], is_active: bool) -> None:
        """Enable the buttons for what is possible now, and say why Train is not."""
        set_value(self._train, disabled=bool(problems) or is_active)
        set_value(self._stop, disabled=not is_active)
        reasons = [] if is_active else list(dict.fromkeys(problems.values()))
        set_value(self._reason, value=render("reason.html", reasons=reasons))

    def tick(self) -> None:
        """Draw what has changed since the last look."""
        running = self._running
        if running is None:
            for name in self._lanes:
                set_value(self._lanes[name], value=render("lane_empty.html", name=name, words="not trained yet"))
            return
        for name, run in (("A", running.a), ("B", running.b)):
            set_value(self._lanes[name], value=_lane(name, run))
        self._draw_when_due(running)

    def _draw_when_due(self, running: RunningComparison) -> None:
        is_over = running.wait(0)
        version = running.version
        is_last = is_over and not self._is_final_drawn
        if version == self._drawn or not (self._rest.is_over or is_last):
            return
        histories = {}
        for run in running.runs:
            with run.lock:
                histories[run.name] = run.history.copy()
        self._rest.after(lambda: self._draw(histories))
        self._drawn, self._is_final_drawn = version, is_over

    def _draw(self, histories: Mapping[str, History]) -> None:
        for quantity, chart in self._charts.items():
            chart.update(histories)
            set_value(self._chart_places[quantity], value=chart.svg())


def subject(dataset: str) -> str:
    """Name a data set, and say when it is a stand-in."""
    info = CATALOG[dataset]
    return f"{info.title}, made by this program" if info.synthetic else info.title


def _lane(name: str, run: ModelRun | None) -> str:
    if run is None:
        return render("lane_empty.html", name=name, words="not used")
    with run.lock:
        history, progress = run.history, run.progress
        is_at_end = run.state is State.FINISHED  # then the means of the last epoch, not of its last few images
        return render(
            "lane.html",
            run=run,
            state=run.state,
            is_over=run.state.is_over,
            epoch=_epoch(run),
            share=progress.images / progress.total_images if progress else 0.0,
            speed=progress.images_per_second if progress and progress.images_per_second else None,
            left=_seconds_left(run),
            train_loss=_last(history.train_loss if is_at_end else history.train.loss),
            train_accuracy=_last(history.train_accuracy if is_at_end else history.train.accuracy),
            test_loss=_last(history.test.loss),
            test_accuracy=_last(history.test.accuracy),
            log=_log(run),
        )


def _epoch(run: ModelRun) -> int:
    return min(run.config.epochs, int(run.epoch) + 1) if run.progress is not None else 0


def _seconds_left(run: ModelRun) -> float | None:
    progress = run.progress
    if progress is None or run.state is not State.RUNNING or progress.seconds < _SECONDS_TO_WARM_UP:
        return None
    return progress.seconds * (progress.total_images / max(progress.images, 1) - 1)


def _last(values: list[float]) -> float | None:
    return values[-1] if values else None


def _log(run: ModelRun) -> list[dict[str, object]]:
    """Give the last lines of the log: how it began, and every finished epoch."""
    lines: list[dict[str, object]] = []
    if run.plan is not None:
        lines.append({"parameters": parameter_count(run.plan.channels), "device": run.device, "threads": run.threads})
    ends = [0.0, *run.history.epoch_seconds]
    lines += [
        {
            "epoch": number,
            "seconds": end - start,
            "accuracy": run.history.test_accuracy[number - 1],
            "loss": run.history.test_loss[number - 1],
        }
        for number, (start, end) in enumerate(itertools.pairwise(ends), start=1)
    ]
    return lines[-_LOG_LINES:]
