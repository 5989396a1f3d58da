"""Somebody who opens the page for the first time: few clicks, no scrolling, and all of it by the keyboard alone."""

import re

import pytest
from dashboard_page import DashboardPage
from keyboard_only import assert_all_is_reached
from playwright.sync_api import Locator, ViewportSize, expect
from tabs import box_of

pytestmark = pytest.mark.browser

PROJECTOR: ViewportSize = {"width": 1280, "height": 720}
SHORT = {"train_images": 1_000, "a": {"channels": 2, "epochs": 1}, "b": {"channels": 3, "epochs": 1}}
SECONDS = 60_000
MOST_CLICKS = 6


class Hand:
    """Presses what can be seen without scrolling, and counts."""

    def __init__(self, dashboard: DashboardPage) -> None:
        self.dashboard, self.clicks = dashboard, 0

    def click(self, found: Locator) -> None:
        expect(found).to_be_enabled(timeout=SECONDS)
        expect(found).to_be_in_viewport(ratio=1)
        found.click(trial=True)  # which waits until it stands still
        box = box_of(found)
        self.dashboard.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        self.clicks += 1


def test_which_is_better_and_is_that_luck_takes_six_clicks_and_no_scrolling(on_voila: DashboardPage) -> None:
    page = on_voila.page
    page.set_viewport_size(PROJECTOR)
    on_voila.open("?train_images=1000&a.channels=1&a.epochs=1&b.channels=2&b.epochs=1")
    hand = Hand(on_voila)
    hand.click(on_voila.dataset("synthetic-digits"))
    hand.click(page.get_by_role("navigation", name="Steps").get_by_role("button", name="Training", exact=True))
    hand.click(on_voila.train_button)
    on_voila.wait_for_end()
    hand.click(page.get_by_role("button", name=re.compile("^See the [0-9,]+ images on which they disagree$")))
    verdict = page.locator(".nnc-verdict")
    expect(verdict.locator("h3")).to_be_in_viewport(ratio=1, timeout=SECONDS)
    expect(verdict.get_by_text(re.compile("chance"))).to_be_in_viewport()
    assert hand.clicks <= MOST_CLICKS


def test_the_keyboard_leads_to_everything_on_the_web(ready: DashboardPage) -> None:
    ready.use(**SHORT)
    ready.train()
    ready.wait_for_end()
    ready.go("Predictions")
    expect(ready.page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
    assert_all_is_reached(ready)
