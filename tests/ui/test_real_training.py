"""The dashboard without a browser: real widgets, real workers, tiny data."""

from pathlib import Path

import pytest
from processes import until
from small_images import TEST_IMAGES
from stored_runs import TRAIN_COUNT
from tiny_comparison import TINY, WHAT, can_train, judged_cards, press, pressable, steps_seen, train

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.engine import loop
from nncompare.store import Store
from nncompare.ui.panels import interrupted

LONG = TINY.model_copy(update={"a": RunConfig(channels=8, epochs=100), "b": RunConfig(channels=8, epochs=100)})


@pytest.fixture(autouse=True)
def quick_look(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupted, "LOOK_SECONDS", 0.1)


def test_it_trains_shows_predictions_of_both_and_trains_on(open_ready, real_engine, settle):
    tiny = open_ready(TINY)
    training = tiny.steps.training
    assert tiny.steps.predictions.evaluation.verdict.value == ""
    train(tiny)
    settle(tiny)
    assert not can_train(tiny)
    assert "Stop" in pressable(tiny)
    until(lambda: tiny.result is not None, WHAT)
    first = tiny.result
    assert first.state is State.FINISHED
    assert first.b.history.epochs == 2
    until(lambda: judged_cards(tiny) == 24, WHAT)
    until(lambda: all("finished" in panel.figures.value for panel in training.runs.values()), WHAT)
    drawings = training.curves.drawings.values()
    until(lambda: all(name in drawing.value for drawing in drawings for name in ("A test", "B test")), WHAT)
    verdict = tiny.steps.predictions.evaluation.verdict
    until(lambda: "one seed" in verdict.value, WHAT)

    until(lambda: "Continue" in pressable(tiny), WHAT)
    training.bar.further.press("fewer")
    press(tiny, "Continue")
    settle(tiny)
    assert tiny.result is first, "until the new end"
    until(lambda: tiny.result is not first, WHAT)
    assert (tiny.result.a.history.epochs, tiny.result.b.history.epochs) == (3, 4)
    until(lambda: "3 epochs ✓" in training.runs["A"].figures.value, WHAT)
    until(lambda: "one seed" in verdict.value, WHAT)
    until(lambda: can_train(tiny), WHAT)


def test_stop_keeps_what_was_learned_and_train_works_again(open_ready, real_engine, settle):
    dashboard = open_ready(LONG)
    training = dashboard.steps.training
    train(dashboard)
    until(lambda: dashboard.current.running and len(dashboard.current.running.a.history.train.loss) > 2, WHAT)
    press(dashboard, "Stop")
    until(lambda: dashboard.result is not None, WHAT)
    assert dashboard.result.state is State.STOPPED
    assert dashboard.result.a.probabilities("test").shape == (TEST_IMAGES, 10)
    until(lambda: can_train(dashboard), WHAT)
    dashboard.steps.models.forms["A"].write(RunConfig(channels=2, epochs=1))
    dashboard.steps.models.forms["B"].write(None)
    settle(dashboard)
    train(dashboard)
    until(lambda: dashboard.result is not None and dashboard.result.state is State.FINISHED, WHAT)
    assert dashboard.result.b is None
    assert "not used" in training.runs["B"].figures.value


def test_an_interrupted_comparison_is_offered_opened_and_goes_on(
    home: Path, open_dashboard, real_engine, settle
) -> None:
    comparison = TINY.model_copy(update={"a": RunConfig(channels=2, epochs=4), "b": RunConfig(channels=2, epochs=5)})
    left = ComparisonRun(comparison, real_engine, store=Store(home))
    left.start()
    until(lambda: min(run.history.epochs for run in left.runs) >= 1, "an epoch of both")
    left.leave()
    assert left.wait(90)
    dashboard = open_dashboard()
    offers = dashboard.interrupted.box
    until(lambda: "Open" in offers.html, "an offer")
    assert offers.html.count(">Open<") == 1
    epochs = [run.history.epochs for run in left.runs]
    assert "An interrupted comparison of Synthetic digits from " in offers.html
    assert f"can go on. Epochs done: A {epochs[0]} of 4, B {epochs[1]} of 5." in offers.html
    offers.pick(left.saved_id)
    until(lambda: dashboard.current.running is not None, "the opened comparison")
    settle(dashboard)
    assert dashboard.current.state is State.PAUSED
    assert steps_seen(dashboard) == ["Training"]
    assert dashboard.comparison == comparison
    training = dashboard.steps.training
    until(lambda: "paused" in training.runs["A"].figures.value, "the figures")
    assert "Resume goes on from there" in training.runs["A"].log.value
    until(lambda: "A test" in training.curves.drawings["loss"].value, "the curves")
    dashboard.go("Predictions")
    until(lambda: judged_cards(dashboard) == 24, "predictions of both")
    assert offers.html.strip() == "", "nothing is offered beside it"
    assert "Resume" in pressable(dashboard)
    press(dashboard, "Resume")
    until(lambda: dashboard.result is not None, "the end")
    assert dashboard.result.state is State.FINISHED
    assert [model.history.epochs for model in dashboard.result.models] == [4, 5]
    settle(dashboard)
    assert offers.html.strip() == ""


def test_images_are_predicted_while_it_trains_as_long_as_they_can_be_seen(open_ready, real_engine, settle) -> None:
    """Their predictions take a hundredth of the training."""
    dashboard = open_ready(LONG)
    train(dashboard)
    settle(dashboard)
    running, predictions = dashboard.current.running, dashboard.steps.predictions
    until(lambda: running.a.epoch > 0, "the first step")
    requested = lambda: {model.requested.shown for model in running.current.models}  # noqa: E731
    assert requested() == {None}
    assert running.a.shown is None
    dashboard.go("Predictions")
    settle(dashboard)
    assert requested() == {predictions.shown}
    until(lambda: running.a.shown is not None and running.a.shown.of == predictions.shown, "predictions of A")
    predictions.new_sample.click()
    settle(dashboard)
    assert requested() == {predictions.shown}
    dashboard.go("Training")
    settle(dashboard)
    assert requested() == {None}
    predictions.split.value = "train"
    press(dashboard, "Stop")
    until(lambda: running.wait(0), "the end")
    settle(dashboard)
    dashboard.refresher.post(predictions.tick)
    settle(dashboard)
    assert predictions._newest._asked == set(), "nobody looks at the training images"
    dashboard.go("Predictions")
    predictions.new_sample.click()
    until(lambda: {name for name, _, _ in predictions._newest._asked} == {"A", "B"}, "both are asked")
    until(lambda: judged_cards(dashboard) == 24, "predictions of both")


def test_what_is_closed_while_it_trains_can_go_on(home: Path, open_ready, real_engine) -> None:
    dashboard = open_ready(LONG.model_copy(update={"b": RunConfig(channels=2, epochs=5)}))
    train(dashboard)
    running = lambda: dashboard.current.running  # noqa: E731
    until(lambda: running() and running().a.history.epochs >= 1, "an epoch")
    told = running().a.history.epochs
    dashboard.close()
    assert running().wait(60)
    (summary,) = Store(home).summaries()
    assert summary.is_interrupted
    assert summary.models[0].epochs >= told
    assert summary.comparison.train_images == TRAIN_COUNT


def test_the_workers_say_which_device_auto_took(open_ready, real_engine):
    dashboard = open_ready(TINY)
    dashboard.page._on_message(dashboard.page, {"ready": "http://127.0.0.1:1/"}, [])
    device = dashboard.steps.models.shared.fields["device"]
    until(lambda: "auto took cpu" in device.note.value, WHAT)


def test_a_device_that_is_not_there_is_told_before_training(open_ready, real_engine):
    dashboard = open_ready(TINY)
    training = dashboard.steps.training
    dashboard.page._on_message(dashboard.page, {"ready": "http://127.0.0.1:1/"}, [])
    dashboard.open(TINY.model_copy(update={"device": "cuda:7"}))
    until(lambda: "There is no device cuda:7 here" in training.reason.html, WHAT)
    assert not can_train(dashboard)
    dashboard.steps.models.shared.fields["device"].value = "cpu"
    until(lambda: can_train(dashboard), WHAT)


def test_who_waits_sees_its_place(open_ready, real_engine):
    engine = real_engine.get()
    taken = [slot.address for slot in loop.wait(engine.claim(2, "cpu"))]
    dashboard = open_ready(TINY)
    panel = dashboard.steps.training.runs["B"]
    try:
        train(dashboard)
        until(lambda: "Waiting: next in line" in panel.log.value, WHAT)
        assert "next in line" in panel.figures.value
        assert pressable(dashboard) == {"Leave the line", "Stop A", "Stop B"}
        until(lambda: "Waiting: next in line" in dashboard.news.status.value, WHAT)
        assert 'data-state="preparing"' in dashboard.news.status.value
        assert "Waiting: next in line" in dashboard.page.announcement
    finally:
        loop.wait(engine.release(taken))
    until(lambda: dashboard.result is not None, WHAT)
    assert dashboard.result.state is State.FINISHED
    until(lambda: "Waiting" not in panel.log.value + dashboard.news.status.value, WHAT)
