"""What a run panel shows of its run."""

from typing import Any

import pytest

from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Precision, RunConfig
from nncompare.events import EpochEnd
from nncompare.history import History
from nncompare.memory import Plan
from nncompare.messages import Setup
from nncompare.ui.panels.run_panel import RunPanel

PLAN = Plan(64, 1, 64, channels=16)


@pytest.fixture
def panel() -> RunPanel:
    return RunPanel("A", lambda _: None)


def run_of(epochs: int, precision: Precision | None = None, **known: Any) -> RunView:
    history = History()
    for epoch in range(1, epochs + 1):
        history.add(EpochEnd(epoch, 2.0 * epoch, 0.5, 0.8, 0.8, 0.4, 0.9))
    setup = Setup(RunConfig(epochs=max(1, epochs)), PLAN, "cpu", precision)
    return RunView(setup, state=State.RUNNING, history=history, **known)


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize("epochs", [0, 1, 9])
def test_the_number_format_is_told_however_long_it_trains(panel: RunPanel, precision: Precision, epochs: int) -> None:
    panel.show(run_of(epochs, precision=precision))
    assert f"parameters on cpu, {precision}" in panel.figures.value


def test_of_many_epochs_the_last_three_are_told(panel: RunPanel) -> None:
    panel.show(run_of(9))
    assert [number for number in range(1, 10) if f"epoch {number} done in 2.0 s" in panel.figures.value] == [7, 8, 9]


def test_a_new_cycle_of_the_learning_rate_is_told(panel: RunPanel) -> None:
    panel.show(run_of(1))
    assert "A new cycle" not in panel.figures.value
    panel.show(run_of(1, cycle_start=2.5))
    assert "A new cycle of the learning rate began at epoch 2.5." in panel.figures.value
