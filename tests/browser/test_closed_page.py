"""What happens to a run whose page is closed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty

import psutil
import pytest
from dashboard_page import MODELS, DashboardPage
from hosts import Host
from jupyter_client import BlockingKernelClient
from playwright.sync_api import Browser
from waiting import wait_until

pytestmark = pytest.mark.browser

LONG = "?dataset=synthetic-digits&a.epochs=100&b.epochs=100"
GONE_SECONDS = 30.0


def test_workers_end_with_their_page(
    on_voila: DashboardPage, own_browser: tuple[Browser, psutil.Process], voila_host: Host
) -> None:
    browser, process = own_browser
    closed = _train_for_long(on_voila, voila_host)
    killed = _train_for_long(DashboardPage(browser.new_page(), voila_host), voila_host)
    with on_voila.page.expect_event("close"):
        on_voila.page.close(run_before_unload=True)
    process.kill()  # which then tells nobody
    began = time.monotonic()
    _, alive = psutil.wait_procs([*closed, *killed], timeout=GONE_SECONDS)
    assert not alive, f"{len(alive)} workers were still there after {time.monotonic() - began:.0f} s."


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
    with _connected(lab_host, kernel["id"]) as client:
        wait_until(lambda: _say(client, "str(dashboard.result)") != "'None'", 60, "the end of the comparison")
        assert _say(client, "str(dashboard.result.state)") == "'finished'"
    assert len(workers) == len(MODELS)
    assert all(worker.is_running() for worker in workers)


def _train_for_long(dashboard: DashboardPage, host: Host) -> set[psutil.Process]:
    before = host.workers()
    dashboard.open(LONG)
    dashboard.choose("synthetic-digits")
    dashboard.train()
    dashboard.watch_curves_grow()
    workers = host.workers() - before
    assert len(workers) == len(MODELS)
    return workers


@contextmanager
def _connected(host: Host, kernel: str) -> Iterator[BlockingKernelClient]:
    """Talk to a kernel as a second notebook would."""
    file = host.folder / "jupyter_runtime_dir" / f"kernel-{kernel}.json"
    client = BlockingKernelClient(connection_file=str(file))
    client.load_connection_file()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=20)
        yield client
    finally:
        client.stop_channels()


def _say(client: BlockingKernelClient, expression: str) -> str:
    try:
        answer = client.execute("", user_expressions={"said": expression}, reply=True, timeout=10)
    except (Empty, TimeoutError):
        return ""
    said: str = answer["content"]["user_expressions"]["said"]["data"]["text/plain"]
    return said
