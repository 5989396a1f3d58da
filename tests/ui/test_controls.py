"""The buttons that control a comparison, on an engine whose runs do what the controls say and end when a test wants."""

import re
from functools import partial

import pytest
from processes import until
from tiny_comparison import TINY, WHAT, can_train, press, pressable, train

from nncompare.comparison.state import State
from nncompare.config import RunConfig


@pytest.fixture
def training(tiny, settle):
    """A dashboard whose both models train until they are ended."""
    train(tiny)
    until(lambda: tiny.current.state is State.RUNNING, WHAT)
    settle(tiny)
    return tiny


def test_what_is_pressed_twice_begins_once(training, settle):
    running = training.current.running
    assert not can_train(training)
    train(training)
    settle(training)
    assert training.current.running is running


def test_pause_and_resume_of_both_and_of_one(training):
    step = training.steps.training
    until(lambda: pressable(training) == {"Pause", "Stop", "Pause A", "Stop A", "Pause B", "Stop B"}, WHAT)
    press(training, "Pause")
    until(lambda: training.current.state is State.PAUSED, WHAT)
    until(lambda: pressable(training) == {"Resume", "Stop", "Resume A", "Stop A", "Resume B", "Stop B"}, WHAT)
    until(lambda: "paused at 1 of 1" in step.runs["A"].figures.value, WHAT)
    until(lambda: 'data-state="paused"' in training.news.status.value, WHAT)
    press(training, "Resume A")
    until(lambda: pressable(training) == {"Pause", "Stop", "Pause A", "Stop A", "Resume B", "Stop B"}, WHAT)
    press(training, "Stop A")
    until(lambda: "stopped" in step.runs["A"].figures.value, WHAT)
    until(lambda: pressable(training) == {"Resume", "Stop", "Continue", "Continue A", "Resume B", "Stop B"}, WHAT)
    press(training, "Stop")
    until(lambda: training.result is not None, WHAT)
    after = {"See predictions", "Train again", "Continue", "Continue A", "Continue B"}
    until(lambda: {re.sub("^See .*", "See predictions", name) for name in pressable(training)} == after, WHAT)


def test_epochs_are_not_added_while_other_seeds_wait(open_ready, engine):
    dashboard = open_ready(TINY.model_copy(update={"repeat": 10}))
    train(dashboard)

    def have_started(count):
        return len(engine.started) == count

    for count in (2, 4):
        until(partial(have_started, count), WHAT)
        engine.end_all()
    until(lambda: len(dashboard.current.running.begun) > 2, WHAT)
    assert {"Continue", "Continue A", "Continue B"}.isdisjoint(pressable(dashboard))
    press(dashboard, "Stop")
    until(lambda: dashboard.result is not None, WHAT)
    until(lambda: "Continue" in pressable(dashboard), WHAT)
    assert len(dashboard.result.by_seed) < 10


def test_the_last_result_stays_while_the_next_one_is_trained(finished, engine, settle):
    first = finished.result
    assert finished.result is first
    until(lambda: can_train(finished), WHAT)
    train(finished)
    until(lambda: len(engine.active()) == 2, WHAT)
    settle(finished)
    assert finished.result is first
    engine.end_all()
    until(lambda: finished.result is not first, WHAT)


def test_the_clock_does_not_redraw_the_steps(tiny, settle):
    """What is pressed must still be there when it is released."""
    tiny.go("Training")
    settle(tiny)
    steps, status = tiny.navigation.box.html, tiny.news.status.value
    train(tiny)
    until(lambda: tiny.news.status.value != status, WHAT)
    assert tiny.navigation.box.html == steps


def test_a_budget_makes_accumulation_and_says_so_before_and_after_training(tiny, engine, settle):
    tiny.open(TINY.model_copy(update={"a": RunConfig(channels=8, batch_size=256, epochs=1)}))
    settle(tiny)
    tiny.steps.models.shared.fields["memory_budget"].value = "8"
    settle(tiny)
    sentence = "Used: 16 × 16 steps = 256 images an update."
    assert sentence in tiny.steps.models.forms["A"].fields["batch_size"].note.value
    assert tiny.comparison.memory_budget == 8 * 2**20
    until(lambda: tiny.steps.data.images is not None, WHAT)
    settle(tiny)
    train(tiny)
    until(lambda: len(engine.active()) == 2, WHAT)
    engine.end_all()
    until(lambda: tiny.result is not None, WHAT)
    assert tiny.result.a.plan.why["batch_size"].startswith(sentence)
    until(lambda: sentence in tiny.steps.training.runs["A"].log.value, WHAT)


def test_a_model_that_is_not_used_has_an_empty_panel(open_ready, engine):
    dashboard = open_ready(TINY.model_copy(update={"b": None}))
    train(dashboard)
    until(lambda: "not used" in dashboard.steps.training.runs["B"].figures.value, WHAT)


def test_what_is_not_saved_is_said(home, open_ready, engine):
    home.write_text("This is no folder.")
    dashboard = open_ready(TINY.model_copy(update={"b": None}))
    train(dashboard)
    until(lambda: len(engine.active()) == 1, WHAT)
    engine.end_all()
    until(lambda: dashboard.result is not None, "the end")
    assert dashboard.result.state is State.FINISHED
    until(lambda: "This comparison is not being saved." in dashboard.news.storage_note.value, "a sentence")
    home.unlink()
