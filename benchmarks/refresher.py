"""What the page costs while it trains: processor time and bytes of one minute, and memory over many epochs.

    python benchmarks/refresher.py     (needs Chromium and MNIST)

The kernel of a real web page is watched from outside: its processor time, its resident memory, and the bytes that its
websocket brings to the browser. Exits with 1 when a promise is missed.
"""

import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page, WebSocket, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "browser"))

from dashboard_page import DashboardPage
from hosts import Host, voila

MOST_SECONDS_OF_60 = 3.0
WATCHED_SECONDS = 60.0
EPOCHS, EARLY_EPOCHS = 200, 20
MOST_GROWTH_MIB = 5.0
_RACE = "?dataset=mnist&a.channels=16&b.channels=16&a.epochs=100&b.epochs=100"
_LONG = "?dataset=mnist&train_images=1000&a.channels=2&b.channels=2&a.epochs=100&b.epochs=100"


def main() -> None:
    """Measure, and print a line for each promise."""
    with tempfile.TemporaryDirectory(prefix="nncompare-") as folder, sync_playwright() as playwright:
        data = {name: os.environ[name] for name in ("NNCOMPARE_DATA_DIR",) if name in os.environ}
        flags = {"executable_path": shutil.which("chromium"), "args": ["--no-sandbox", "--disable-gpu"]}
        with playwright.chromium.launch(**flags) as browser:  # type: ignore[arg-type]
            with voila(Path(folder) / "race", Path(folder) / "cache", data) as host:
                seconds, sent = _one_minute(DashboardPage(browser.new_page(), host))
            with voila(Path(folder) / "long", Path(folder) / "cache", data) as host:
                early, late = _many_epochs(DashboardPage(browser.new_page(), host))
    print(f"processor time of the kernel: {seconds:.2f} s of {WATCHED_SECONDS:.0f} s (at most {MOST_SECONDS_OF_60:g})")
    print(f"sent to the page: {sent / 2**20:.1f} MiB a minute")
    print(f"kernel after {EARLY_EPOCHS} epochs {early:.1f} MiB, after {EPOCHS} {late:.1f} MiB: {late - early:+.1f} MiB")
    sys.exit(seconds > MOST_SECONDS_OF_60 or late - early > MOST_GROWTH_MIB)


def _one_minute(dashboard: DashboardPage) -> tuple[float, int]:
    received = _listen(dashboard.page)
    dashboard.open(_RACE)
    dashboard.train()
    dashboard.watch_curves_grow()
    kernel = _kernel(dashboard.host)
    before, bytes_before = _cpu_seconds(kernel), sum(received)
    dashboard.page.wait_for_timeout(1000 * WATCHED_SECONDS)
    used, sent = _cpu_seconds(kernel) - before, sum(received) - bytes_before
    dashboard.stop_button.click()
    dashboard.wait_for("A", "stopped")
    return used, sent


def _many_epochs(dashboard: DashboardPage) -> tuple[float, float]:
    """Train 100 epochs, and 100 more, on 1,000 images; give the kernel's memory after 20 and after 200."""
    dashboard.open(_LONG)
    dashboard.train()
    kernel = _kernel(dashboard.host)
    _until_epoch(dashboard, EARLY_EPOCHS)
    early = kernel.memory_info().rss
    _until_over(dashboard)
    for _ in range((EPOCHS - 100) // 20):
        dashboard.page.get_by_label("epochs", exact=True).select_option(label="+20")
        dashboard.page.get_by_role("button", name="Train on", exact=True).click()
        dashboard.wait_for("A", "running")
        _until_over(dashboard)
    return early / 2**20, kernel.memory_info().rss / 2**20


def _until_over(dashboard: DashboardPage) -> None:
    while {look.state for look in dashboard.look().values()} != {"finished"}:
        time.sleep(0.2)


def _until_epoch(dashboard: DashboardPage, epoch: int) -> None:
    while not any(int(look.epoch.split()[1]) > epoch for look in dashboard.look().values() if "of" in look.epoch):
        time.sleep(0.2)


def _listen(page: Page) -> list[int]:
    sizes: list[int] = []

    def on_socket(socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: sizes.append(len(payload)))

    page.on("websocket", on_socket)
    return sizes


def _kernel(host: Host) -> psutil.Process:
    (kernel,) = [process for process in host.processes() if any("ipykernel" in word for word in process.cmdline())]
    return kernel


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


if __name__ == "__main__":
    main()
