"""What a run panel shows of its run."""

import re
from dataclasses import replace
from typing import Any

import pytest

from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Precision, RunConfig
from nncompare.events import EpochEnd, TestPoint
from nncompare.history import History
from nncompare.memory import Plan, make_plan
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


def test_that_nothing_is_heard_is_told_while_it_trains(panel: RunPanel) -> None:
    sentence = "This training has been silent for 15 s. Still waiting for it."
    panel.show(run_of(1, seconds_silent=15.0))
    assert sentence in panel.figures.value
    panel.show(run_of(1))
    assert sentence not in panel.figures.value


def test_of_many_epochs_the_last_three_are_told(panel: RunPanel) -> None:
    panel.show(run_of(9))
    assert [number for number in range(1, 10) if f"epoch {number} done in 2.0 s" in panel.figures.value] == [7, 8, 9]


def test_figures_of_two_models_that_differ_read_differently(panel: RunPanel) -> None:
    def measured(loss: float, accuracy: float) -> RunView:
        history = History()
        history.add(TestPoint(1.0, 64, 1, 1.0, loss, accuracy, 1_000))
        return replace(run_of(0), history=history)

    mine, other = measured(0.052_31, 0.9871), measured(0.052_33, 0.9874)
    panel.show(mine)
    assert "<dd>98.7%</dd>" in panel.figures.value
    assert "<dd>0.052</dd>" in panel.figures.value
    panel.show(mine, other)
    assert "<dd>98.71%</dd>" in panel.figures.value
    assert "<dd>0.05231</dd>" in panel.figures.value
    panel.show(measured(0.000_31, 0.9871))
    assert "<dd>0.00031</dd>" in panel.figures.value


def test_the_images_of_an_update_are_those_that_there_are(panel: RunPanel) -> None:
    config = RunConfig(batch_size=60_000)
    for limit, words in ((2**30, "1,024 <small>effective 1,000<"), (2**23, r"<small>× \d+, effective 1,000<")):
        plan = make_plan(config.model_copy(update={"channels": 16}), limit, 10_000, train_images=1_000)
        panel.show(replace(run_of(1), setup=Setup(config, plan, "cpu", "float32")))
        assert re.search(words, panel.figures.value)
        assert "65,536" not in panel.figures.value


def test_a_model_that_has_guessed_is_told(panel: RunPanel) -> None:
    panel.show(run_of(1), guessed="Nothing shows that it has learned.")
    assert "Nothing shows that it has learned." in panel.figures.value


def test_settings_are_shown_as_they_are_entered(panel: RunPanel) -> None:
    run = run_of(1)
    config = RunConfig(dropout=0.0, optimizer="sgd", momentum=0.0, learning_rate=10.0, weight_decay=1.0)
    panel.show(replace(run, setup=replace(run.setup, config=config)))
    assert "dropout 0 · SGD, momentum 0 · learning rate 10 · weight decay 1<" in panel.figures.value


def test_a_new_cycle_of_the_learning_rate_is_told(panel: RunPanel) -> None:
    panel.show(run_of(1))
    assert "A new cycle" not in panel.figures.value
    panel.show(run_of(1, cycle_start=2.5))
    assert "A new cycle of the learning rate began at epoch 2.5." in panel.figures.value
