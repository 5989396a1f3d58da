"""A comparison that is interrupted, and goes on from another page."""

import re

from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import expect

LONG = {"train_images": 3_000, "a": {"channels": 2, "epochs": 60}, "b": {"channels": 3, "epochs": 60}}
_SECONDS = 60_000


def train_an_epoch(dashboard: DashboardPage) -> None:
    """Press Train, and wait until both models have an epoch to go on from."""
    dashboard.train()
    for model in MODELS:
        expect(dashboard.log(model)).to_contain_text(re.compile(r"epoch \d+ done"), timeout=_SECONDS)


def resume_what_is_offered(dashboard: DashboardPage) -> None:
    """Open the newest comparison that is offered, one of 60 epochs, and see it go on."""
    dashboard.go("Training")
    offer = dashboard.page.locator(".nnc-interrupted", has_text="An interrupted comparison").filter(visible=True).first
    expect(offer).to_be_visible(timeout=_SECONDS)
    expect(offer).to_contain_text(re.compile(r"Epochs done: A [1-9]\d* of 60, B [1-9]\d* of 60"), timeout=_SECONDS)
    offer.get_by_role("button", name="Open").click()
    for model in MODELS:
        dashboard.wait_for(model, "paused")
        expect(dashboard.lane(model)).to_contain_text("This run was interrupted after epoch")
    before = dashboard.watch_curves_grow()  # as they were
    dashboard.page.get_by_role("button", name="Resume", exact=True).click()
    dashboard.watch_curves_grow(before)
    dashboard.stop_button.click()
    for model in MODELS:
        dashboard.wait_for(model, "stopped")
