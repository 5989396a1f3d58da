"""The map of the test set in a browser, by mouse, touch and keyboard; its kernel is the test itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from at_once import AtOnce
from axe import needs_axe, serious
from dashboard_page import DashboardPage
from fake_maps import FakeMaps
from playwright.sync_api import Browser, Locator, expect
from tabs import box_of
from widget_page import WidgetPage

from nncompare.comparison.state import State
from nncompare.data import ImageData, load
from nncompare.ui.panels.image_map import ImageMapPanel

pytestmark = pytest.mark.browser

SECONDS = 60_000
# How many pixels of the drawing have a colour of their own.
_PAINTED = """(canvas) => {
  const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
  return data.filter((value, i) => i % 4 === 3 && value > 0).length;
}"""
_GREYS = """(canvas) => [...canvas.getContext("2d").getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0)"""
_SETTLED = "() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"


class Map:
    """A panel in a page of its own."""

    def __init__(self, page: Any, images: ImageData, names: str = "AB") -> None:
        self.images, self.pair = images, FakeMaps(images, names)
        self.picks: list[tuple[int, ...]] = []
        refresher: Any = AtOnce()
        self.panel = ImageMapPanel(refresher, self.picks.append)
        self.panel.use(images, self.pair)  # type: ignore[arg-type]
        self.panel.set_visible(True)
        self.panel.tick()
        self.shown = WidgetPage(page, self.panel.box)
        self.page = page
        self.plot, self.canvas = page.get_by_role("application"), page.locator(".nnc-imagemap-plot canvas")
        self.ring, self.tip = page.locator(".nnc-imagemap-ring"), page.locator(".nnc-imagemap-tip")
        self.cards, self.slider = page.locator(".nnc-imagemap-pick"), page.get_by_role("slider")
        self.settle()

    def settle(self) -> None:
        """Wait until it is drawn."""
        self.page.evaluate(_SETTLED)

    def spot(self, key: str = "Home") -> tuple[float, float]:
        """Return where the dot is to which a key leads, in pixels of the window."""
        self.plot.focus()
        self.page.keyboard.press(key)
        self.settle()
        return middle(self.ring)

    def leave(self) -> None:
        """Look at no dot any more."""
        self.plot.blur()
        expect(self.ring).to_be_hidden()

    @property
    def at(self) -> int:
        """Which image is looked at."""
        return int(self.plot.get_attribute("data-at") or -1)

    def painted(self) -> int:
        self.settle()
        return int(self.canvas.evaluate(_PAINTED))


def middle(found: Locator) -> tuple[float, float]:
    box = box_of(found)
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


@pytest.fixture
def images(synthetic_digits: Path) -> ImageData:
    return load("synthetic-digits")


@pytest.fixture
def open_map(browser: Browser, images: ImageData) -> Iterator[Callable[..., Map]]:
    """Open maps; the browser must have no complaint at the end."""
    contexts, complaints = [], list[str]()

    def open_one(names: str = "AB", **options: Any) -> Map:
        context = browser.new_context(**{"viewport": {"width": 1200, "height": 700}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        return Map(page, images, names)

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


def test_the_pointer_over_a_dot_tells_of_its_image(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    spot = shown.spot()
    shown.leave()
    shown.page.mouse.move(*spot)
    expect(shown.tip).to_be_visible()
    label = shown.images.labels("test")[0]
    wrong = (label + 1) % 10
    face = shown.tip.locator("canvas").evaluate(_GREYS)
    assert face == shown.images.images("test")[0].ravel().tolist()
    expect(shown.tip).to_have_text(f"#0label {label}A{wrong}✗B{wrong}✗")
    shown.page.mouse.move(5, 5)
    expect(shown.tip).to_be_hidden()
    heard = shown.shown.heard
    assert heard.count({"look": 0}) == 1, "the kernel is asked for the image alone, and only once"
    assert all("look" in content for content in heard)


def test_a_click_picks_a_point(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    spot = shown.spot("End")
    place = shown.at
    shown.page.mouse.click(*spot)
    expect(shown.cards).to_have_count(1)
    assert shown.picks == [(place,)]
    expect(shown.cards.first).to_have_attribute("data-index", str(place))
    shown.cards.first.click()
    assert shown.picks == [(place,), (place,)]
    assert shown.at == place
    shown.page.get_by_role("button", name="Clear").click()
    expect(shown.cards).to_have_count(0)


def test_a_frame_picks_a_region(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    box = box_of(shown.canvas)
    shown.page.mouse.move(box["x"] + 2, box["y"] + 2)
    shown.page.mouse.down()
    shown.page.mouse.move(box["x"] + box["width"] - 2, box["y"] + box["height"] - 2, steps=3)
    expect(shown.page.locator(".nnc-imagemap-area")).to_be_visible()
    shown.page.mouse.up()
    expect(shown.page.get_by_role("heading", name="500 images picked")).to_be_visible()
    expect(shown.page.locator(".nnc-imagemap-area")).to_be_hidden()
    assert len(shown.picks[0]) == 24
    shown.page.mouse.click(box["x"] + 3, box["y"] + 3)
    expect(shown.cards).to_have_count(0)


def test_it_is_used_by_keyboard_alone(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    expect(shown.page.locator("[aria-live]")).to_be_empty()
    shown.page.get_by_role("group", name="What is shown").get_by_role("button").last.focus()
    shown.page.keyboard.press("Tab")
    expect(shown.plot).to_be_focused()
    label = shown.images.labels("test")[shown.at]
    expect(shown.page.locator("[aria-live]")).to_contain_text(f"Image {shown.at}, label {label}. A says ")
    for key, axis, sign in (("ArrowRight", 0, 1), ("ArrowLeft", 0, -1), ("ArrowDown", 1, 1), ("ArrowUp", 1, -1)):
        before, spot = shown.at, middle(shown.ring)
        shown.page.keyboard.press(key)
        shown.settle()
        assert shown.at != before
        assert sign * (middle(shown.ring)[axis] - spot[axis]) > 0
    shown.page.keyboard.press("Enter")
    expect(shown.cards).to_have_count(1)
    assert shown.picks == [(shown.at,)]
    shown.page.keyboard.press("Shift+Enter")
    expect(shown.cards).to_have_count(24)
    assert shown.at in shown.picks[-1]
    shown.page.keyboard.press("Escape")
    expect(shown.cards).to_have_count(0)
    shown.page.keyboard.press("Home")
    shown.page.keyboard.press("PageDown")
    assert shown.at == 1


def test_the_slider_leads_from_one_picture_to_the_other(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    of_a = shown.spot()
    shown.slider.fill("100")
    expect(shown.slider).to_have_attribute("aria-valuetext", "B's picture")
    of_b = shown.spot()
    shown.slider.fill("50")
    half = shown.spot()
    assert abs(of_a[0] - of_b[0]) + abs(of_a[1] - of_b[1]) > 1
    assert half == pytest.approx(((of_a[0] + of_b[0]) / 2, (of_a[1] + of_b[1]) / 2), abs=1)
    assert all("look" in content for content in shown.shown.heard)


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_the_button_glides_there_and_back(open_map: Callable[..., Map], motion: str) -> None:
    shown = open_map(reduced_motion=motion)
    play = shown.page.get_by_role("button", name="Glide to B's picture")
    play.click()
    if motion == "reduce":
        shown.settle()
        assert shown.slider.input_value() == "100", "at once"
    else:
        expect(shown.page.get_by_role("button", name="Stop")).to_be_visible()
    expect(shown.slider).to_have_value("100")
    shown.page.get_by_role("button", name="Glide to A's picture").click()
    expect(shown.slider).to_have_value("0")


def test_the_legend_switches_classes_and_parts(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    all_of_them = shown.painted()
    first = str(shown.images.labels("test")[0])
    legend = shown.page.get_by_role("group", name="What is shown")
    legend.get_by_role("button", name=first, exact=True).click()
    shown.page.mouse.move(2, 2)
    assert shown.painted() < all_of_them
    shown.spot()
    assert str(shown.images.labels("test")[shown.at]) != first
    shown.page.get_by_role("button", name="Show all").click()
    shown.spot()
    assert shown.at == 0
    shown.page.get_by_role("button", name="by who is right").click()
    labels, places = shown.images.labels("test"), range(500)
    wrong = sum(1 for place in places if place % 35 == 0)
    for words, count in (
        ("both wrong", wrong),
        ("only A right", len([*places[::7]]) - wrong),
        ("only B right", len([*places[::5]]) - wrong),
        ("both right", sum(1 for place in places if place % 5 and place % 7)),
    ):
        expect(legend.get_by_role("button", name=f"{words} {count}", exact=True)).to_be_visible()
    assert len(labels) == 500
    shown.page.get_by_role("button", name="Hide all").click()
    legend.get_by_role("button", name=f"both wrong {wrong}").click()
    shown.spot("PageDown")
    shown.page.keyboard.press("PageDown")
    assert shown.at == 35


def test_a_finger_picks_a_point(open_map: Callable[..., Map]) -> None:
    shown = open_map(has_touch=True, viewport={"width": 343, "height": 667})
    spot = shown.spot()
    shown.leave()
    shown.page.touchscreen.tap(*spot)
    expect(shown.cards).to_have_count(1)
    assert len(shown.picks) == 1
    assert shown.page.evaluate("() => document.documentElement.scrollWidth") <= 343


def test_a_newer_picture_keeps_the_place_and_what_was_picked(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    shown.pair.state = State.RUNNING
    shown.panel.tick()
    shown.shown.update()
    before = shown.spot()
    shown.page.keyboard.press("Enter")
    usual = shown.pair.points
    shown.pair.points = lambda name, places: usual(name, places) * np.array([[1, 0.5]], np.float32)
    shown.page.get_by_role("button", name="Refresh").click()
    shown.page.wait_for_function(
        "([ring, x, y]) => { const box = ring.getBoundingClientRect();"
        " return Math.hypot(box.x + box.width / 2 - x, box.y + box.height / 2 - y) > 2; }",
        arg=[shown.ring.element_handle(), *before],
    )
    expect(shown.cards).to_have_count(1)


def test_one_network_alone_has_no_slider(open_map: Callable[..., Map]) -> None:
    shown = open_map("A")
    expect(shown.slider).to_be_hidden()
    shown.page.get_by_role("button", name="by who is right").click()
    expect(shown.page.get_by_role("button", name="A right 400")).to_be_visible()
    expect(shown.page.get_by_role("button", name="A wrong 100")).to_be_visible()


def test_both_papers_have_colours_of_their_own(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    colour = "(canvas) => getComputedStyle(canvas).getPropertyValue('--nnc-imagemap-3')"
    found = set()
    for scheme in ("light", "dark"):
        shown.page.emulate_media(color_scheme=scheme)
        assert shown.painted() > 1_000
        found.add(shown.canvas.evaluate(colour))
    assert len(found) == 2


@needs_axe
def test_axe_finds_nothing_serious(open_map: Callable[..., Map]) -> None:
    shown = open_map()
    shown.spot()
    shown.page.keyboard.press("Shift+Enter")
    expect(shown.cards).to_have_count(24)
    assert serious(shown.page) == {}


def test_the_networks_of_a_comparison_are_on_the_map_of_its_page(ready: DashboardPage) -> None:
    ready.use(train_images=1_000, a={"channels": 1, "epochs": 1}, b={"channels": 2, "epochs": 1})
    ready.train()
    ready.wait_for_end()
    ready.go("Explore")
    page = ready.page
    page.get_by_role("tab", name="Map").click()
    plot = page.get_by_role("application", name="Map of 500 test images")
    expect(plot).to_be_visible(timeout=SECONDS)
    expect(page.locator(".nnc-imagemap-kept")).to_contain_text("of them for A, ")
    plot.focus()
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    expect(page.locator(".nnc-imagemap-pick")).to_have_count(1)
    expect(page.locator(".nnc-imagemap-pick")).to_have_attribute("data-index", "0")
    expect(page.locator(".nnc-imagemap-tip")).to_contain_text("#0")
    page.locator(".nnc-imagemap-glide input").fill("100")
    expect(page.locator(".nnc-imagemap-glide input")).to_have_attribute("aria-valuetext", "B's picture")
