"""Buttons that are pressed twice, and a user without a mouse."""

import pytest
from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser

SMALL = "?dataset=synthetic-digits&train_images=5000&a.channels=8&b.channels=8&a.epochs=1&b.epochs=1"
MANY_TABS = 60


def test_train_pressed_twice_starts_one_run(on_voila: DashboardPage) -> None:
    on_voila.open(SMALL)
    on_voila.choose("synthetic-digits")
    on_voila.go("Training")
    on_voila.train_button.dblclick()
    on_voila.wait_for_end()
    # A second run would begin the moment that the first one is over.
    expect(on_voila.train_button).to_be_enabled()
    on_voila.go("Data")
    on_voila.go("Training")
    expect(on_voila.chip).to_contain_text("finished")
    assert [on_voila.look()[model].state for model in MODELS] == ["finished", "finished"]


def test_everything_can_be_done_with_the_keyboard(on_voila: DashboardPage) -> None:
    page = on_voila.open(SMALL.replace("synthetic-digits", "fashion-mnist")).page
    _tab_to(on_voila, on_voila.dataset("fashion-mnist"))
    page.keyboard.press("ArrowRight")
    expect(on_voila.dataset("synthetic-digits")).to_be_focused()
    on_voila.wait_for_dataset("synthetic-digits")
    expect(on_voila.dataset("synthetic-digits")).to_be_focused()

    steps = page.get_by_role("navigation", name="Steps")
    for name in ("Models", "Training"):
        button = steps.get_by_role("button", name=name, exact=True)
        _tab_to(on_voila, button, "Shift+Tab")
        page.keyboard.press("Enter")
        expect(button).to_have_attribute("aria-current", "step")
        expect(button).to_be_focused()
        if name == "Models":
            _tab_to(on_voila, on_voila.field("A", "Channels"))
            page.keyboard.press("ControlOrMeta+a")
            page.keyboard.type("6")
            on_voila.wait_for_settings(a={"channels": 6})

    _tab_to(on_voila, on_voila.train_button)
    page.keyboard.press("Space")
    on_voila.wait_for_end()


def _tab_to(dashboard: DashboardPage, target: Locator, key: str = "Tab") -> None:
    """Press Tab until an element has the focus, as long as that can reasonably take."""
    for _ in range(MANY_TABS):
        if target.evaluate("element => element === document.activeElement"):
            return
        dashboard.page.keyboard.press(key)
    raise AssertionError(f"{MANY_TABS} times {key} did not lead to {target}.")
