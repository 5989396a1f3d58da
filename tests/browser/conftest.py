"""A browser, the two hosts, and the dashboard in a fresh tab."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dashboard_page import DashboardPage
from hosts import Host, jupyterlab, voila
from playwright.sync_api import Browser, Playwright, sync_playwright
from tabs import tab

CHROMIUM = "chromium"
CHROMIUM_OPTIONS = [
    *("--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"),
    *("--disable-sync", "--no-first-run"),
]


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
        yield driver


@pytest.fixture(scope="session")
def browser(chromium: str, playwright: Playwright) -> Iterator[Browser]:
    """A browser for all tests; each test has a context of its own in it."""
    with playwright.chromium.launch(executable_path=chromium, args=CHROMIUM_OPTIONS) as browser:
        yield browser


@pytest.fixture(scope="session")
def voila_host(chromium: str, user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with voila(tmp_path_factory.mktemp("voila"), user_cache) as host:
        yield host


@pytest.fixture(scope="session")
def lab_host(chromium: str, user_cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    with jupyterlab(tmp_path_factory.mktemp("jupyterlab"), user_cache) as host:
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


@pytest.fixture(scope="module")
def ready(browser: Browser, voila_host: Host) -> Iterator[DashboardPage]:
    """A dashboard on which Train is possible; the tests of a module share it, and leave it so."""
    with tab(browser, voila_host) as dashboard:
        dashboard.open("?dataset=synthetic-digits&a.channels=4&b.optimizer=sgd&train_images=1000")
        dashboard.choose("synthetic-digits")
        yield dashboard


@pytest.fixture(params=["voila", "jupyterlab"])
def dashboard(request: pytest.FixtureRequest) -> DashboardPage:
    """The dashboard in each of its hosts, not yet opened."""
    found: DashboardPage = request.getfixturevalue("on_voila" if request.param == "voila" else "on_lab")
    return found


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
