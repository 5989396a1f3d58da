"""A machine without images and without a network."""

import socket
from collections.abc import Iterator

import pytest
from dashboard_page import DashboardPage
from hosts import LOOPBACK, Host, voila
from playwright.sync_api import Browser, expect
from tabs import tab

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def cut_off(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Host]:
    """The dashboard where the way to the network leads to a port at which nobody answers."""
    folder = tmp_path_factory.mktemp("cut_off")
    (folder / "data").mkdir()
    with socket.socket() as taken:
        taken.bind((LOOPBACK, 0))
        proxy = f"http://{LOOPBACK}:{taken.getsockname()[1]}"
        names = ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy")
        variables = {
            **dict.fromkeys(names, proxy),
            **dict.fromkeys(("NO_PROXY", "no_proxy"), LOOPBACK),
            "NNCOMPARE_DATA_DIR": str(folder / "data"),
        }
        with voila(folder, folder / "cache", variables) as host:
            yield host


@pytest.fixture
def alone(browser: Browser, cut_off: Host) -> Iterator[DashboardPage]:
    with tab(browser, cut_off) as dashboard:
        yield dashboard


def test_the_stand_in_is_one_click_away(alone: DashboardPage, cut_off: Host) -> None:
    page = alone.open().page
    expect(alone.dataset("mnist")).to_contain_text("Will be downloaded, 12 MB.")
    expect(alone.dataset("fashion-mnist")).to_contain_text("Will be downloaded, 31 MB.")
    alone.go("Training")
    expect(alone.train_button).to_be_disabled()
    expect(page.locator(".nnc-reason").get_by_role("alert")).to_contain_text("MNIST is not here yet.")

    alone.go("Data")
    page.get_by_role("button", name="Download MNIST", exact=True).click()
    sentence = page.locator(".nnc-status").get_by_role("alert")
    expect(sentence).to_contain_text("MNIST could not be downloaded: no answer from", timeout=60_000)
    expect(page.get_by_role("button", name="Download MNIST", exact=True)).to_be_enabled()
    assert list((cut_off.folder / "data").rglob("*ubyte*")) == []

    page.get_by_role("button", name="Use Synthetic digits instead", exact=True).click()
    alone.wait_for_dataset("synthetic-digits")
    alone.go("Training")
    expect(alone.train_button).to_be_enabled()


def test_a_link_to_a_set_that_is_not_made_yet_leads_on(alone: DashboardPage) -> None:
    alone.open("?dataset=synthetic-fashion")
    make = alone.page.locator(".nnc-action").get_by_role("button", name="Make")
    expect(alone.dataset("synthetic-fashion")).to_have_attribute("aria-checked", "true")
    expect(alone.dataset("synthetic-fashion").get_by_text("Ready.").or_(make)).to_be_visible(timeout=15_000)
