"""A browser, the two hosts, and the dashboard in a tab."""

import os
import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from dashboard_page import DashboardPage
from hosts import LOOPBACK, Host, jupyterlab, voila
from playwright.sync_api import Browser, Playwright, expect, sync_playwright
from tabs import WINDOW, assert_quiet, tab

CHROMIUM = "chromium"
CHROMIUM_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
]
_FOLD_ALL = "() => { for (const found of document.querySelectorAll('details')) found.open = false; }"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Find the browser."""
    found = shutil.which(CHROMIUM)
    if found is None and os.environ.get("NNCOMPARE_REQUIRE_BROWSER") == "1":
        pytest.fail("Chromium is not installed, but NNCOMPARE_REQUIRE_BROWSER=1 asks for it.")
    if found is None:
        pytest.skip("Chromium is not installed: browser tests are skipped.")
    return found


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as driver:
        expect.set_options(timeout=60_000)  # only a test that fails waits for so long
        yield driver


@pytest.fixture(scope="session")
def browser(chromium: str, playwright: Playwright) -> Iterator[Browser]:
    """A browser for all tests; each tab has a context of its own in it."""
    with playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS) as browser:
        yield browser


@pytest.fixture(scope="session")
def no_network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Variables for a program without images, whose way to the network leads to a port at which nobody answers."""
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        proxy = f"http://{LOOPBACK}:{taken.getsockname()[1]}"
        yield {
            **dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), proxy),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), LOOPBACK),
            "NNCOMPARE_DATA_DIR": str(tmp_path_factory.mktemp("no_images")),
        }


@pytest.fixture(scope="session")
def voila_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of both servers of pages: what one has saved, the other one offers."""
    return tmp_path_factory.mktemp("voila")


@pytest.fixture(scope="session")
def voila_host(
    chromium: str, user_cache: Path, synthetic_digits: Path, no_network: dict[str, str], voila_folder: Path
) -> Iterator[Host]:
    """One server for all tests that treat it well."""
    with voila(voila_folder, user_cache, no_network) as host:
        yield host


@pytest.fixture(scope="session")
def lab_host(
    chromium: str,
    user_cache: Path,
    synthetic_digits: Path,
    no_network: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Host]:
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab"), user_cache, no_network) as host:
        yield host


@pytest.fixture
def on_voila(browser: Browser, voila_host: Host) -> Iterator[DashboardPage]:
    """The dashboard as a web page, not yet opened."""
    with tab(browser, voila_host) as dashboard:
        yield dashboard


@pytest.fixture
def on_lab(browser: Browser, lab_host: Host) -> Iterator[DashboardPage]:
    """The dashboard in a notebook, not yet opened; its kernel is ended with the test."""
    with tab(browser, lab_host) as dashboard:
        yield dashboard
    lab_host.end_kernels()


@pytest.fixture(scope="session")
def open_shared(browser: Browser, voila_host: Host) -> Iterator[Callable[[], DashboardPage]]:
    """The tab that many tests share; another one where the last test has spoiled it."""
    with ExitStack() as tabs:
        opened: list[DashboardPage] = []

        def open_one() -> DashboardPage:
            if not opened or opened[-1].page.is_closed():
                opened.append(tabs.enter_context(tab(browser, voila_host)))
                opened[-1].open("?train_images=1000&a.channels=1&b.channels=2").choose("synthetic-digits")
            return opened[-1]

        yield open_one


@pytest.fixture
def ready(open_shared: Callable[[], DashboardPage]) -> Iterator[DashboardPage]:
    """A dashboard on which nothing trains, in a window of the usual size; each test says with `use` what it needs."""
    dashboard = open_shared()
    dashboard.page.set_viewport_size(WINDOW)
    dashboard.page.evaluate(_FOLD_ALL)
    yield dashboard
    try:
        dashboard.rest()
        assert_quiet(dashboard)
    except BaseException:
        dashboard.page.close()
        raise


@pytest.fixture
def own_browser(chromium: str, playwright: Playwright) -> Iterator[tuple[Browser, psutil.Process]]:
    """A browser that a test may kill, and its process."""
    me = psutil.Process()
    before = set(me.children(recursive=True))
    browser = playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS)
    started = [process for process in me.children(recursive=True) if process not in before]
    yield browser, _eldest(started)
    if browser.is_connected():
        browser.close()


def _eldest(processes: list[psutil.Process]) -> psutil.Process:
    known = {process.pid for process in processes}
    return next(process for process in processes if process.ppid() not in known)
