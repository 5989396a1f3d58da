"""What was interrupted is offered when a dashboard opens, shown as it was, and goes on."""

from pathlib import Path

import pytest
from processes import until

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.engine.shared import shared_engine
from nncompare.store import Store
from nncompare.ui.panels import interrupted

LONG = Comparison(
    dataset="synthetic-digits",
    a=RunConfig(channels=2, epochs=4),
    b=RunConfig(channels=2, epochs=5),
    train_images=1_000,
)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interrupted, "LOOK_SECONDS", 0.1)


@pytest.fixture(scope="module", autouse=True)
def one_engine(synthetic_digits: Path):
    """Keep the engine for all these tests: starting one takes seconds."""
    shared_engine.join()
    yield
    shared_engine.leave()


@pytest.fixture
def left(home: Path) -> ComparisonRun:
    """A comparison that was left in the middle."""
    running = ComparisonRun(LONG, shared_engine, store=Store(home))
    running.start()
    until(lambda: min(run.history.epochs for run in running.runs) >= 1, "an epoch of both")
    running.leave()
    assert running.wait(60)
    return running


def offers(dashboard) -> list[str]:
    rows = dashboard._interrupted._rows
    return [row.children[0].value for row in rows if "nnc-hidden" not in row._dom_classes]


def test_an_interrupted_comparison_is_offered_opened_and_goes_on(left, open_dashboard, settle) -> None:
    dashboard = open_dashboard()
    until(lambda: offers(dashboard), "an offer")
    (offer,) = offers(dashboard)
    epochs = [run.history.epochs for run in left.runs]
    assert "An interrupted comparison of Synthetic digits from " in offer
    assert f"can go on. Epochs done: A {epochs[0]} of 4, B {epochs[1]} of 5." in offer
    dashboard._interrupted.buttons[0].click()
    until(lambda: dashboard._running is not None, "the opened comparison")
    settle(dashboard)
    assert dashboard._state is State.PAUSED
    assert dashboard._step == "Training"
    assert dashboard.comparison == LONG
    until(lambda: "paused" in dashboard._training._lanes["A"].figures.value, "the figures")
    assert "Resume goes on from there" in dashboard._training._lanes["A"].figures.value
    until(lambda: "A test" in dashboard._training._chart_places["loss"].value, "the curves")
    dashboard._refresher.post(lambda: dashboard._go("Predictions"))
    cards = dashboard._predictions._cards
    until(lambda: cards.value.count("nnc-ok") + cards.value.count("nnc-no") == 24, "predictions of both")
    assert offers(dashboard) == [], "nothing is offered beside it"
    assert not dashboard._training._both.resume.disabled
    dashboard._training._both.resume.click()
    until(lambda: dashboard.result is not None, "the end", 60)
    assert dashboard.result.state is State.FINISHED
    assert [model.history.epochs for model in dashboard.result.models] == [4, 5]
    settle(dashboard)
    assert offers(dashboard) == []


def test_what_another_dashboard_has_open_is_not_offered(left, home: Path, open_dashboard, settle) -> None:
    (summary,) = Store(home).summaries()
    other = ComparisonRun.reopen(Store(home).open(summary.id), shared_engine)
    dashboard = open_dashboard()
    for _ in range(3):
        settle(dashboard)
    assert offers(dashboard) == []
    dashboard._refresher.post(lambda: dashboard._open_saved(summary.id))
    until(lambda: "open elsewhere" in dashboard._notice.value, "a sentence")
    assert dashboard._running is None
    other.leave()
    until(lambda: offers(dashboard), "an offer once it is free")


def test_what_is_not_saved_is_said(home: Path, open_dashboard, settle) -> None:
    home.write_text("This is no folder.")
    dashboard = open_dashboard(LONG.model_copy(update={"b": None, "a": RunConfig(channels=1, epochs=1)}))
    dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
    until(lambda: dashboard._data.images is not None, "the images")
    settle(dashboard)
    dashboard._training._train.click()
    until(lambda: dashboard.result is not None, "the end", 60)
    assert dashboard.result.state is State.FINISHED
    until(lambda: "This comparison is not being saved." in dashboard._storage_note.value, "a sentence")
    home.unlink()


def test_what_is_closed_while_it_trains_can_go_on(home: Path, open_dashboard, settle) -> None:
    dashboard = open_dashboard(LONG.model_copy(update={"a": RunConfig(channels=8, epochs=100)}))
    dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
    until(lambda: dashboard._data.images is not None, "the images")
    settle(dashboard)
    dashboard._training._train.click()
    until(lambda: dashboard._running and dashboard._running.a.history.epochs >= 1, "an epoch")
    told = dashboard._running.a.history.epochs
    dashboard.close()
    assert dashboard._running.wait(60)
    (summary,) = Store(home).summaries()
    assert summary.is_interrupted
    assert summary.models[0].epochs >= told
