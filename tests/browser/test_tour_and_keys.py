"""The tour and the keys on a web page."""

from collections.abc import Iterator

import pytest
from dashboard_page import DashboardPage
from hosts import Host
from playwright.sync_api import Browser, Page, expect
from tabs import assert_quiet

from nncompare.ui.panels.tour import STOPS

pytestmark = pytest.mark.browser
SIZES = ((1280, 720), (800, 640), (375, 667))


@pytest.fixture
def newcomer(browser: Browser, voila_host: Host) -> Iterator[DashboardPage]:
    """Somebody who has never been here."""
    with browser.new_context(viewport={"width": 1280, "height": 720}) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        dashboard = DashboardPage(page, voila_host, is_first_visit=True)
        yield dashboard
        page.goto("about:blank")
        assert_quiet(dashboard)


def expect_step(page: Page, step: str) -> None:
    """Expect a step to be shown."""
    expect(page.locator(".nnc-nav [aria-current]")).to_have_text(step)


def test_the_first_visit_begins_with_a_tour_and_no_later_one_does(newcomer: DashboardPage) -> None:
    page = newcomer.open().page
    callout = page.locator(".nnc-tour")
    expect(callout).to_be_visible()
    expect(callout).to_be_focused()
    for number, stop in enumerate(STOPS, start=1):
        expect(callout).to_contain_text(f"{number} of {len(STOPS)}")
        expect(page.get_by_role("dialog", name=stop.title)).to_be_visible()
        expect_step(page, stop.step)
        marked = page.locator(".nnc-toured")
        if stop.beside[0] != ".nnc-verdict":  # which comes with the first result
            marked = marked.and_(page.locator(stop.beside[0]))
        expect(marked).to_be_visible()
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            page.wait_for_function(f"""() => {{
              const {{ left, top, right, bottom }} = document.querySelector(".nnc-tour").getBoundingClientRect();
              return left >= 0 && top >= 0 && right <= {width} && bottom <= {height};
            }}""")
        callout.get_by_role("button", name="Next" if number < len(STOPS) else "Done").press("Enter")
    expect(callout).to_be_hidden()
    expect(page.locator(".nnc-toured")).to_have_count(0)
    expect(page.get_by_role("button", name="Help")).to_be_focused()
    page.goto(newcomer.host.address)
    newcomer.expect_ready()
    expect(page.locator(".nnc-availability").first).to_be_visible()
    expect(callout).to_be_hidden()


def test_where_nothing_can_be_remembered_the_tour_comes_once_a_page(newcomer: DashboardPage) -> None:
    """As in a frame of another site, where a browser may refuse to store anything."""
    refuse = "Object.defineProperty(window, 'localStorage', { get() { throw new Error('refused'); } })"
    newcomer.page.add_init_script(refuse)
    page = newcomer.open().page
    callout = page.locator(".nnc-tour")
    expect(callout).to_be_focused()
    page.keyboard.press("Escape")
    expect(callout).to_be_hidden()
    assert page.evaluate("window.nncTourSeen"), "a dashboard that is shown again on this page begins without it"


def test_the_tour_ends_with_escape_and_where_the_user_goes_elsewhere(ready: DashboardPage) -> None:
    page, callout = ready.page, ready.page.locator(".nnc-tour")
    for leave in (lambda: page.keyboard.press("Escape"), lambda: ready.go("History")):
        ready.go("Models")
        page.get_by_role("button", name="Help").click()
        page.get_by_role("button", name="Take the tour").click()
        expect_step(page, "Data")
        expect(callout).to_be_focused()
        leave()
        expect(callout).to_be_hidden()


def test_keys_are_obeyed_but_not_while_somebody_types(ready: DashboardPage) -> None:
    page = ready.page
    ready.go("Data")
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("2")
    expect_step(page, "Models")
    channels = ready.field("A", "Channels")
    channels.fill("1")
    page.keyboard.type("3")
    expect(channels).to_have_value("13")
    ready.field("A", "Optimiser").focus()
    page.keyboard.press("5")
    expect_step(page, "Models")
    page.get_by_role("button", name="Models", exact=True).focus()
    page.keyboard.press("Control+3")
    page.keyboard.press("?")
    keys = page.get_by_role("dialog", name="Help")
    expect(keys).to_contain_text("Stop both models")
    page.keyboard.press("3")
    expect_step(page, "Models")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()
    page.keyboard.press("p")
    expect(page.locator(".nnc.nnc-presenting")).to_be_visible()
    page.keyboard.press("p")
    expect(page.locator(".nnc.nnc-presenting")).to_have_count(0)
    page.keyboard.press("3")
    expect_step(page, "Training")
