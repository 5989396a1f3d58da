"""What a page opens with: settings, address, steps, and widgets that go with it."""

import ipywidgets as widgets
import pytest
from processes import until
from stored_runs import store_finished
from tiny_comparison import TINY, WHAT, can_train, steps_seen

from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.data import load
from nncompare.engine.shared import shared_engine
from nncompare.store import Store
from nncompare.ui.dashboard import Dashboard


def test_it_opens_with_what_it_was_given(tiny):
    assert tiny.comparison == TINY
    assert tiny.result is None


def test_a_bare_dashboard_compares_two_different_models(open_dashboard, settle):
    dashboard = open_dashboard()
    settle(dashboard)
    settings = dashboard.steps.models.settings(Comparison())
    assert settings.a != settings.b
    assert dashboard.comparison.dataset == "mnist"  # a setting like any other, though nothing can be trained yet
    assert "MNIST is not here yet" in dashboard.steps.training.reason.html
    assert not can_train(dashboard)


def test_the_address_of_a_web_page_sets_the_fields(monkeypatch, open_dashboard):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setenv("QUERY_STRING", "dataset=synthetic-fashion&a.channels=5&a.epochs=0&utm=x&train_images=2000")
    dashboard = open_dashboard()
    assert dashboard.steps.data.dataset == "synthetic-fashion"
    assert dashboard.steps.models.forms["A"].fields["channels"].value == "5"
    assert "Model A: Epochs must be" in dashboard.notice.value


def test_on_a_web_page_nothing_changes_before_it_has_read_all_states(monkeypatch, engine):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    dashboard = Dashboard(TINY)
    try:
        dashboard.go("Models")
        assert dashboard.refresher.thread.ident is None
        dashboard.page._on_message(None, {"ready": ""}, [])
        until(lambda: steps_seen(dashboard) == ["Models"], WHAT)
        dashboard.page._on_message(None, {"ready": ""}, [])
        assert dashboard.refresher.thread.is_alive()
    finally:
        dashboard.close()


def test_only_one_step_is_seen(tiny, settle):
    for step in ("Models", "Predictions", "Explore", "Training", "Data", "History"):
        tiny.go(step)
        settle(tiny)
        assert steps_seen(tiny) == [step]
        assert tiny.navigation.box.html.count('aria-current="step"') == 1


def test_opening_and_closing_leaves_no_widget_behind(open_dashboard, engine, settle):
    first = open_dashboard(TINY)
    settle(first)
    first.close()
    before = len(widgets.widget._instances)
    second = open_dashboard(TINY)
    settle(second)
    second.close()
    after = len(widgets.widget._instances)
    assert after <= before


def test_all_widgets_of_a_page_share_what_says_nothing(tiny, settle):
    for step in tiny.steps.by_title():
        tiny.go(step)
    settle(tiny)
    own = [one for one in _tree(tiny.box) if one.layout is not tiny.box.layout]
    assert not own, "made without make or Scripted (ui/making.py)"


def test_two_dashboards_share_one_engine(open_dashboard):
    first, second = open_dashboard(TINY), open_dashboard(TINY)
    assert first.current.engines is second.current.engines is shared_engine


def test_only_a_web_page_offers_to_go_on(open_dashboard, monkeypatch):
    assert "nnc-hidden" in open_dashboard().steps.training.outlives_page._dom_classes
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    assert "nnc-hidden" not in open_dashboard().steps.training.outlives_page._dom_classes


def test_what_is_no_step_is_passed_over(tiny, settle):
    for step in ("Nowhere", "", "data"):
        tiny.go(step)
        settle(tiny)
        assert steps_seen(tiny) == ["Data"], step


@pytest.fixture
def addresses(tiny, monkeypatch):
    """The addresses of steps that the page is told to add to those which the browser goes back to."""
    told = []
    monkeypatch.setattr(tiny.page, "send", lambda message: told.extend([message["step"]] if "step" in message else []))
    return told


def test_each_step_has_an_address_to_go_back_to(tiny, settle, addresses):
    for step in ("Models", "Models", "Training", "Data"):
        tiny.go(step)
    settle(tiny)
    assert addresses == ["models", "training", "data"]


def test_the_browser_goes_back_to_a_step_and_that_is_no_new_address(tiny, settle, addresses):
    tiny.go("Training")
    for address, step in (
        ("models", "Models"),
        ("", "Data"),
        ("predictions", "Predictions"),
        ("nowhere", "Predictions"),
    ):
        tiny.page._on_message(None, {"step": address}, [])
        settle(tiny)
        assert steps_seen(tiny) == [step]
    for wrong in (None, 3, ["models"]):
        tiny.page._on_message(None, {"step": wrong}, [])
    settle(tiny)
    assert steps_seen(tiny) == ["Predictions"]
    assert addresses == ["training"]


def test_a_link_to_a_step_opens_it(tiny, settle, addresses):
    tiny.page._on_message(None, {"ready": "http://127.0.0.1/", "step": "training"}, [])
    settle(tiny)
    assert steps_seen(tiny) == ["Training"]
    assert addresses == []


def test_a_link_brings_a_comparison_back(monkeypatch, open_ready, engine, home, synthetic_digits):
    id_ = store_finished(Store(home), TINY, load(TINY.dataset).labels("test"))
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setenv("QUERY_STRING", f"a.channels=7&run={id_}")
    dashboard = open_ready(TINY)
    until(lambda: dashboard.result is not None, WHAT)
    assert dashboard.current.state is State.FINISHED
    until(lambda: steps_seen(dashboard) == ["Training"], WHAT)
    until(lambda: dashboard.page.run == id_, "the page knows which comparison would bring it back")


@pytest.mark.parametrize("id_", ["000001-00000000", "..%2F..%2Fetc", "%3Cscript%3E"])
def test_a_link_to_a_comparison_that_is_not_there_says_so(id_, monkeypatch, open_ready, engine, home):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setenv("QUERY_STRING", f"run={id_}")
    dashboard = open_ready(TINY)
    until(lambda: "saved comparison" in dashboard.notice.value, WHAT)
    assert dashboard.comparison == TINY


def _tree(widget):
    return [widget, *(found for child in getattr(widget, "children", ()) for found in _tree(child))]
