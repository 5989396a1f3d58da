"""A phone, and a page magnified four times: nothing is cut off, and nothing needs scrolling in two directions."""

import pytest
from dashboard_page import STEPS, DashboardPage
from playwright.sync_api import Page, TimeoutError, expect

pytestmark = pytest.mark.browser

SHORT = {"train_images": 1_000, "repeat": 2, "a": {"channels": 2, "epochs": 1}, "b": {"channels": 3, "epochs": 1}}
SECONDS = 60_000
_OPEN_ALL = "() => { for (const found of document.querySelectorAll('details')) found.open = true; }"
# What reaches beyond the window, and what would have to be scrolled sideways.
_CUT_OFF = """() => {
  const width = document.documentElement.clientWidth;
  const seen = [...document.querySelectorAll("body *")].filter((found) => {
    const { width, height } = found.getBoundingClientRect();
    return found.checkVisibility() && width > 1 && height > 1;
  });
  const scrolls = (found) =>
    found.scrollWidth > found.clientWidth + 1 && ["auto", "scroll"].includes(getComputedStyle(found).overflowX);
  const isOut = (found) => {
    const { left, right } = found.getBoundingClientRect();
    return right > width + 1 || left < -1;
  };
  return seen.filter((found) => isOut(found) || scrolls(found)).map((found) => found.outerHTML.slice(0, 200));
}"""

# Whether a name in the navigation and what stands at the end of the header lie on each other.
_COLLIDES = """() => {
  const box = (found) => found.getBoundingClientRect();
  const ends = [...document.querySelectorAll(".nnc-chip, .nnc-stand-in")].map(box);
  return [...document.querySelectorAll(".nnc-nav button")].map(box).some((name) => ends.some((end) =>
    name.right > end.left && end.right > name.left && name.bottom > end.top && end.bottom > name.top));
}"""


def cut_off(page: Page) -> list[str]:
    """Return what is cut off also after a moment, in which charts are drawn for another size."""
    try:
        page.wait_for_function(f"() => !({_CUT_OFF})().length", timeout=20_000)
    except TimeoutError:
        found: list[str] = page.evaluate(_CUT_OFF)
        return found
    return []


@pytest.fixture
def finished(ready: DashboardPage) -> DashboardPage:
    """A page with everything that there is to see after a comparison from two seeds."""
    ready.have_trained(**SHORT)
    return ready


def test_nothing_is_cut_off_on_a_narrow_page(finished: DashboardPage) -> None:
    page = finished.page
    for width, height in ((320, 256), (320, 640), (375, 667)):
        page.set_viewport_size({"width": width, "height": height})
        for step in STEPS:
            finished.go(step)
            if step == "Predictions":
                expect(page.locator(".nnc-verdict")).to_be_visible(timeout=SECONDS)
                expect(finished.cards.first).to_contain_text("%", timeout=SECONDS)
            page.evaluate(_OPEN_ALL)
            if step == "Models":
                finished.open_more()
            assert cut_off(page) == [], (width, step)
        expect(finished.chip).to_be_visible()


def test_the_header_has_room_at_every_width(finished: DashboardPage) -> None:
    for width in range(320, 1_300, 49):
        finished.page.set_viewport_size({"width": width, "height": 640})
        assert not finished.page.evaluate(_COLLIDES), width


def test_the_images_of_a_cell_come_into_view_on_a_phone(finished: DashboardPage) -> None:
    page = finished.page
    page.set_viewport_size({"width": 375, "height": 667})
    finished.go("Predictions")
    cell = page.locator(".nnc-matrix .nnc-diagonal:not(.nnc-zero)").first
    cell.click(timeout=SECONDS)
    expect(page.locator(".nnc-summary")).to_contain_text(", predicted ")
    expect(page.locator(".nnc-found")).to_be_in_viewport()
    expect(finished.cards.first).to_be_in_viewport()
    expect(cell).to_have_attribute("aria-pressed", "true")
