"""One model while it trains: its figures, its log, and the buttons that steer it alone."""

import itertools
from collections.abc import Callable

from nncompare.architectures import parameter_count
from nncompare.comparison.run import ModelRun
from nncompare.comparison.state import State
from nncompare.ui.elements import column, html, set_value
from nncompare.ui.html import render
from nncompare.ui.panels.run_controls import RunControls

_EPOCHS_TOLD = 3


class RunPanel:
    """Shows one run, and calls `on_steer(action)` when one of its buttons is pressed."""

    def __init__(self, name: str, on_steer: Callable[[str], None]) -> None:
        self._name = name
        self.figures = html("nnc-lane-figures")
        self.buttons = RunControls(on_steer, name)
        self.box = column(f"nnc-card nnc-lane nnc-{name.lower()}", [self.figures, self.buttons.box])

    def show(self, run: ModelRun | None, *, is_idle: bool = False, can_train_on: bool = True) -> None:
        """Draw what is known of a run; None where this model is not trained, or not yet."""
        self.buttons.enable([run.state] if run is not None else [], can_train_on=can_train_on)
        if run is None:
            words = "not trained yet" if is_idle else "not used"
            set_value(self.figures, value=render("run_panel_empty.html", name=self._name, words=words))
        else:
            set_value(self.figures, value=_figures(run))


def _figures(run: ModelRun) -> str:
    with run.lock:
        history, progress = run.history, run.progress
        is_at_end = run.state is State.FINISHED  # then the means of the last epoch, not of its last few images
        return render(
            "run_panel.html",
            run=run,
            state=run.state,
            is_over=run.state.is_over,
            epoch=_epoch(run),
            share=min(1.0, run.epoch / run.config.epochs),
            speed=progress.images_per_second if progress and progress.images_per_second else None,
            left=run.seconds_left,
            train_loss=_last(history.train_loss if is_at_end else history.train.loss),
            train_accuracy=_last(history.train_accuracy if is_at_end else history.train.accuracy),
            test_loss=_last(history.test.loss),
            test_accuracy=_last(history.test.accuracy),
            log=_log(run),
        )


def _epoch(run: ModelRun) -> int:
    return min(run.config.epochs, int(run.epoch) + 1) if run.progress is not None else 0


def _last(values: list[float]) -> float | None:
    return values[-1] if values else None


def _log(run: ModelRun) -> list[dict[str, object]]:
    """Give the log: how the model is computed, and the last epochs that are done."""
    lines: list[dict[str, object]] = []
    if run.plan is not None:
        lines.append(
            {
                "parameters": parameter_count(run.plan.channels),
                "device": run.device,
                "threads": run.threads,
                "precision": run.precision,
            }
        )
    ends = [0.0, *run.history.epoch_seconds]
    epochs: list[dict[str, object]] = [
        {
            "epoch": number,
            "seconds": end - start,
            "accuracy": run.history.test_accuracy[number - 1],
            "loss": run.history.test_loss[number - 1],
        }
        for number, (start, end) in enumerate(itertools.pairwise(ends), start=1)
    ]
    return lines + epochs[-_EPOCHS_TOLD:]
