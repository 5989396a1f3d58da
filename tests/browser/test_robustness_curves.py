"""Robustness curves in a browser: drawn, saved, and told in the report."""

import re
from pathlib import Path

import pytest
from axe import needs_axe, serious
from dashboard_page import DashboardPage
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser

SHORT = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
SECONDS = 60_000
_SCROLLS_SIDEWAYS = "document.documentElement.scrollWidth > innerWidth"


def draw(dashboard: DashboardPage) -> Page:
    """Train for a moment, and have the curves drawn."""
    page = dashboard.page
    dashboard.have_trained(**SHORT)
    dashboard.go("Explore")
    page.get_by_role("tab", name="Robustness").click()
    page.get_by_label("Disturbance", exact=True).select_option("Noise")
    page.get_by_role("button", name="Draw the curves").click()
    expect(page.get_by_role("table", name="Accuracy at each strength")).to_be_visible(timeout=SECONDS)
    return page


def test_curves_are_drawn_saved_and_told_in_the_report(ready: DashboardPage) -> None:
    page = draw(ready)
    table = page.get_by_role("table", name="Accuracy at each strength")
    expect(table.get_by_role("rowheader")).to_have_text(["0%", "5%", "10%", "20%", "30%", "40%", "60%", "80%", "100%"])
    headline = page.locator(".nnc-robustness-words h3")
    expect(headline).to_have_text(re.compile(r"(No difference shown at any strength|\(p . 0\.0\d\d\))\.$"))
    expect(page.get_by_role("img", name=re.compile(r"Noise: accuracy over strength"))).to_have_count(1)
    with page.expect_download() as saved:
        page.get_by_role("button", name="Save these curves as CSV").click()
    rows = Path(saved.value.path()).read_text("utf-8").splitlines()
    assert len(rows) == 10
    assert rows[1].startswith("noise,0,%,0,500,")
    ready.go("Predictions")
    with page.expect_download(timeout=SECONDS) as report:
        page.get_by_role("button", name="Save report").click()
    text = Path(report.value.path()).read_text("utf-8")
    assert "How robust they are" in text
    assert "Noise: the same 500 test images" in text


def test_a_phone_gets_a_picture_of_its_own(ready: DashboardPage) -> None:
    page = draw(ready)
    wide, narrow = (page.locator(f".nnc-robustness-{width} svg") for width in ("wide", "narrow"))
    expect(wide).to_be_visible()
    expect(narrow).to_be_hidden()
    page.set_viewport_size({"width": 375, "height": 667})
    expect(narrow).to_be_visible()
    expect(wide).to_be_hidden()
    expect(narrow).to_be_in_viewport()
    assert not page.evaluate(_SCROLLS_SIDEWAYS)


@needs_axe
def test_axe_finds_nothing_serious(ready: DashboardPage) -> None:
    assert serious(draw(ready)) == {}
