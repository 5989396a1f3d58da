"""What a run panel shows of its run."""

import math
import re
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Precision, RunConfig
from nncompare.engine.fair_queue import QueuePosition
from nncompare.events import EpochEnd, TestPoint, TrainPoint
from nncompare.history import History
from nncompare.memory import Plan, Room, fit
from nncompare.messages import Progress, Setup
from nncompare.ui.panels.run_panel import RunPanel
from nncompare.ui.panels.run_times import time_of_all

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
    assert f"parameters on cpu, {precision}" in panel.log.value


def test_how_long_a_planned_run_will_take_is_told_where_it_is_known(panel: RunPanel) -> None:
    planned = replace(run_of(0), state=State.IDLE)
    panel.show(planned, expected_seconds=72.4)
    assert re.search(r"about</dt><dd>1:12<", panel.figures.value)
    panel.show(planned)
    assert re.search(r"left</dt><dd>–<", panel.figures.value)


def test_that_nothing_is_heard_is_told_while_it_trains(panel: RunPanel) -> None:
    sentence = "This training has been silent for 15 s. Still waiting for it."
    panel.show(run_of(1, seconds_silent=15.0))
    assert sentence in panel.log.value
    panel.show(run_of(1))
    assert sentence not in panel.log.value


def test_of_many_epochs_the_last_three_are_told(panel: RunPanel) -> None:
    panel.show(run_of(9))
    assert [number for number in range(1, 10) if f"epoch {number} done in 2.0 s" in panel.log.value] == [7, 8, 9]


def measured(loss: float, accuracy: float, **known: Any) -> RunView:
    history = History()
    history.add(TestPoint(1.0, 64, 1, 1.0, loss, accuracy, 1_000))
    return replace(run_of(0), history=history, **known)


def large(panel: RunPanel) -> list[str]:
    """The figures of the strip: accuracy, loss and time."""
    return re.findall(r"<(?:b|dd)>(?:<span[^>]*>)?(.*?)</", panel.figures.value)


def test_figures_of_two_models_that_differ_read_differently(panel: RunPanel) -> None:
    mine, other = measured(0.052_31, 0.9871), measured(0.052_33, 0.9874)
    panel.show(mine)
    assert large(panel)[:2] == ["98.7%", "0.052"]
    assert "<dd>98.7%</dd>" in panel.log.value
    panel.show(mine, other)
    assert "<dd>98.71%</dd>" in panel.log.value
    assert "<dd>0.05231</dd>" in panel.log.value
    assert large(panel)[0] == "98.71%", "which the strip has room for"
    panel.show(measured(0.000_31, 0.9871))
    assert "<dd>0.00031</dd>" in panel.log.value


@pytest.mark.parametrize("loss", [0.000_31, 0.052_31, 2.302_585, 456.789, 12_345.0, 5.6e33, math.inf])
@pytest.mark.parametrize("seconds", [0.0, 59.6, 4_000.0, 400_000.0])
def test_no_figure_of_the_strip_has_more_than_six_characters(panel: RunPanel, loss: float, seconds: float) -> None:
    run = measured(loss, 0.098_04, seconds=seconds)
    panel.show(replace(run, state=State.STOPPED), measured(loss * 1.000_01, 0.098_041))
    assert len(large(panel)) == 3
    assert all(1 <= len(figure) <= 6 for figure in large(panel)), large(panel)


def test_the_strip_says_where_the_run_is(panel: RunPanel) -> None:
    done = Progress(10, 100, 1.4, 20.0, 10.0)
    for state, words, time in (
        (State.IDLE, "3 epochs", "left"),
        (State.PREPARING, "preparing", "left"),
        (State.RUNNING, "epoch 2 of 3", "left"),
        (State.PAUSED, "paused at 2 of 3", "left"),
        (State.STOPPED, "stopped at 1.4", "took"),
        (State.FAILED, "failed at epoch 1.4", "took"),
        (State.FINISHED, "3 epochs ✓", "took"),
    ):
        progress = None if state in (State.IDLE, State.PREPARING) else done
        panel.show(replace(run_of(0), setup=Setup(RunConfig(epochs=3)), state=state, progress=progress))
        assert f'<span class="nnc-epoch">{words}</span>' in panel.figures.value
        assert f"<dt>{time}</dt>" in panel.figures.value
    panel.show(replace(run_of(0), state=State.PREPARING, position=QueuePosition(position=2, seconds=80.0)))
    assert "2nd in line" in panel.figures.value
    assert "<dt>starts in</dt><dd>1:20</dd>" in panel.figures.value


def test_a_paused_run_keeps_the_time_that_is_left(panel: RunPanel) -> None:
    run = replace(run_of(0), setup=Setup(RunConfig(epochs=3)), progress=Progress(10, 100, 1.5, 20.0, 10.0))
    for state in (State.RUNNING, State.PAUSING, State.PAUSED):
        panel.show(replace(run, state=state))
        assert large(panel)[2] == "0:20"


def test_only_the_setting_that_differs_names_a_model(panel: RunPanel) -> None:
    a, b = (replace(run_of(0), setup=Setup(RunConfig(channels=channels))) for channels in (8, 16))
    panel.show(a, b)
    assert "8 channels</span>" in panel.figures.value
    assert "dropout" not in panel.figures.value


def test_each_model_has_its_own_buttons_while_they_do_something() -> None:
    pressed: list[str] = []
    panel = RunPanel("B", pressed.append)
    for state, names in (
        (State.IDLE, set()),
        (State.RUNNING, {"Pause B", "Stop B"}),
        (State.PAUSED, {"Resume B", "Stop B"}),
        (State.STOPPING, set()),
        (State.FINISHED, set()),
    ):
        panel.show(replace(run_of(1), state=state))
        assert panel.controls.offered.keys() == names
    assert panel.alone.offered == {"Continue B": "train_on"}
    panel.show(run_of(1))
    panel.controls._handle_custom_msg({"press": "stop"}, [])
    nonsense: Any
    for nonsense in ("resume", "train_on", "", None, 3, ["stop"], {}):
        panel.controls._handle_custom_msg({"press": nonsense}, [])
    assert pressed == ["stop"]


def test_the_images_of_an_update_are_those_that_there_are(panel: RunPanel) -> None:
    config = RunConfig(batch_size=60_000)
    for limit, words in ((2**30, "1,024 <small>effective 1,000<"), (2**23, r"<small>× \d+, effective 1,000<")):
        plan = fit(config.model_copy(update={"channels": 16}), Room(limit), 10_000, 1_000).plan
        panel.show(replace(run_of(1), setup=Setup(config, plan, "cpu", "float32")))
        assert re.search(words, panel.log.value)
        assert "65,536" not in panel.log.value


def test_a_model_that_has_guessed_is_told(panel: RunPanel) -> None:
    panel.show(run_of(1), guessed="Nothing shows that it has learned.")
    assert "Nothing shows that it has learned." in panel.log.value


def test_settings_are_shown_as_they_are_entered(panel: RunPanel) -> None:
    run = run_of(1)
    config = RunConfig(dropout=0.0, optimizer="sgd", momentum=0.0, learning_rate=10.0, weight_decay=1.0)
    panel.show(replace(run, setup=replace(run.setup, config=config)))
    assert "dropout 0 · SGD, momentum 0 · learning rate 10 · weight decay 1<" in panel.log.value


def test_a_new_cycle_of_the_learning_rate_is_told(panel: RunPanel) -> None:
    panel.show(run_of(1))
    assert "A new cycle" not in panel.log.value
    panel.show(run_of(1, cycle_start=2.5))
    assert "A new cycle of the learning rate began at epoch 2.5." in panel.log.value


def test_the_train_accuracy_is_that_of_a_whole_epoch_and_before_there_is_one_about_that_of_the_newest_point(
    panel: RunPanel,
) -> None:
    begun = run_of(0)
    begun.history.add(TrainPoint(0.1, 500, 4, 1.0, 1.5, 0.625))
    panel.show(begun)
    assert "<dd>≈62.5%</dd>" in panel.log.value
    stopped = run_of(2, progress=Progress(6_000, 9_000, 2.4, 5.0, 100.0))
    stopped.history.add(TrainPoint(2.4, 6_000, 4, 5.0, 1.5, 0.625))
    panel.show(stopped)
    assert "<dd>80.0% <small>(epoch 2)</small></dd>" in panel.log.value
    panel.show(run_of(2, progress=Progress(6_000, 6_000, 2.0, 5.0, 100.0)))
    assert "<dd>80.0%</dd>" in panel.log.value


def test_a_figure_older_than_the_end_says_which_epoch_it_is_of(panel: RunPanel) -> None:
    stopped = replace(run_of(2, progress=Progress(6_000, 9_000, 2.4, 5.0, 100.0)), state=State.STOPPED)
    stopped.history.add(TestPoint(2.4, 6_000, 4, 5.0, 0.3, 0.625, 1_000))
    panel.show(stopped)
    assert re.search(
        '<b>62.5%</b>.*test accuracy</span> <span class="nnc-of-which">epoch 2.4</span>', panel.figures.value
    )
    lost = replace(run_of(2, progress=Progress(6_000, 9_000, 2.5, 5.0, 100.0)), state=State.STOPPED)
    lost.history.add(TestPoint(2.4, 6_000, 4, 5.0, 0.3, 0.625, 1_000))
    panel.show(lost)
    assert re.search(
        '<b>90.0%</b>.*test accuracy</span> <span class="nnc-of-which">epoch 2</span>', panel.figures.value
    )
    assert "<dd>90.0% <small>(epoch 2)</small></dd>" in panel.log.value


def test_the_large_figures_say_of_which_test_images_they_are_while_they_change(panel: RunPanel) -> None:
    history = History()
    for epoch, words in ((0.2, "1,000 images"), (1.0, "all images"), (1.2, "1,000 images")):
        history.add(TestPoint(epoch, 64, 1, 1.0, 0.5, 0.9, 1_000))
        panel.show(replace(run_of(0), history=history))
        assert f'<span class="nnc-of-which">{words}</span>' in panel.figures.value
    panel.show(replace(run_of(0), history=history), seed_words="seed 1 of 2")
    assert "1,000 images, </span>seed 1 of 2</span>" in panel.figures.value


def test_the_figures_are_those_that_the_charts_show_of_the_same_seed(panel: RunPanel) -> None:
    drawn, newest = measured(0.5, 0.7), measured(0.4, 0.8)
    panel.show(newest, drawn={"A": drawn})
    assert large(panel)[:2] == ["70.0%", "0.500"]
    panel.show(replace(newest, seed=1), drawn={"A": drawn})
    assert large(panel)[:2] == ["80.0%", "0.400"]


def test_of_several_seeds_the_time_is_that_of_all(panel: RunPanel) -> None:
    panel.show(measured(0.5, 0.7, seconds=5.0), of_all=("left", 70.0))
    assert "<dt>left</dt><dd>1:10</dd>" in panel.figures.value


def test_the_time_that_all_seeds_take() -> None:
    done = replace(run_of(2, progress=Progress(10, 10, 2.0, 20.0, 10.0)), state=State.FINISHED, seconds=21.0)
    half = replace(done, state=State.PAUSED, progress=Progress(10, 20, 1.0, 10.0, 10.0))
    first, second, third = (
        SimpleNamespace(runs=[run], has_begun=has_begun, state=run.state)
        for run, has_begun in ((done, True), (half, True), (replace(done, state=State.IDLE), False))
    )
    running: Any = SimpleNamespace(pairs=[first, second, third], runs=[half], wait=lambda seconds: False)
    assert time_of_all(running, half) == ("left", 30.0), "half of this seed, and the next one"
    running.wait = lambda seconds: True
    assert time_of_all(running, done) == ("took", 63.0)
    running.pairs = [first]
    assert time_of_all(running, done) is None
