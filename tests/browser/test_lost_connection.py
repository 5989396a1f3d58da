"""What a page says, by itself, where its connection is lost, its kernel has ended, or neither has ever come."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from dashboard_page import MODELS, DashboardPage
from hosts import Host, voila
from middleman import between
from playwright.sync_api import Browser, Locator, WebSocketRoute, expect
from processes import until

pytestmark = pytest.mark.browser

SHORT = {"train_images": 1_000, "a": {"channels": 2, "epochs": 1}, "b": {"channels": 3, "epochs": 1}}
SECONDS = 60_000


@contextmanager
def own_page(browser: Browser, host: Host) -> Iterator[DashboardPage]:
    """A page of whose errors the browser may complain."""
    with browser.new_context() as context:
        yield DashboardPage(context.new_page(), host)


def words_of(dashboard: DashboardPage) -> Locator:
    return dashboard.page.locator("#nnc-connection")


def test_a_page_says_that_its_connection_is_lost_and_carries_on_when_it_is_back(
    browser: Browser, voila_host: Host
) -> None:
    with between(voila_host) as (line, host), own_page(browser, host) as dashboard:
        dashboard.open("?train_images=1000").choose("synthetic-digits")
        dashboard.go("Predictions")
        how_many = dashboard.page.get_by_label("How many", exact=True)
        how_many.fill("7")
        expect(dashboard.cards).to_have_count(7)
        how_many.focus()
        kernel = dashboard.kernel
        for _ in range(2):
            line.cut()
            expect(words_of(dashboard)).to_contain_text("The connection is lost. Trying again.", timeout=SECONDS)
            assert dashboard.page.locator("[inert] .nnc-nav").count() == 1, "nothing can be pressed in vain"
            line.mend()
            expect(words_of(dashboard)).to_be_empty(timeout=SECONDS)
            expect(how_many).to_be_focused()
            expect(how_many).to_have_value("7")
            expect(dashboard.cards).to_have_count(7)
            how_many.fill("5")
            expect(dashboard.cards).to_have_count(5)
            how_many.fill("7")
            expect(dashboard.cards).to_have_count(7)
        assert dashboard.kernel == kernel


def test_a_killed_kernel_is_told_and_the_link_brings_its_comparison_back(browser: Browser, voila_host: Host) -> None:
    with own_page(browser, voila_host) as dashboard:
        dashboard.open("?lesson=width").use(**SHORT)
        dashboard.page.get_by_label("Your guess", exact=True).fill("2.5")
        dashboard.train()
        dashboard.wait_for_end()
        epoch = dashboard.lane("A").inner_text()
        voila_host.kernels()[dashboard.kernel].kill()
        expect(words_of(dashboard)).to_contain_text("The server has ended this page.", timeout=SECONDS)
        assert dashboard.page.locator(".jupyter-widgets-disconnected").count() == 0, "the page stays as it was"
        assert dashboard.lane("A").inner_text() == epoch
        words_of(dashboard).get_by_role("button", name="Reload").click()
        for model in MODELS:
            dashboard.wait_for(model, "finished")
        expect(dashboard.train_button).to_be_visible(timeout=SECONDS)
        expect(words_of(dashboard)).to_be_empty()
        expect(dashboard.page.locator(".nnc-lesson-end")).to_contain_text(
            "You said 2.5 points. It was ", timeout=SECONDS
        )
        expect(dashboard.page.locator(".nnc-asked")).to_have_count(0)
        expect(dashboard.page).to_have_url(re.compile("^((?!run=).)*#training$"))


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"passes_websockets": False}, "lets no WebSocket through"),
        ({"called": "localhost:1"}, "changes the name that this browser asks for"),
    ],
)
def test_a_page_that_gets_no_connection_says_what_is_in_its_way(
    browser: Browser, voila_host: Host, options: dict[str, Any], words: str
) -> None:
    with between(voila_host, **options) as (_, host), own_page(browser, host) as dashboard:
        dashboard.sign_in()
        dashboard.page.goto(host.address)
        expect(words_of(dashboard)).to_contain_text(words, timeout=SECONDS)
        expect(dashboard.page.get_by_text("Opening nncompare")).to_be_hidden()


def test_a_page_that_stays_empty_though_it_is_connected_says_so(browser: Browser, voila_host: Host) -> None:
    with own_page(browser, voila_host) as dashboard:
        dashboard.sign_in()
        dashboard.page.clock.install()
        silent: list[WebSocketRoute] = []
        dashboard.page.route_web_socket("**/channels*", lambda route: silent.append(route))
        dashboard.page.goto(voila_host.address)
        until(lambda: bool(dashboard.page.evaluate("true") and silent), "the page is connected")
        dashboard.page.clock.run_for(2_000)
        expect(words_of(dashboard)).to_be_empty()
        dashboard.page.clock.fast_forward(40_000)
        expect(words_of(dashboard)).to_contain_text("This page has not loaded completely.", timeout=SECONDS)
        dashboard.page.evaluate("dispatchEvent(new Event('nnc-heard'))")
        expect(words_of(dashboard)).to_be_empty()


def test_a_page_whose_kernel_cannot_start_says_so(
    browser: Browser, user_cache: Path, tmp_path: Path, no_network: dict[str, str]
) -> None:
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.py").write_text("import os\nos._exit(3)\n")
    broken = {**no_network, "IPYTHONDIR": str(tmp_path / "ipython")}
    with voila(tmp_path / "voila", user_cache, broken) as host, own_page(browser, host) as dashboard:
        dashboard.sign_in()
        dashboard.page.goto(host.address)
        expect(words_of(dashboard)).to_contain_text("The server could not start this page.", timeout=SECONDS)
        expect(dashboard.page.get_by_text("Opening nncompare")).to_be_hidden()
        expect(words_of(dashboard).get_by_role("link", name="Try again")).to_be_visible()
