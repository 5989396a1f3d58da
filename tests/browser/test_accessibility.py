"""What axe-core finds on each step, in both themes and in all states: nothing serious."""

import pytest
from axe import assert_accessible, needs_axe
from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, needs_axe]

SECONDS = 60_000
SHORT = {"train_images": 1_000, "a": {"channels": 2, "epochs": 1}, "b": {"channels": 3, "epochs": 1}}
LONG = {"train_images": 3_000, "a": {"channels": 2, "epochs": 100}, "b": {"channels": 2, "epochs": 100}}
DIVERGES = {**SHORT, "b": {"channels": 2, "epochs": 1, "optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 1.0}}


def test_axe_finds_nothing_serious(ready: DashboardPage) -> None:
    ready.use(**SHORT)
    assert_accessible(ready)
    ready.train()
    ready.wait_for_end()
    ready.go("Predictions")
    expect(ready.page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
    expect(ready.cards.first).to_contain_text("%", timeout=SECONDS)
    assert_accessible(ready)


def test_axe_finds_nothing_serious_while_it_trains_and_in_a_pause(ready: DashboardPage) -> None:
    ready.use(**LONG)
    ready.train()
    ready.watch_curves_grow()
    assert_accessible(ready, ("Training", "Predictions"))
    ready.go("Training")
    ready.page.get_by_role("button", name="Pause", exact=True).click()
    for model in MODELS:
        ready.wait_for(model, "paused")
    assert_accessible(ready, ("Training", "Predictions"))


def test_axe_finds_nothing_serious_where_a_model_has_failed(ready: DashboardPage) -> None:
    ready.use(**DIVERGES)
    ready.train()
    ready.wait_for("B", "failed")
    ready.wait_for("A", "finished")
    assert_accessible(ready, ("Training", "Predictions"))
