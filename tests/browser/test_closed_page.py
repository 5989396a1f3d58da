"""What happens to a run whose page is closed, and when the server is killed; on a server that is impatient."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dashboard_page import MODELS, DashboardPage, assert_predicted
from hosts import Host, voila
from interrupted import LONG, resume_what_is_offered, train_an_epoch
from kernel_talk import connected, value_of
from playwright.sync_api import Browser, expect
from tabs import tab
from waiting import wait_until

pytestmark = pytest.mark.browser

IMPATIENT = ("--grace", "0", "--page-timeout", "10")
SHORT = {"train_images": 3_000, "a": {"channels": 4, "epochs": 4}, "b": {"channels": 4, "epochs": 4}}
MNIST = (
    "?dataset=mnist&train_images=4000&a.channels=4&a.epochs=1&a.batch_size=32"
    "&b.channels=4&b.epochs=1&b.batch_size=32&b.learning_rate=0.01"
)
ENDLESS: dict[str, object] = {"a": {"channels": 4, "epochs": 100}, "b": {"channels": 4, "epochs": 100}}


@pytest.fixture(scope="module")
def host(
    chromium: str, user_cache: Path, synthetic_digits: Path, real_data_or_none: Path | None, voila_folder: Path
) -> Iterator[Host]:
    """A server of its own, which the last test kills."""
    data = {"NNCOMPARE_DATA_DIR": str(real_data_or_none)} if real_data_or_none else {}
    with voila(voila_folder, user_cache, data, *IMPATIENT) as host:
        yield host


def test_what_a_page_trains_ends_with_it_unless_it_is_to_go_on(
    browser: Browser, own_browser: tuple[Browser, psutil.Process], host: Host
) -> None:
    own, process = own_browser
    with browser.new_context() as context:
        killed, last = (DashboardPage(one.new_page(), host).open() for one in (own, context))
        train(killed, ENDLESS)
        killed.watch_curves_grow()
        train(last, SHORT)
        last.open_details()
        last.page.get_by_label("Keep training if I close this page").check()
        expect_to_wait(last)
        process.kill()  # which then tells nobody
        last.watch_curves_grow()
        kernel = last.kernel
        close(last)
    with connected(host.connection_files()[kernel]) as client:
        wait_until(
            lambda: value_of(client, "str(getattr(dashboard.result, 'state', ''))") == "finished",
            "the end of the comparison",
        )


@pytest.mark.real_data
def test_real_mnist_is_learned(browser: Browser, real_data: Path, host: Host) -> None:
    with tab(browser, host) as dashboard:
        dashboard.open(MNIST)
        dashboard.wait_for_dataset("mnist")
        dashboard.train()
        dashboard.wait_for_end()
        accuracy = dashboard.lane("B").locator(".nnc-accuracy b").inner_text()
        assert float(accuracy.partition("%")[0]) > 85
        dashboard.go("Predictions")
        cards = dashboard.wait_for_cards(lambda cards: len(cards) == 12, "twelve predicted digits")
        assert_predicted(cards, "0123456789")
        expect(dashboard.page.locator(".nnc-summary")).not_to_contain_text("made by this program")


def test_after_a_killed_server_the_next_one_offers_the_run(browser: Browser, host: Host, voila_host: Host) -> None:
    with browser.new_context() as context:
        first = DashboardPage(context.new_page(), host).open()
        first.use(**LONG)
        train_an_epoch(first)
        host.server.kill()
        wait_until(lambda: not host.processes(), "the end of everything that it started")
        expect(first.page.locator("#nnc-connection")).to_contain_text("The connection is lost.", timeout=60_000)
    with tab(browser, voila_host) as dashboard:
        dashboard.open()
        resume_what_is_offered(dashboard)


def train(dashboard: DashboardPage, settings: dict[str, object]) -> None:
    dashboard.use(**settings)
    dashboard.train()


def expect_to_wait(dashboard: DashboardPage) -> None:
    for place in (*map(dashboard.log, MODELS), dashboard.chip):
        expect(place).to_contain_text("Waiting: next in line")


def close(dashboard: DashboardPage) -> None:
    with dashboard.page.expect_event("close"):
        dashboard.page.close(run_before_unload=True)
