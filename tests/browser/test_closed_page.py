"""What happens to a run whose page is closed."""

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from dashboard_page import MODELS, DashboardPage
from hosts import Host, voila
from kernel_talk import connected, value_of
from playwright.sync_api import Browser, expect
from tabs import tab
from waiting import wait_until

pytestmark = pytest.mark.browser

LONG = "?dataset=synthetic-digits&a.epochs=100&b.epochs=100"
SHORT = "?dataset=synthetic-digits&train_images=1000&a.channels=1&b.channels=2&a.epochs=1&b.epochs=1"
GRACE = {"NNCOMPARE_GRACE_SECONDS": "1"}


@pytest.fixture
def impatient_host(chromium: str, user_cache: Path, tmp_path: Path) -> Iterator[Host]:
    """A server that gives a closed page no time but what it takes to be sure."""
    with voila(tmp_path / "voila", user_cache, GRACE) as host:
        yield host


@pytest.mark.parametrize("end", ["closed", "killed"])
def test_what_a_page_trains_ends_with_it_and_the_next_one_has_its_turn(
    own_browser: tuple[Browser, psutil.Process], browser: Browser, impatient_host: Host, end: str
) -> None:
    own, process = own_browser
    first = DashboardPage(own.new_page(), impatient_host)
    _train_for_long(first)
    with tab(browser, impatient_host) as second:
        second.open(SHORT)
        second.choose("synthetic-digits")
        second.train()
        expect(second.lane("A")).to_contain_text("Waiting: next in line")
        expect(second.chip).to_contain_text("Waiting: next in line")
        if end == "closed":
            with first.page.expect_event("close"):
                first.page.close(run_before_unload=True)
        else:
            process.kill()  # which then tells nobody
        second.watch_curves_grow()
        second.wait_for_end()


def test_what_was_asked_to_go_on_is_finished_without_its_page(
    own_browser: tuple[Browser, psutil.Process], impatient_host: Host
) -> None:
    own, _ = own_browser
    first = DashboardPage(own.new_page(), impatient_host)
    first.open(SHORT.replace("1000", "20000").replace("epochs=1", "epochs=4"))
    first.choose("synthetic-digits")
    first.go("Training")
    first.page.get_by_label("Go on when this page is closed").check()
    first.train()
    first.watch_curves_grow()
    (file,) = _connection_files(impatient_host)
    with first.page.expect_event("close"):
        first.page.close(run_before_unload=True)
    with connected(file) as client:
        wait_until(
            lambda: value_of(client, "str(getattr(dashboard.result, 'state', ''))") == "finished",
            120,
            "the end of the comparison",
        )


def test_a_notebook_trains_on_without_its_page(on_lab: DashboardPage, lab_host: Host) -> None:
    on_lab.open()
    on_lab.choose("synthetic-digits")
    on_lab.train_images.fill("20,000")
    on_lab.go("Models")
    for model in MODELS:
        on_lab.fill(model, channels="16", epochs="1")
    on_lab.wait_for_settings(train_images=20_000, a={"epochs": 1}, b={"channels": 16, "epochs": 1})
    on_lab.train()
    on_lab.watch_curves_grow()
    workers = lab_host.workers()
    on_lab.page.close()

    (kernel,) = lab_host.ask("api/kernels")
    with connected(lab_host.folder / "jupyter_runtime_dir" / f"kernel-{kernel['id']}.json") as client:
        wait_until(lambda: value_of(client, "dashboard.result is not None"), 60, "the end of the comparison")
        assert value_of(client, "str(dashboard.result.state)") == "finished"
    assert len(workers) == len(MODELS)
    assert all(worker.is_running() for worker in workers)


def _train_for_long(dashboard: DashboardPage) -> None:
    dashboard.open(LONG)
    dashboard.choose("synthetic-digits")
    dashboard.train()
    dashboard.watch_curves_grow()


def _connection_files(host: Host) -> list[Path]:
    """List the files that the kernels of a server were started with."""
    return list(host.connection_files().values())
