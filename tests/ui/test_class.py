"""The dashboard on a server for a class: limits beside the fields, the place in line, and a page that is closed."""

import pytest
from processes import until
from tiny_comparison import TINY, can_train, is_marked, press, pressable, train

from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.limits import Limits
from nncompare.memory import Plan
from nncompare.messages import Setup
from nncompare.store import RunRecord, Store
from nncompare.ui import page as page_module
from nncompare.ui.panels.model_form import ModelForm

WHAT = "the dashboard gets there"
LONG = TINY.model_copy(update={"a": RunConfig(channels=1, epochs=100), "b": RunConfig(channels=2, epochs=100)})


@pytest.fixture
def clock(monkeypatch):
    """The time of the page, which a test moves."""

    class Clock:
        now = 1_000.0

        def monotonic(self):
            return self.now

    made = Clock()
    monkeypatch.setattr(page_module, "time", made)
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    return made


@pytest.fixture
def trains_for_long(clock, open_ready, engine):
    dashboard = open_ready(LONG)
    begin(dashboard)
    return dashboard


def begin(dashboard):
    dashboard.page._on_message(None, {"ready": "http://127.0.0.1/"}, [])
    train(dashboard)
    until(lambda: dashboard.current.state is State.RUNNING, WHAT)


def pass_seconds(clock, page, seconds, *, is_there=False):
    """Move the clock as a page sees it: in steps that are no sleep of the machine."""
    for _ in range(seconds):
        clock.now += 1
        page.ping()
        if is_there:
            page._on_message(None, {"pong": 1}, [])


def close_page(dashboard):
    """Close the page as a browser does that can still say so."""
    dashboard.page._on_message(None, {"closing": True}, [])


def wait_for_a_look(dashboard):
    """Wait until the page has been looked after once more."""
    looks = []
    is_abandoned = dashboard.page.is_abandoned

    def count(*state, **wish):
        looks.append(1)
        return is_abandoned(*state, **wish)

    dashboard.page.is_abandoned = count
    until(lambda: len(looks) > 1, WHAT)
    dashboard.page.is_abandoned = is_abandoned


def test_a_limit_is_told_beside_its_field_as_every_other_wrong_value():
    form = ModelForm("A", "B", lambda: None, lambda: None, limits=Limits(most_epochs=5, most_channels=16))
    form.write(RunConfig(epochs=6, channels=16))
    config, errors = form.read()
    form.show(config, errors, None)
    assert config is None
    assert is_marked(form.fields["epochs"])
    assert "Epochs must be at most 5 on this server; got 6." in form.fields["epochs"].note.value
    form.fields["epochs"].value = "5"
    config, errors = form.read()
    form.show(config, errors, None)
    assert (config, errors) == (RunConfig(epochs=5, channels=16), {})
    assert "1 to 5 on this server" in form.fields["epochs"].note.value


def test_the_dashboard_opens_within_the_limits_and_train_says_what_is_beyond(open_dashboard, settle, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_MOST_CHANNELS", "4")
    monkeypatch.setenv("NNCOMPARE_MOST_EPOCHS", "2")
    dashboard = open_dashboard()
    settle(dashboard)
    opened = dashboard.comparison
    assert [(model.channels, model.epochs) for model in (opened.a, opened.b)] == [(4, 2), (4, 2)]
    dashboard.steps.models.forms["B"].fields["channels"].value = "5"
    settle(dashboard)
    assert dashboard.comparison is None
    assert not can_train(dashboard)
    assert "Model B: Channels must be at most 4 on this server; got 5." in dashboard.steps.training.reason.html


def test_a_tab_that_has_begun_its_comparisons_trains_on_but_begins_no_other(open_ready, engine, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_MOST_COMPARISONS", "1")
    dashboard = open_ready(TINY)
    assert can_train(dashboard)
    train(dashboard)
    until(lambda: len(engine.active()) == 2, WHAT)
    engine.end_all()
    until(lambda: dashboard.result is not None, WHAT)
    until(lambda: "This server allows 1 comparison" in dashboard.steps.training.reason.html, WHAT)
    assert not can_train(dashboard)
    assert "Continue" in pressable(dashboard)


def test_what_is_only_looked_at_is_no_comparison_that_was_begun(open_ready, engine, settle, monkeypatch, home):
    store = Store(home)
    folder = store.create(TINY)
    plan = Plan(64, 1, 64, channels=1)
    for name, config in (("A", TINY.a), ("B", TINY.b)):
        folder.save(0, name, RunRecord(Setup(config, plan), "finished"))
    folder.release()
    monkeypatch.setenv("NNCOMPARE_MOST_COMPARISONS", "1")
    dashboard = open_ready(TINY)
    dashboard.open_saved(folder.id)
    until(lambda: dashboard.current.running is not None, WHAT)
    settle(dashboard)
    assert dashboard.current.running.begun != []
    assert can_train(dashboard)


def test_a_closed_page_stops_what_trains_after_the_grace_period(trains_for_long, clock):
    dashboard = trains_for_long
    until(lambda: dashboard.page.keeps_kernel, WHAT)
    pass_seconds(clock, dashboard.page, 60, is_there=True)
    wait_for_a_look(dashboard)
    assert dashboard.is_open
    close_page(dashboard)
    pass_seconds(clock, dashboard.page, 59)
    wait_for_a_look(dashboard)
    assert dashboard.is_open, "it is in its time of grace"
    pass_seconds(clock, dashboard.page, 2)
    until(lambda: dashboard.current.running.wait(0), WHAT)
    assert dashboard.current.running.state is State.STOPPED


def test_a_page_that_is_heard_again_was_not_closed(trains_for_long, clock):
    dashboard = trains_for_long
    close_page(dashboard)
    pass_seconds(clock, dashboard.page, 59)
    pass_seconds(clock, dashboard.page, 59, is_there=True)
    wait_for_a_look(dashboard)
    assert dashboard.is_open


def test_whoever_stays_and_then_stops_keeps_the_page(trains_for_long, clock):
    dashboard = trains_for_long
    until(lambda: dashboard.page.asks_before_leaving, WHAT)
    close_page(dashboard)  # as it is said before the user has answered
    press(dashboard, "Stop")
    until(lambda: dashboard.current.running.wait(0), WHAT)
    pass_seconds(clock, dashboard.page, 3)
    wait_for_a_look(dashboard)
    assert dashboard.is_open
    pass_seconds(clock, dashboard.page, 58)
    until(lambda: not dashboard.is_open, "nobody has stayed")


@pytest.mark.parametrize("trains", [False, True])
def test_a_silent_page_carries_on_when_it_is_back_within_ten_minutes(trains, clock, open_ready, engine, settle):
    """A laptop was shut, a phone locked, the network gone."""
    dashboard = open_ready(LONG)
    dashboard.page._on_message(None, {"ready": "http://127.0.0.1/"}, [])
    if trains:
        train(dashboard)
        until(lambda: dashboard.current.state is State.RUNNING, WHAT)
    dashboard.go("Predictions")
    dashboard.steps.predictions.count.control.value = "7"
    pass_seconds(clock, dashboard.page, 599)
    wait_for_a_look(dashboard)
    assert dashboard.is_open
    assert not dashboard.page.is_over
    pass_seconds(clock, dashboard.page, 60, is_there=True)
    settle(dashboard)
    assert dashboard.is_open
    assert dashboard.current.state is (State.RUNNING if trains else State.IDLE)
    assert dashboard.navigation.step == "Predictions"
    assert dashboard.steps.predictions.count.control.value == "7"
    dashboard.go("Models")
    settle(dashboard)
    assert dashboard.navigation.step == "Models"


@pytest.mark.parametrize(("trains", "words"), [(False, "Reload it to start again."), (True, "was interrupted")])
def test_a_page_that_was_silent_for_longer_is_over_and_says_what_became_of_its_training(
    trains, words, clock, open_ready, engine
):
    dashboard = open_ready(LONG)
    dashboard.page._on_message(None, {"ready": "http://127.0.0.1/"}, [])
    if trains:
        train(dashboard)
        until(lambda: dashboard.current.state is State.RUNNING, WHAT)
    pass_seconds(clock, dashboard.page, 601)
    until(lambda: not dashboard.is_open, WHAT)
    assert dashboard.page.is_over
    assert words in dashboard.notice.value
    assert ("training" in dashboard.notice.value) == trains


def test_a_silent_page_is_asked_often_so_that_the_server_keeps_its_kernel(clock, open_ready, engine, monkeypatch):
    dashboard = open_ready(TINY)
    dashboard.page._on_message(None, {"ready": ""}, [])
    asked = []
    monkeypatch.setattr(dashboard.page, "send", lambda message: asked.append(message))
    pass_seconds(clock, dashboard.page, 60)
    assert 14 <= sum("ping" in message for message in asked) <= 16


def test_nothing_is_drawn_for_a_page_that_is_silent(trains_for_long, clock):
    """All of it would lie in wait for the page, and be shown in a burst."""
    dashboard, drawn = trains_for_long, []
    tick = dashboard.steps.training.tick
    dashboard.steps.training.tick = lambda running: drawn.append(tick(running))
    until(lambda: drawn, "the page is drawn")
    pass_seconds(clock, dashboard.page, 30)
    wait_for_a_look(dashboard)
    drawn.clear()
    wait_for_a_look(dashboard)
    assert drawn == []
    assert not dashboard.refresher.is_hurried
    pass_seconds(clock, dashboard.page, 1, is_there=True)
    until(lambda: drawn, "the page is drawn again")


def test_the_browser_asks_before_a_page_is_left_that_would_take_its_training_along(trains_for_long, settle):
    dashboard = trains_for_long
    until(lambda: dashboard.page.asks_before_leaving, WHAT)
    goes_on = dashboard.steps.training.outlives_page
    goes_on.value = True
    until(lambda: not dashboard.page.asks_before_leaving, WHAT)
    press(dashboard, "Pause")
    until(lambda: dashboard.page.asks_before_leaving, "that nobody could resume it")
    press(dashboard, "Stop")
    until(lambda: not dashboard.page.asks_before_leaving, WHAT)


def test_the_grace_period_can_be_set(clock, open_ready, engine, settle, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_GRACE_SECONDS", "900")
    dashboard = open_ready(LONG)
    begin(dashboard)
    close_page(dashboard)
    pass_seconds(clock, dashboard.page, 899)
    wait_for_a_look(dashboard)
    assert dashboard.is_open
    pass_seconds(clock, dashboard.page, 2)
    until(lambda: not dashboard.is_open, WHAT)


def test_what_was_asked_to_go_on_does_until_its_end(trains_for_long, clock, settle):
    dashboard = trains_for_long
    dashboard.steps.training.outlives_page.value = True
    close_page(dashboard)
    pass_seconds(clock, dashboard.page, 5_000)
    wait_for_a_look(dashboard)
    assert dashboard.is_open
    dashboard.current.running.stop()
    until(lambda: not dashboard.is_open, "the workers are left to others")


def test_what_is_paused_does_not_wait_for_a_page_that_is_closed(trains_for_long, clock):
    dashboard = trains_for_long
    dashboard.steps.training.outlives_page.value = True
    press(dashboard, "Pause")
    until(lambda: dashboard.current.running.state is State.PAUSED, WHAT)
    close_page(dashboard)
    pass_seconds(clock, dashboard.page, 61)
    until(lambda: dashboard.current.running.wait(0), WHAT)
    assert dashboard.current.running.state is State.STOPPED


def test_a_closed_page_without_a_run_is_given_up_at_once(clock, open_ready, engine):
    dashboard = open_ready(TINY)
    dashboard.page._on_message(None, {"ready": ""}, [])
    close_page(dashboard)
    pass_seconds(clock, dashboard.page, 1)
    until(lambda: not dashboard.is_open, WHAT)
