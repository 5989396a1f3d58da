"""The steps have addresses: the browser goes back and forth between them, and they can be linked to."""

import re

import pytest
from dashboard_page import MODELS, DashboardPage
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ENDLESS = {"train_images": 3_000, "a": {"channels": 2, "epochs": 100}, "b": {"channels": 3, "epochs": 100}}
SECONDS = 60_000


def expect_at(dashboard: DashboardPage, step: str) -> None:
    """Expect a step to be shown, and to be in the address."""
    navigation = dashboard.page.get_by_role("navigation", name="Steps")
    expect(navigation.get_by_role("button", name=step, exact=True)).to_have_attribute(
        "aria-current", "step", timeout=SECONDS
    )
    expect(dashboard.page).to_have_url(re.compile(f"#{step.lower()}$"))


def test_back_goes_to_the_step_before_and_interrupts_nothing(on_voila: DashboardPage) -> None:
    page = on_voila.open().page
    expect(page).to_have_title("nncompare")
    on_voila.use(**ENDLESS)
    on_voila.train()
    expect_at(on_voila, "Training")
    expect(page).to_have_title("nncompare · training")
    on_voila.go("Predictions")
    kernel = on_voila.kernel
    page.go_back()
    expect_at(on_voila, "Training")
    page.go_back()
    expect_at(on_voila, "Models")
    page.go_forward()
    expect_at(on_voila, "Training")
    on_voila.watch_curves_grow()
    for model in MODELS:
        on_voila.wait_for(model, "running")
    page.go_back()
    page.go_back()
    expect(page.get_by_role("heading", name="Train two networks side by side")).to_be_visible()
    assert on_voila.kernel == kernel
    on_voila.rest()


def test_a_link_to_a_step_opens_it_after_the_sign_in_with_its_settings(on_voila: DashboardPage) -> None:
    page, host = on_voila.page, on_voila.host
    link = f"{host.address}?a.channels=5&train_images=2000#models"
    for token in ("mistyped", f"http://somewhere/?token={host.token}"):
        if token == "mistyped":
            page.goto(link)
        page.get_by_label("Code", exact=True).fill(token)
        page.get_by_role("button", name="Open").click()
    expect_at(on_voila, "Models")
    expect(on_voila.field("A", "Channels")).to_have_value("5")
    assert host.token not in page.url
    on_voila.fill("A", channels="6")
    expect(page).to_have_url(re.compile(r"[?&]a\.channels=6\b.*#models$"))
    on_voila.noise.errors.clear()  # the browser complains of each page that asks for the token
