"""The charts in their cards: their size, names, crosshair, and what can be chosen there."""

import csv
import re
from itertools import combinations

import pytest
from dashboard_page import DashboardPage
from playwright.sync_api import FloatRect, Locator, expect
from tabs import box_of

pytestmark = pytest.mark.browser

SMALL = {"train_images": 1_000, "a": {"channels": 1, "epochs": 2}, "b": {"channels": 2, "epochs": 1}}
QUANTITIES = ("loss", "accuracy")
NAMES = ("A train", "A test", "B train", "B test")


@pytest.fixture
def trained(ready: DashboardPage) -> DashboardPage:
    """The shared page after a small training."""
    ready.have_trained(**SMALL)
    # The charts may be a moment behind.
    ends = re.compile(r"Model A: .* at epoch 2\.0\. Model B: .* at epoch 1\.0\.")
    expect(ready.page.get_by_role("img", name=ends)).to_have_count(2)
    for quantity in QUANTITIES:
        wait_for_size(ready, quantity)
    return ready


def card(dashboard: DashboardPage, quantity: str) -> Locator:
    return dashboard.page.locator(f".nnc-chart-{quantity}")


def plot(dashboard: DashboardPage, quantity: str) -> Locator:
    return card(dashboard, quantity).get_by_role("group", name=f"{quantity.capitalize()}: values at one place")


def wait_for_size(dashboard: DashboardPage, quantity: str) -> Locator:
    """Wait until a chart is drawn for the size that it has, and return it."""
    dashboard.wait_for_size(found := plot(dashboard, quantity))
    return found


def is_over(one: FloatRect, other: FloatRect) -> bool:
    def overlap(start: str, length: str) -> float:
        ends = (box[start] + box[length] for box in (one, other))  # type: ignore[literal-required]
        return min(ends) - max(box[start] for box in (one, other))  # type: ignore[literal-required]

    return overlap("x", "width") > 0.5 and overlap("y", "height") > 0.5


@pytest.mark.parametrize(("width", "height"), [(1280, 720), (800, 640), (375, 667)])
def test_a_chart_fills_its_card_and_its_names_lie_on_nothing(trained: DashboardPage, width: int, height: int) -> None:
    page = trained.page
    page.set_viewport_size({"width": width, "height": height})
    for quantity in QUANTITIES:
        found = wait_for_size(trained, quantity)
        texts = found.locator("svg text").filter(has_text="A t").or_(found.locator("svg text").filter(has_text="B t"))
        boxes = [box_of(text) for text in texts.all()]
        assert len(boxes) == len(NAMES)
        assert not [pair for pair in combinations(boxes, 2) if abs(pair[0]["y"] - pair[1]["y"]) < 16]
        around = box_of(card(trained, quantity))
        assert all(box["x"] + box["width"] <= around["x"] + around["width"] for box in boxes)
        parts = [box_of(part) for part in card(trained, quantity).locator(".nnc-chart-head > *").all()]
        assert not [pair for pair in combinations(parts, 2) if is_over(*pair)]
    loss, accuracy = (box_of(card(trained, quantity)) for quantity in QUANTITIES)
    if width < 680:
        assert accuracy["y"] < loss["y"], "on a phone the accuracy comes first"
    else:
        assert loss["y"] == accuracy["y"]
        assert loss["x"] < accuracy["x"]


def test_one_crosshair_goes_through_both_charts(trained: DashboardPage) -> None:
    page = trained.page
    readouts = page.locator(".nnc-chart-readout")
    found = plot(trained, "loss")
    found.scroll_into_view_if_needed()
    box = box_of(found)
    for share in (0.1, 0.4, 0.7):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        expect(readouts.filter(visible=True)).to_have_count(2)
        for quantity in QUANTITIES:
            inside, around = (
                box_of(it) for it in (card(trained, quantity).locator(".nnc-chart-readout"), plot(trained, quantity))
            )
            assert around["x"] <= inside["x"]
            assert inside["x"] + inside["width"] <= around["x"] + around["width"]
    rows = card(trained, "accuracy").locator(".nnc-chart-readout tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(0)).to_contain_text("epoch 1.")
    expect(rows.nth(1)).to_contain_text("%")
    expect(rows.nth(2)).to_have_text("B––")
    page.mouse.move(0, 0)
    expect(readouts.filter(visible=True)).to_have_count(0)


def test_a_finger_leaves_the_crosshair_where_it_was(trained: DashboardPage) -> None:
    found = plot(trained, "accuracy")
    found.scroll_into_view_if_needed()
    box = box_of(found)
    touch = {"pointerType": "touch", "clientX": box["x"] + box["width"] / 3, "clientY": box["y"] + 50, "bubbles": True}
    found.focus()
    for event in ("pointerdown", "pointerup", "pointerleave"):
        found.dispatch_event(event, touch)
    shown = trained.page.locator(".nnc-chart-cross").filter(visible=True)
    expect(shown).to_have_count(2)
    found.blur()
    expect(shown).to_have_count(0)


def test_the_crosshair_is_moved_with_keys_and_read_out(trained: DashboardPage) -> None:
    page = trained.page
    spoken = card(trained, "accuracy").locator("[aria-live]")
    plot(trained, "accuracy").focus()
    page.keyboard.press("End")
    expect(spoken).to_contain_text("epoch 2.00. A: training ")
    expect(spoken).to_contain_text("all test images")
    expect(spoken).to_contain_text("B: training none yet, test none yet.")
    page.keyboard.press("ArrowLeft")
    expect(spoken).not_to_contain_text("epoch 2.00")
    page.keyboard.press("Home")
    expect(spoken).to_contain_text("epoch 0.")
    expect(page.locator(".nnc-chart-cross").filter(visible=True)).to_have_count(2)
    page.keyboard.press("Escape")
    expect(page.locator(".nnc-chart-cross").filter(visible=True)).to_have_count(0)


def test_a_line_is_switched_by_its_name_and_the_loss_has_two_scales(trained: DashboardPage) -> None:
    names = trained.page.get_by_role("button", name="A train", exact=True)
    expect(names).to_have_count(2)
    names.first.click()
    for index in range(2):
        expect(names.nth(index)).to_have_attribute("aria-pressed", "false")
    expect(plot(trained, "accuracy")).to_contain_text("off")
    names.last.press("Enter")
    for index in range(2):
        expect(names.nth(index)).to_have_attribute("aria-pressed", "true")

    scales = [trained.page.get_by_role("radio", name=name, exact=True) for name in ("linear", "log")]
    expect(scales[1]).to_have_attribute("aria-checked", "true")
    scales[1].press("ArrowLeft")
    expect(scales[0]).to_be_focused()
    expect(scales[0]).to_have_attribute("aria-checked", "true")
    expect(plot(trained, "loss").locator("svg text").filter(has_text="0.5").first).to_be_visible()
    scales[1].click()
    expect(scales[1]).to_have_attribute("aria-checked", "true")


def test_all_points_are_saved_as_csv(trained: DashboardPage) -> None:
    trained.open_details()
    with trained.page.expect_download() as saved:
        trained.page.get_by_role("button", name="Curves as CSV").click()
    with saved.value.path().open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert {row["model"] for row in rows} == {"A", "B"}
    assert saved.value.suggested_filename == "nncompare-synthetic-digits-curves.csv"
    trained.page.get_by_label("Smoothing", exact=True).select_option(label="20 points")
    trained.page.get_by_label("Smoothing", exact=True).select_option(label="none")
