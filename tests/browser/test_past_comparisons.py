"""What was trained is there again on the next page: opened, laid beside, used, deleted."""

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import Browser, expect
from tabs import tab

pytestmark = pytest.mark.browser

LINK = "?dataset=synthetic-digits&train_images=1000&a.channels=3&b.channels=4&a.epochs=1&b.epochs=1"
SECONDS = 60_000


def test_the_next_page_has_the_history_of_the_last(browser: Browser, on_voila: DashboardPage) -> None:
    on_voila.open(LINK).choose("synthetic-digits")
    on_voila.train()
    on_voila.wait_for_end()
    with tab(browser, on_voila.host) as dashboard:
        page = dashboard.open().page
        dashboard.go("History")
        card = page.locator(".nnc-past").first
        expect(card).to_contain_text("3 channels", timeout=SECONDS)
        expect(card).to_contain_text("finished")

        card.get_by_role("button", name="Show model B in the charts").click()
        expect(card.get_by_role("button", name="Take model B out of the charts")).to_be_visible(timeout=SECONDS)
        card.get_by_role("button", name="Open").click()
        dashboard.wait_for("A", "finished")
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
