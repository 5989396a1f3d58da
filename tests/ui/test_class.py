"""The dashboard on a server for a class: limits beside the fields, the place in line, and a page that is closed."""

import pytest
from processes import until

from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.engine import loop
from nncompare.engine.shared import shared_engine
from nncompare.limits import Limits
from nncompare.memory import Plan
from nncompare.messages import Setup
from nncompare.store import RunRecord, Store
from nncompare.ui import page as page_module
from nncompare.ui.panels.model_form import ModelForm

WHAT = "the dashboard gets there"
TINY = Comparison(
    dataset="synthetic-digits",
    a=RunConfig(channels=1, epochs=1),
    b=RunConfig(channels=2, epochs=1),
    train_images=1_000,
)
LONG = TINY.model_copy(update={"a": RunConfig(channels=1, epochs=100), "b": RunConfig(channels=2, epochs=100)})


@pytest.fixture(scope="module", autouse=True)
def one_engine():
    shared_engine.join()
    yield
    shared_engine.leave()


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
def open_ready(open_dashboard, settle, synthetic_digits):
    def open_one(comparison):
        dashboard = open_dashboard(comparison)
        dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
        until(lambda: dashboard._data.images is not None, WHAT)
        settle(dashboard)
        return dashboard

    return open_one


@pytest.fixture
def trains_for_long(clock, open_ready):
    dashboard = open_ready(LONG)
    dashboard._page._on_message(None, {"ready": "http://127.0.0.1/"}, [])
    dashboard._training._train.click()
    until(lambda: dashboard._running is not None and dashboard._running.state is State.RUNNING, WHAT)
    return dashboard


def pass_seconds(clock, page, seconds, *, is_there=False):
    """Move the clock as a page sees it: in steps that are no sleep of the machine."""
    for _ in range(seconds):
        clock.now += 1
        page.ping()
        if is_there:
            page._on_message(None, {"pong": 1}, [])


def test_a_limit_is_told_beside_its_field_as_every_other_wrong_value():
    form = ModelForm("A", lambda: None, is_optional=False, limits=Limits(most_epochs=5, most_channels=16))
    form.write(RunConfig(epochs=6, channels=16))
    config, errors = form.read()
    form.show(config, errors, None)
    assert config is None
    assert "nnc-invalid" in form._fields["epochs"]._dom_classes
    assert "Epochs must be at most 5 on this server; got 6." in form._notes["epochs"].value
    form._fields["epochs"].value = "5"
    config, errors = form.read()
    form.show(config, errors, None)
    assert (config, errors) == (RunConfig(epochs=5, channels=16), {})
    assert "1 to 5 on this server" in form._notes["epochs"].value


def test_the_dashboard_opens_within_the_limits_and_train_says_what_is_beyond(open_dashboard, settle, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_MOST_CHANNELS", "4")
    monkeypatch.setenv("NNCOMPARE_MOST_EPOCHS", "2")
    dashboard = open_dashboard()
    settle(dashboard)
    opened = dashboard.comparison
    assert [(model.channels, model.epochs) for model in (opened.a, opened.b)] == [(4, 2), (4, 2)]
    dashboard._models._forms["B"]._fields["channels"].value = "5"
    settle(dashboard)
    assert dashboard.comparison is None
    assert dashboard._training._train.disabled
    assert "Model B: Channels must be at most 4 on this server; got 5." in dashboard._training._reason.value


def test_a_tab_that_has_begun_its_comparisons_trains_on_but_begins_no_other(open_ready, settle, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_MOST_COMPARISONS", "1")
    dashboard = open_ready(TINY)
    assert not dashboard._training._train.disabled
    dashboard._training._train.click()
    until(lambda: dashboard.result is not None, WHAT)
    until(lambda: "This server allows 1 comparison" in dashboard._training._reason.value, WHAT)
    assert dashboard._training._train.disabled
    assert not dashboard._training._both.train_on.disabled


def test_what_is_only_looked_at_is_no_comparison_that_was_begun(open_ready, settle, monkeypatch, home):
    store = Store(home)
    shelf = store.create(TINY)
    plan = Plan(64, 1, 64, channels=1, training_bytes=0, memory_limit=0, why={})
    for name, config in (("A", TINY.a), ("B", TINY.b)):
        shelf.save(0, name, RunRecord(Setup(config, plan), "finished"))
    shelf.release()
    monkeypatch.setenv("NNCOMPARE_MOST_COMPARISONS", "1")
    dashboard = open_ready(TINY)
    dashboard._refresher.post(lambda: dashboard._open_saved(shelf.id))
    until(lambda: dashboard._running is not None, WHAT)
    settle(dashboard)
    assert dashboard._running.begun != []
    assert not dashboard._training._train.disabled


def test_who_waits_sees_its_place(open_ready):
    engine = shared_engine.get()
    taken = [slot.address for slot in loop.wait(engine.claim(2, "cpu"))]
    dashboard = open_ready(TINY)
    try:
        dashboard._training._train.click()
        until(lambda: "Waiting: next in line" in dashboard._training._lanes["B"].figures.value, WHAT)
        until(lambda: "Waiting: next in line" in dashboard._status.value, WHAT)
        assert 'data-state="preparing"' in dashboard._status.value
        assert "Waiting: next in line" in dashboard._page.said
    finally:
        loop.wait(engine.release(taken))
    until(lambda: dashboard.result is not None, WHAT)
    assert dashboard.result.state is State.FINISHED
    until(lambda: "Waiting" not in dashboard._training._lanes["B"].figures.value + dashboard._status.value, WHAT)


def test_a_closed_page_stops_what_trains_after_the_grace_period(trains_for_long, clock):
    dashboard = trains_for_long
    until(lambda: dashboard._page.keeps_kernel, WHAT)
    pass_seconds(clock, dashboard._page, 60, is_there=True)
    dashboard._look_after_page()
    assert dashboard._is_open
    pass_seconds(clock, dashboard._page, 59)
    dashboard._look_after_page()
    assert dashboard._is_open, "it is in its time of grace"
    pass_seconds(clock, dashboard._page, 2)
    until(lambda: dashboard._running.wait(0), WHAT)
    assert dashboard._running.state is State.STOPPED
    assert "its training was ended" in dashboard._notice.value


def test_the_grace_period_can_be_set(clock, open_ready, monkeypatch):
    monkeypatch.setenv("NNCOMPARE_GRACE_SECONDS", "600")
    dashboard = open_ready(LONG)
    dashboard._page._on_message(None, {"ready": ""}, [])
    dashboard._training._train.click()
    until(lambda: dashboard._running is not None and dashboard._running.state is State.RUNNING, WHAT)
    pass_seconds(clock, dashboard._page, 599)
    assert dashboard._outlives_page(dashboard._page.seconds_gone)
    pass_seconds(clock, dashboard._page, 2)
    assert not dashboard._outlives_page(dashboard._page.seconds_gone)


def test_what_was_asked_to_go_on_does_until_its_end(trains_for_long, clock, settle):
    dashboard = trains_for_long
    dashboard._training._go_on.value = True
    pass_seconds(clock, dashboard._page, 5_000)
    dashboard._look_after_page()
    assert dashboard._is_open
    dashboard._running.stop()
    until(lambda: not dashboard._is_open, "the workers are left to others")


def test_what_is_paused_does_not_wait_for_a_page_that_is_closed(trains_for_long, clock):
    dashboard = trains_for_long
    dashboard._training._go_on.value = True
    dashboard._steer("pause", None)
    until(lambda: dashboard._running.state is State.PAUSED, WHAT)
    pass_seconds(clock, dashboard._page, 61)
    until(lambda: dashboard._running.wait(0), WHAT)
    assert dashboard._running.state is State.STOPPED


def test_a_page_without_a_run_is_given_up_at_once(clock, open_ready):
    dashboard = open_ready(TINY)
    dashboard._page._on_message(None, {"ready": ""}, [])
    pass_seconds(clock, dashboard._page, 21)
    until(lambda: not dashboard._is_open, WHAT)


def test_only_a_web_page_offers_to_go_on(open_dashboard, monkeypatch):
    assert "nnc-hidden" in open_dashboard()._training._go_on._dom_classes
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    assert "nnc-hidden" not in open_dashboard()._training._go_on._dom_classes
