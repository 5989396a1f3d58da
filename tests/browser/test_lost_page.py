"""A page that is loaded again: its run is offered at once and goes on; what was trained before is in the history."""

import pytest
from dashboard_page import MODELS, DashboardPage
from interrupted import LONG, resume_what_is_offered, train_an_epoch
from playwright.sync_api import Locator, Page, expect
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
    wait_until(lambda: before not in ready.host.kernels(), "the end of the kernel of the page before")
    resume_what_is_offered(ready)
    ready.rest()
    look_at_history(ready)


def look_at_history(dashboard: DashboardPage) -> None:
    """Lay beside what was trained first, open it, use its settings, name it, and delete it."""
    page: Page = dashboard.page
    dashboard.go("History")
    a, b = (row_of(page, channels).first for channels in ("5", "4"))
    expect(a).to_be_visible(timeout=SECONDS)
    b.get_by_role("button", name="Show in charts").click()
    expect(page.get_by_role("img", name="Past model:").first).to_be_visible(timeout=SECONDS)
    expect(page.get_by_text("learned from 1,000 images")).to_be_visible()
    dashboard.go("History")
    expect(b.get_by_role("button", name="Shown")).to_be_visible()
    a.get_by_role("button", name="Open").click()
    for model in MODELS:
        dashboard.wait_for(model, "finished")
    dashboard.go("Predictions")
    expect(page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
    expect(dashboard.cards.first).to_contain_text("%")

    dashboard.go("History")
    more = page.locator(".nnc-past-more")
    b.get_by_role("button", name="More").click()
    more.get_by_role("button", name="Settings to A").click()
    expect(dashboard.field("A", "Channels")).to_have_value("4")

    dashboard.go("History")
    more.get_by_role("button", name="Name and note").click()
    expect(page.get_by_label("Name", exact=True)).to_be_focused()
    page.keyboard.type("narrow one")
    page.keyboard.press("Enter")
    expect(b).to_contain_text("narrow one", timeout=SECONDS)
    page.get_by_label("Filter").fill("narrow")
    expect(page.locator(".nnc-past")).to_have_count(1)
    more.get_by_role("button", name="Delete comparison").click()
    expect(more).to_contain_text("Delete A and B for good?")
    more.get_by_role("button", name="Delete", exact=True).click()
    expect(page.locator(".nnc-past")).to_have_count(0, timeout=SECONDS)


def row_of(page: Page, channels: str) -> Locator:
    """Find models in the table by their channels."""
    cell = page.locator('[data-title="Channels"]').get_by_text(channels, exact=True)
    return page.locator(".nnc-past").filter(has=cell)
