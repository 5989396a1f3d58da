"""The page where its reader has chosen the colours, on paper, and in VS Code."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import Locator, expect
from tabs import box_of

pytestmark = pytest.mark.browser

SMALL = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
PAPER = "rgb(255, 255, 255)"
# What is painted in a colour of its own, and what lies behind it.
FILLED = {".nnc-bar-track": "i", ".nnc-confidence": "i", ".nnc-image": ".nnc-badge"}


@pytest.fixture
def trained(ready: DashboardPage) -> Iterator[DashboardPage]:
    """The shared page after a small training; what a test has emulated there ends with it."""
    ready.have_trained(**SMALL)
    yield ready
    ready.page.emulate_media(media="null", color_scheme="null", forced_colors="null")


def style(found: Locator, name: str) -> str:
    return str(found.evaluate("(it, name) => getComputedStyle(it).getPropertyValue(name)", name))


def test_bars_badges_and_choices_are_seen_in_forced_colours(trained: DashboardPage) -> None:
    page = trained.page
    trained.go("Predictions")
    page.locator(".nnc-part").last.click()
    chosen = page.locator('.nnc-part[aria-pressed="true"] .nnc-part-count')
    expect(chosen).to_be_visible()
    expect(trained.cards.first).to_contain_text("%")
    for scheme in ("light", "dark"):
        page.emulate_media(forced_colors="active", color_scheme=scheme)
        for behind, filled in FILLED.items():
            place = page.locator(behind).first
            colours = {style(found, "background-color") for found in (place, place.locator(filled).first)}
            assert len(colours) == 2, (behind, colours)
        other = page.locator('.nnc-part[aria-pressed="false"] .nnc-part-count').first
        assert style(chosen, "outline-style") != style(other, "outline-style")
        here, there = (
            page.locator(f".nnc-nav button{which}").first for which in ("[aria-current]", ":not([aria-current])")
        )
        assert style(here, "border-bottom-color") != style(there, "border-bottom-color")
        of_page = {style(page.locator(".nnc"), name) for name in ("color", "background-color")}
        assert of_page == {"rgb(0, 0, 0)", PAPER}, "the reader's own"


def test_on_paper_is_the_whole_step_and_nothing_to_press(trained: DashboardPage) -> None:
    page = trained.page
    page.emulate_media(media="print", color_scheme="dark")
    charts = page.locator("svg.nnc-chart")
    expect(charts).to_have_count(2)
    for chart in charts.all():
        assert style(chart, "break-inside") == "avoid"
    page.emulate_media(media="screen")

    trained.go("Predictions")
    page.get_by_label("How many", exact=True).fill("60")
    expect(trained.cards).to_have_count(60)
    page.emulate_media(media="print")
    expect(page.locator(".nnc :is(nav, .nnc-button, .nnc-plain, .nnc-filters)").filter(visible=True)).to_have_count(0)
    assert style(page.locator(".nnc"), "background-color") == PAPER
    cut = "(it) => { for (; it; it = it.parentElement) if (getComputedStyle(it).overflowY !== 'visible') return it.id }"
    assert page.locator(".nnc").evaluate(cut) is None
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) >= 4


def test_the_report_is_not_cut_on_paper_and_keeps_its_bars_in_forced_colours(
    trained: DashboardPage, tmp_path: Path
) -> None:
    trained.go("Predictions")
    with trained.page.expect_download() as download:
        trained.page.locator('[data-pick="report.html"]').click()
    download.value.save_as(tmp_path / "report.html")
    page = trained.page.context.new_page()
    page.set_viewport_size({"width": 718, "height": 1000})  # of an A4 sheet between its margins
    page.goto((tmp_path / "report.html").as_uri())
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 718
    for chart in page.locator("svg").all():
        box = box_of(chart)
        assert box["x"] + box["width"] <= 718
    assert style(page.locator("body"), "color") == "rgb(29, 36, 48)", "dark on white"
    page.emulate_media(media="screen", forced_colors="active", color_scheme="light")
    bar = page.locator(".bar").first
    assert style(bar, "background-color") not in (PAPER, "rgba(0, 0, 0, 0)")
    page.close()


@pytest.mark.parametrize(
    ("kind", "is_dark"),
    [
        ("vscode-dark", True),
        ("vscode-high-contrast", True),
        ("vscode-light", False),
        ("vscode-high-contrast-light", False),
    ],
)
def test_the_theme_of_vs_code_decides_there(ready: DashboardPage, kind: str, is_dark: bool) -> None:
    body, ink = ready.page.locator("body"), "rgb(231, 235, 241)" if is_dark else "rgb(29, 36, 48)"
    body.evaluate("(it, kind) => { it.dataset.vscodeThemeKind = kind }", kind)
    try:
        assert style(ready.page.locator(".nnc"), "color") == ink
    finally:
        body.evaluate("(it) => { delete it.dataset.vscodeThemeKind }")
