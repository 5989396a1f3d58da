"""A page that is loaded anew, and a server that was killed: what was interrupted is offered, and goes on."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from dashboard_page import DashboardPage
from hosts import Host, voila
from playwright.sync_api import Browser, expect
from tabs import tab
from waiting import wait_until

pytestmark = pytest.mark.browser

LONG = "?dataset=synthetic-digits&train_images=5000&a.channels=2&b.channels=3&a.epochs=60&b.epochs=60"
SECONDS = 60_000


@pytest.fixture
def own_host(chromium: str, user_cache: Path, tmp_path: Path) -> Iterator[Host]:
    """A server with a store of its own, and the long patience for closed pages that it has by itself."""
    with voila(tmp_path / "voila", user_cache) as host:
        yield host


def train_an_epoch(dashboard: DashboardPage) -> None:
    dashboard.choose("synthetic-digits")
    dashboard.train()
    for model in ("A", "B"):
        expect(dashboard.lane(model)).to_contain_text(re.compile(r"epoch \d+ done"), timeout=SECONDS)


def go_on(dashboard: DashboardPage) -> None:
    """Open what is offered, and let it go on."""
    offer = dashboard.page.locator(".nnc-interrupted", has_text="An interrupted comparison")
    expect(offer).to_contain_text(re.compile(r"Epochs done: A [1-9]\d* of 60, B [1-9]\d* of 60"), timeout=SECONDS)
    offer.get_by_role("button", name="Open").click()
    for model in ("A", "B"):
        dashboard.wait_for(model, "paused")
        expect(dashboard.lane(model)).to_contain_text("This run was interrupted after epoch")
    before = dashboard.look()
    assert all(before[model].points for model in ("A", "B")), "the curves as they were"
    dashboard.page.get_by_role("button", name="Resume", exact=True).click()
    dashboard.watch_curves_grow(before)
    dashboard.stop_button.click()
    for model in ("A", "B"):
        dashboard.wait_for(model, "stopped")


def test_a_page_that_is_loaded_anew_is_offered_its_run_at_once(browser: Browser, own_host: Host) -> None:
    with tab(browser, own_host) as dashboard:
        dashboard.open(LONG)
        (before,) = own_host.kernels()
        train_an_epoch(dashboard)
        dashboard.page.reload()
        wait_until(lambda: before not in own_host.kernels(), 30, "the end of the kernel of the page before")
        go_on(dashboard)


def test_after_a_killed_server_the_next_one_offers_the_run(
    browser: Browser, chromium: str, user_cache: Path, tmp_path: Path
) -> None:
    with voila(tmp_path / "voila", user_cache) as host, browser.new_context() as context:
        first = DashboardPage(context.new_page(), host)
        first.open(LONG)
        train_an_epoch(first)
        host.server.kill()
        wait_until(lambda: not host.processes(), 60, "the end of everything that it started")
    with voila(tmp_path / "voila", user_cache) as host, tab(browser, host) as dashboard:
        dashboard.open()
        go_on(dashboard)
