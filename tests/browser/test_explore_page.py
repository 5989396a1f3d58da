"""Explore in a browser: an image is chosen and disturbed, and both networks answer, also while they learn."""

import re

import pytest
from axe import needs_axe, serious
from dashboard_page import DashboardPage
from playwright.sync_api import Locator, expect
from tabs import box_of

pytestmark = pytest.mark.browser

SHORT = {"train_images": 1_000, "a": {"channels": 1, "epochs": 1}, "b": {"channels": 2, "epochs": 1}}
LONG = {"train_images": 3_000, "a": {"channels": 2, "epochs": 100}, "b": {"channels": 3, "epochs": 100}}
SECONDS = 60_000
SEVEN = ((0.25, 0.2), (0.75, 0.2), (0.45, 0.85))
TABS = ("Draw and disturb", "Inside", "Map", "Robustness")
TAB_ORDER = (*TABS[1:], TABS[0], TABS[3], TABS[0], TABS[3])
_FITS = """() => {
  const { scrollHeight, clientHeight } = document.querySelector("#rendered_cells");
  return scrollHeight <= clientHeight;
}"""
_IS_HIGHER = "([found, before]) => found.getBoundingClientRect().height >= 1.2 * before"
# Steps may be magnified as a whole.
_LETTERS = """(found) => found.map((one) =>
  Number.parseFloat(getComputedStyle(one).fontSize) * (one.currentCSSZoom ?? 1))"""


def answers(dashboard: DashboardPage) -> Locator:
    """What A and B say, each in a part of its own."""
    return dashboard.page.locator(".nnc-answer")


def expect_answers(dashboard: DashboardPage) -> None:
    """Expect three classes of each network, each with a bar and a confidence."""
    expect(answers(dashboard)).to_have_count(2, timeout=SECONDS)
    for model in range(2):
        lines = answers(dashboard).nth(model).get_by_role("listitem")
        expect(lines).to_have_text([re.compile(r"^\S+ \d+\.\d%$")] * 3)


def go_and_draw(dashboard: DashboardPage) -> None:
    """Go to the first tab of Explore, whichever was looked at before."""
    dashboard.go("Explore")
    dashboard.page.get_by_role("tab", name="Draw and disturb", exact=True).click()


def finish(dashboard: DashboardPage) -> None:
    """Train for a moment, and go to Explore."""
    dashboard.have_trained(**SHORT)
    go_and_draw(dashboard)
    dashboard.page.get_by_label("Disturb it").select_option("Rotate")
    expect_answers(dashboard)


def draw_a_seven(dashboard: DashboardPage) -> None:
    """Draw with the mouse: a line to the right, and one down from its end."""
    sheet, mouse = dashboard.page.get_by_label("Sheet to draw on"), dashboard.page.mouse
    sheet.hover()  # which waits until it is in view, and its place is settled
    box = box_of(sheet)
    corners = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in SEVEN]
    mouse.move(*corners[0])
    mouse.down()
    for corner in corners[1:]:
        mouse.move(*corner, steps=8)
    mouse.up()


def test_before_anything_is_trained_it_says_so(on_voila: DashboardPage) -> None:
    on_voila.open().go("Explore")
    expect(on_voila.page).to_have_url(re.compile("#explore$"))
    expect(on_voila.page.get_by_text("Nothing is trained yet.")).to_be_visible()
    expect(on_voila.page.get_by_role("slider", name="Rotate")).to_be_disabled()


def test_both_answers_follow_the_slider(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    seen = page.locator(".nnc-seen")
    before = seen.locator("img").get_attribute("src")
    slider = page.get_by_role("slider", name="Rotate")
    slider.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    expect(page.locator(".nnc-slider output")).to_have_text("5°")
    expect(slider).to_have_attribute("aria-valuetext", "5°")
    expect(seen).to_contain_text("Rotate: 5°")
    assert seen.locator("img").get_attribute("src") != before
    box = slider.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 2, box["y"] + box["height"] / 2, steps=20)
    page.mouse.up()
    expect(seen).to_contain_text("Rotate: 90°")
    expect_answers(ready)
    page.get_by_role("button", name="Reset").click()
    expect(slider).to_have_value("0")
    expect(seen).not_to_contain_text("Rotate")
    expect(seen.locator("img")).to_have_attribute("src", before or "")
    page.get_by_label("Disturb it").select_option("Scale")
    expect(page.get_by_role("slider", name="Scale")).to_have_value("100")


def test_both_answer_to_what_is_drawn_and_to_what_is_made_of_it(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    seen = page.locator(".nnc-seen")
    before = seen.locator("img").get_attribute("src") or ""
    draw_a_seven(ready)
    expect(seen).to_contain_text("Your drawing")
    expect(seen.locator("img")).not_to_have_attribute("src", before)
    expect_answers(ready)
    expect(page.locator(".nnc-agreement")).not_to_contain_text("The label")
    page.get_by_role("slider", name="Rotate").focus()
    page.keyboard.press("End")
    expect(seen).to_contain_text("Rotate: 90°")
    page.get_by_role("button", name="Clear").click()
    expect(seen).to_contain_text("Draw a picture, or choose one.")
    expect(answers(ready)).to_have_count(0)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(seen).to_contain_text("Test image 0")
    expect_answers(ready)
    page.get_by_role("button", name="Reset").click()


def test_one_panel_is_seen_at_a_time_and_arrow_keys_go_through_them(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    tabs = page.get_by_role("tablist", name="What to look at")
    tabs.get_by_role("tab", name=TABS[0]).focus()
    for key, title in zip(["ArrowRight"] * 3 + ["ArrowRight", "End", "Home", "ArrowLeft"], TAB_ORDER, strict=True):
        page.keyboard.press(key)
        tab = tabs.get_by_role("tab", name=title)
        expect(tab).to_be_focused()
        expect(tab).to_have_attribute("aria-selected", "true")
        expect(tabs.get_by_role("tab", selected=True)).to_have_count(1)
        expect(page.get_by_role("tabpanel")).to_have_count(1)
        expect(page.get_by_role("tabpanel", name=title)).to_be_visible()
    tabs.get_by_role("tab", name=TABS[0]).click()


@needs_axe
def test_axe_finds_nothing_serious_in_any_panel(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    found = {}
    for title in TABS:
        page.get_by_role("tab", name=title).click()
        expect(page.get_by_role("tabpanel", name=title)).to_be_visible()
        found[title] = serious(page)
    page.get_by_role("tab", name=TABS[0]).click()
    assert {place: problems for place, problems in found.items() if problems} == {}


def test_an_enlarged_image_leads_there(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    ready.go("Predictions")
    card = ready.cards.first
    expect(card).to_contain_text("%", timeout=SECONDS)
    number = int(card.get_attribute("data-index") or "")
    card.get_by_role("button").click()
    page.get_by_role("button", name="Explore this image").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.get_by_role("navigation", name="Steps").locator("[aria-current]")).to_have_text("Explore")
    expect(page.locator(".nnc-seen")).to_contain_text(f"Test image {number:,}")
    expect_answers(ready)


def test_an_image_is_chosen_by_number_and_at_random(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    seen, number = page.locator(".nnc-seen"), page.get_by_label("Image", exact=True)
    number.fill("17")
    expect(seen).to_contain_text("Test image 17")
    page.get_by_role("button", name="Another").click()
    expect(number).not_to_have_value("17")
    expect(seen).to_contain_text(f"Test image {int(number.input_value()):,}")
    page.get_by_role("button", name="One they disagree on").click()
    expect(page.locator(".nnc-agreement")).to_contain_text("They disagree")


def test_answers_come_by_themselves_while_both_learn(ready: DashboardPage) -> None:
    ready.use(**LONG)
    ready.train()
    go_and_draw(ready)
    expect_answers(ready)
    told = answers(ready).first.locator(".nnc-figure").last
    before = told.inner_text()
    expect(told).not_to_have_text(before, timeout=SECONDS)
    ready.rest()


def test_presented_the_sheet_and_both_answers_have_the_window(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    page.set_viewport_size({"width": 1280, "height": 720})
    sheet, digit = page.get_by_label("Sheet to draw on"), page.locator(".nnc-said b").first
    usual = [height(one) for one in (sheet, digit)]
    button = page.get_by_role("button", name="Presentation mode", exact=True)
    button.click()
    controls = (page.get_by_role("navigation", name="Steps"), page.get_by_role("slider"))
    for hidden in (*controls, page.get_by_label("Image", exact=True)):
        expect(hidden).to_be_hidden()
    assert all(height(one) > 1.2 * before for one, before in zip((sheet, digit), usual, strict=True))
    draw_a_seven(ready)
    expect(page.locator(".nnc-seen")).to_contain_text("Your drawing")
    expect_answers(ready)
    page.wait_for_function(_FITS)
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Steps").locator("[aria-current]")).to_have_text("Explore")
    page.get_by_role("button", name="Show", exact=True).click()


def test_presented_all_views_can_be_reached_and_read(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    page.set_viewport_size({"width": 1280, "height": 720})
    page.get_by_role("tab", name="Inside").click()
    one_map = page.locator(".nnc-inside-grid button").first
    expect(one_map).to_be_visible(timeout=SECONDS)
    usual = height(one_map)
    page.get_by_role("button", name="Presentation mode", exact=True).click()
    page.wait_for_function(_IS_HIGHER, arg=[one_map.element_handle(), usual])
    expect(page.get_by_label("What speaks for")).to_be_hidden()
    for title, words in (
        ("Inside", ".nnc-inside :is(figcaption, .nnc-inside-line, .nnc-inside-key p)"),
        ("Map", ".nnc-imagemap :is(p, .nnc-table, .nnc-imagemap-key, .nnc-toggle button)"),
        ("Robustness", ".nnc-robustness p"),
        ("Draw and disturb", ".nnc-likeliest li"),
    ):
        tab = page.get_by_role("tab", name=title, exact=True)
        tab.click()
        expect(page.get_by_role("tabpanel", name=title)).to_be_visible()
        expect(tab).to_be_in_viewport(ratio=1)
        expect(page.locator(words).filter(visible=True).first).to_be_visible(timeout=SECONDS)
        assert min(page.locator(words).filter(visible=True).evaluate_all(_LETTERS)) >= 18, title
        page.wait_for_function(_FITS)
    page.keyboard.press("Escape")


def test_on_a_phone_both_answers_are_seen_while_one_draws(ready: DashboardPage) -> None:
    page = ready.page
    finish(ready)
    page.set_viewport_size({"width": 375, "height": 667})
    draw_a_seven(ready)
    expect(page.locator(".nnc-seen")).to_contain_text("Your drawing")
    expect_answers(ready)
    for seen in (
        page.locator(".nnc-said").first,
        page.locator(".nnc-said").last,
        page.get_by_label("Sheet to draw on"),
    ):
        expect(seen).to_be_in_viewport(ratio=1)
    expect(page.locator(".nnc-said").first).to_contain_text(re.compile(r"\d+%"))
    assert page.locator("#rendered_cells").evaluate("(shell) => shell.scrollTop") == 0
    page.get_by_role("button", name="Show", exact=True).click()


def height(found: Locator) -> float:
    box = found.bounding_box()
    assert box is not None
    return box["height"]


def test_all_is_seen_at_once(ready: DashboardPage) -> None:
    page = ready.page
    usual = page.viewport_size
    assert usual is not None
    finish(ready)
    for width, height in ((1280, 720), (800, 640)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(_FITS)
    page.set_viewport_size(usual)
