"""What axe-core finds on each step, in both themes and in all states: nothing serious."""

from collections.abc import Sequence

import pytest
from axe import needs_axe, serious
from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import expect

pytestmark = [pytest.mark.browser, needs_axe]

STEPS = ("Data", "Models", "Training", "Predictions", "Explore", "History")
SECONDS = 60_000
SHORT = {"train_images": 1_000, "a": {"channels": 2, "epochs": 1}, "b": {"channels": 3, "epochs": 1}}
LONG = {"train_images": 3_000, "a": {"channels": 2, "epochs": 100}, "b": {"channels": 2, "epochs": 100}}
DIVERGES = {**SHORT, "b": {"channels": 2, "epochs": 1, "optimizer": "sgd", "learning_rate": 10.0, "weight_decay": 1.0}}
_OPEN_ALL = "() => { for (const found of document.querySelectorAll('details')) found.open = true; }"


def assert_accessible(dashboard: DashboardPage, steps: Sequence[str] = STEPS, part: str = "html") -> None:
    found = {}
    for theme in ("light", "dark"):
        dashboard.page.emulate_media(color_scheme=theme)
        for step in steps:
            dashboard.go(step)
            dashboard.page.evaluate(_OPEN_ALL)
            found[theme, step] = serious(dashboard.page, part)
    dashboard.page.emulate_media(color_scheme="light")
    assert {place: problems for place, problems in found.items() if problems} == {}


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


def test_axe_finds_nothing_serious_in_a_notebook(on_lab: DashboardPage) -> None:
    on_lab.open()
    on_lab.choose("synthetic-digits")
    on_lab.use(**SHORT)
    on_lab.train()
    on_lab.wait_for_end()
    assert_accessible(on_lab, part=".nnc")
