"""Pause, look, go on, stop, and train again, with the buttons of the page."""

import pytest
from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

LINK = "?dataset=synthetic-digits&train_images=20000&a.channels=12&b.channels=12&a.epochs=20&b.epochs=20"


def test_a_race_is_paused_resumed_stopped_and_run_again(on_voila: DashboardPage) -> None:
    page = on_voila.open(LINK).page
    on_voila.choose("synthetic-digits")
    on_voila.train()
    on_voila.watch_curves_grow()
    expect(page.locator(".nnc-race")).to_contain_text("initial weights: same")

    page.get_by_role("button", name="Pause", exact=True).click()
    for model in MODELS:
        on_voila.wait_for(model, "paused")
    expect(on_voila.chip).to_contain_text("paused")
    expect(on_voila.stop_button).to_be_enabled()
    expect(on_voila.train_button).to_be_disabled()
    page.wait_for_timeout(500)  # what was under way when the pause began has been drawn
    still = on_voila.look()
    page.wait_for_timeout(1_500)
    assert on_voila.look() == still

    page.get_by_role("button", name="Resume", exact=True).click()
    on_voila.watch_curves_grow(still)
    page.get_by_role("button", name="Stop B", exact=True).click()
    on_voila.wait_for("B", "stopped")
    assert on_voila.look()["A"].state == "running"
    on_voila.stop_button.click()
    on_voila.wait_for("A", "stopped")
    looked = on_voila.look().values()
    assert all(len(look.points) == 2 and min(look.points) > 1 for look in looked), looked

    on_voila.train_button.click()
    for model in MODELS:
        on_voila.wait_for(model, "running")
    on_voila.stop_button.click()
    for model in MODELS:
        on_voila.wait_for(model, "stopped")


def test_more_epochs_are_trained_where_it_ended(on_voila: DashboardPage) -> None:
    link = "?dataset=synthetic-digits&train_images=2000&a.channels=4&b.channels=4&a.epochs=1&b.epochs=1"
    page = on_voila.open(link).page
    on_voila.choose("synthetic-digits")
    on_voila.train()
    on_voila.wait_for_end()
    page.get_by_label("epochs", exact=True).select_option(label="+2")
    page.get_by_role("button", name="Train A on", exact=True).click()
    expect(on_voila.lane("A")).to_contain_text("epoch 3 of 3", timeout=60_000)
    on_voila.wait_for("A", "finished")
    expect(on_voila.lane("B")).to_contain_text("epoch 1 of 1")
    page.get_by_label("Curves over", exact=True).select_option(label="images seen")
    expect(page.get_by_role("img", name="Loss over images seen").first).to_be_visible()
    page.get_by_role("button", name="Exact values", exact=True).click()
    expect(page.locator(".nnc-values tbody tr")).to_have_count(3)
