"""What the page costs while it trains: processor time and bytes of one minute, and memory over many epochs.

    python benchmarks/refresher.py     (needs Chromium and MNIST; --smoke: a moment on synthetic images)

The kernel of a real web page is watched from outside: its processor time, its resident memory, and the bytes that its
websocket brings to the browser. Exits with 1 when a promise is missed.
"""

import sys
import time

from pages import DashboardPage, browser, cpu_seconds, dashboard, kernels_of
from playwright.sync_api import Page, WebSocket

IS_SMOKE = "--smoke" in sys.argv
DATASET = "synthetic-digits" if IS_SMOKE else "mnist"
MOST_SECONDS_OF_60 = 3.0
WATCHED_SECONDS = 0.5 if IS_SMOKE else 60.0
FIRST_EPOCHS, EARLY_EPOCHS, TIMES_ON, EPOCHS_ON = (3, 1, 1, 1) if IS_SMOKE else (100, 20, 5, 20)
EPOCHS = FIRST_EPOCHS + TIMES_ON * EPOCHS_ON
MOST_GROWTH_MIB = 5.0
_RACE = f"?dataset={DATASET}&a.channels=16&b.channels=16&a.epochs=100&b.epochs=100"
_LONG = (
    f"?dataset={DATASET}&train_images=1000&a.channels=2&b.channels=2&a.epochs={FIRST_EPOCHS}&b.epochs={FIRST_EPOCHS}"
)


def main() -> None:
    """Measure, and print a line for each promise."""
    with browser() as chromium:
        with dashboard() as host:
            seconds, sent = _one_minute(DashboardPage(chromium.new_page(), host))
        with dashboard() as host:
            early, late = _many_epochs(DashboardPage(chromium.new_page(), host))
    print(f"processor time of the kernel: {seconds:.2f} s of {WATCHED_SECONDS:.0f} s (at most {MOST_SECONDS_OF_60:g})")
    print(f"sent to the page: {sent / 2**20:.1f} MiB a minute")
    print(f"kernel after {EARLY_EPOCHS} epochs {early:.1f} MiB, after {EPOCHS} {late:.1f} MiB: {late - early:+.1f} MiB")
    is_missed = seconds > MOST_SECONDS_OF_60 or late - early > MOST_GROWTH_MIB
    sys.exit(is_missed and not IS_SMOKE)


def _one_minute(opened: DashboardPage) -> tuple[float, int]:
    received = _listen(opened.page)
    opened.open(_RACE)
    opened.train()
    opened.watch_curves_grow()
    (kernel,) = kernels_of(opened.host)
    before, bytes_before = cpu_seconds([kernel]), sum(received)
    opened.page.wait_for_timeout(1000 * WATCHED_SECONDS)
    used, sent = cpu_seconds([kernel]) - before, sum(received) - bytes_before
    opened.stop_button.click()
    opened.wait_for("A", "stopped")
    return used, sent


def _many_epochs(opened: DashboardPage) -> tuple[float, float]:
    """Train many epochs on 1,000 images, and as many more; return the kernel's memory early and at the end."""
    opened.open(_LONG)
    opened.train()
    (kernel,) = kernels_of(opened.host)
    _until_epoch(opened, EARLY_EPOCHS)
    early = kernel.memory_info().rss
    _until_over(opened)
    for _ in range(TIMES_ON):
        opened.train_on(EPOCHS_ON)
        opened.wait_for("A", "running")
        _until_over(opened)
    return early / 2**20, kernel.memory_info().rss / 2**20


def _until_over(opened: DashboardPage) -> None:
    while {look.state for look in opened.look().values()} != {"finished"}:
        time.sleep(0.2)


def _until_epoch(opened: DashboardPage, epoch: int) -> None:
    while not any(int(look.epoch.split()[1]) > epoch for look in opened.look().values() if "of" in look.epoch):
        time.sleep(0.2)


def _listen(page: Page) -> list[int]:
    sizes: list[int] = []

    def on_socket(socket: WebSocket) -> None:
        socket.on("framereceived", lambda payload: sizes.append(len(payload)))

    page.on("websocket", on_socket)
    return sizes


if __name__ == "__main__":
    main()
