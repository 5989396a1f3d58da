"""What was interrupted is offered, but not where another page has it open."""

from dataclasses import replace
from pathlib import Path

import pytest
from processes import until
from stored_runs import store_interrupted
from tiny_comparison import TINY

from nncompare.comparison.runner import ComparisonRun
from nncompare.data import load
from nncompare.store import Store
from nncompare.ui.dashboard import Dashboard
from nncompare.ui.panels import interrupted


def test_what_another_dashboard_has_open_is_not_offered(
    home: Path, synthetic_digits: Path, open_dashboard, engine, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupted, "LOOK_SECONDS", 0.1)
    store = Store(home)
    id_ = store_interrupted(store, TINY, load("synthetic-digits").labels("test"))
    other = ComparisonRun.reopen(store.open(id_), engine)
    dashboard = open_dashboard()
    for _ in range(3):
        settle(dashboard)
    assert dashboard.interrupted.box.html.strip() == ""
    dashboard.open_saved(id_)
    until(lambda: "open elsewhere" in dashboard.notice.value, "a sentence")
    assert dashboard.current.running is None
    other.leave()
    until(lambda: id_ in dashboard.interrupted.box.html, "an offer once it is free")


@pytest.fixture
def offering(
    home: Path, synthetic_digits: Path, open_dashboard, engine, settle, monkeypatch: pytest.MonkeyPatch
) -> tuple[Dashboard, str]:
    """A dashboard that offers an interrupted comparison, and the name of that."""
    monkeypatch.setattr(interrupted, "LOOK_SECONDS", 0.1)
    id_ = store_interrupted(Store(home), TINY, load("synthetic-digits").labels("test"))
    dashboard = open_dashboard()
    until(lambda: id_ in dashboard.interrupted.box.html, "an offer")
    return dashboard, id_


def test_an_offer_can_be_dismissed(offering: tuple[Dashboard, str], settle) -> None:
    dashboard, id_ = offering
    dashboard.interrupted.box.pick(f"dismiss:{id_}")
    until(lambda: dashboard.interrupted.box.html.strip() == "", "that it goes")
    looked = []
    look = dashboard.interrupted._look
    dashboard.interrupted._look = lambda: looked.append(1) or look()  # type: ignore[method-assign,func-returns-value]
    until(lambda: len(looked) > 1, "another look into the store")
    settle(dashboard)
    assert dashboard.interrupted.box.html.strip() == ""
    assert dashboard.current.running is None


def test_an_offer_stands_above_each_step_but_those_of_results_and_alarms_nobody(
    offering: tuple[Dashboard, str], settle
) -> None:
    dashboard, _ = offering
    assert "alert" not in dashboard.interrupted.box.html
    for step in ("Models", "Training", "Predictions", "History", "Explore", "Data"):
        dashboard.go(step)
        settle(dashboard)
        assert ("nnc-hidden" in dashboard._offers._dom_classes) == (step in ("Predictions", "Explore"))


def test_of_several_the_newest_is_offered_and_the_others_are_counted(
    home: Path, offering: tuple[Dashboard, str]
) -> None:
    dashboard, older = offering
    newer = store_interrupted(Store(home), TINY, load("synthetic-digits").labels("test"))
    until(lambda: newer in dashboard.interrupted.box.html, "the newer one")
    assert older not in dashboard.interrupted.box.html
    assert "One more is in History." in dashboard.interrupted.box.html


def test_what_has_done_no_epoch_is_not_offered(home: Path, synthetic_digits: Path) -> None:
    store = Store(home)
    store_interrupted(store, TINY, load("synthetic-digits").labels("test"))
    (summary,) = store.summaries()
    assert interrupted._is_worth_it(summary)
    nothing = tuple(replace(model, epochs=0) for model in summary.models)
    assert not interrupted._is_worth_it(replace(summary, models=nothing))
