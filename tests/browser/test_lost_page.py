"""A page that is loaded again: its run is offered at once and goes on; what was trained before is in the history."""

import pytest
from dashboard_page import MODELS, DashboardPage
from interrupted import LONG, resume_what_is_offered, train_an_epoch
from playwright.sync_api import Page, expect
from waiting import wait_until

pytestmark = pytest.mark.browser

SHORT = {"train_images": 1_000, "a": {"channels": 5, "epochs": 1}, "b": {"channels": 4, "epochs": 1}}
SECONDS = 60_000


def test_a_page_that_is_loaded_again_is_offered_its_run_and_has_the_history(ready: DashboardPage) -> None:
    ready.use(**SHORT)
    ready.train()
    ready.wait_for_end()
    ready.use(**LONG)
    train_an_epoch(ready)
    before = ready.kernel
    ready.page.reload()
    wait_until(lambda: before not in ready.host.kernels(), 30, "the end of the kernel of the page before")
    resume_what_is_offered(ready)
    ready.rest()
    look_at_history(ready)


def look_at_history(dashboard: DashboardPage) -> None:
    """Open what was trained first, lay it beside, use its settings, and delete it."""
    page: Page = dashboard.page
    dashboard.go("History")
    card = page.locator(".nnc-past", has_text="5 channels").first
    expect(card).to_contain_text("finished", timeout=SECONDS)
    card.get_by_role("button", name="Show model B in the charts").click()
    expect(card.get_by_role("button", name="Take model B out of the charts")).to_be_visible(timeout=SECONDS)
    card.get_by_role("button", name="Open").click()
    for model in MODELS:
        dashboard.wait_for(model, "finished")
    expect(page.get_by_role("img", name="Past model:").first).to_be_visible()
    expect(page.get_by_text("Grey: model B")).to_be_visible()
    dashboard.go("Predictions")
    expect(page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
    expect(dashboard.cards.first).to_contain_text("%")

    dashboard.go("History")
    card.get_by_role("button", name="Use the settings of model B for model A").click()
    expect(dashboard.field("A", "Channels")).to_have_value("4")

    dashboard.go("History")
    before = page.locator(".nnc-past").count()
    card.get_by_role("button", name="Delete").click()
    expect(card).to_contain_text("Delete it for good?")
    card.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".nnc-past")).to_have_count(before - 1, timeout=SECONDS)
