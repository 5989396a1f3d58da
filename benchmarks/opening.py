"""How long a reader waits: from opening the page to a usable dashboard, and from Train to the first drawn point.

Needs Chromium and MNIST. Every round opens a fresh page with a kernel of its own, on a server that runs already.
"""

import os
import secrets
import shutil
import socket
import statistics
import subprocess
import sys
import time
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

ROUNDS = 5
_FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
# Functions, not expressions: the page lets nobody evaluate text.
_DRAWN = "[...document.querySelectorAll('.nnc-chart svg')].some(svg => svg.textContent.includes('A train'))"
_WARM = "() => document.querySelectorAll('.nnc-strip img').length >= 40"


def main() -> None:
    """Measure, and print medians."""
    opening, drawing = measure()
    print(f"page opened to usable dashboard: {statistics.median(opening):.2f} s (of {_listed(opening)})")
    print(f"Train (warm) to first drawn point: {statistics.median(drawing):.2f} s (of {_listed(drawing)})")


def measure() -> tuple[list[float], list[float]]:
    """Give the seconds of each round: opening the page, and from Train to the first drawn point."""
    port, token = _free_port(), secrets.token_urlsafe()
    command = [str(Path(sys.executable).parent / "nncompare"), "serve", "--no-browser", "--port", str(port)]
    environment = {**os.environ, "NNCOMPARE_TOKEN": token}
    server = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=_FLAGS)
            rounds = [_round(browser, f"http://127.0.0.1:{port}/?token={token}") for _ in range(ROUNDS)]
            browser.close()
    finally:
        server.terminate()
        server.wait(timeout=30)
    return [opening for opening, _ in rounds], [drawing for _, drawing in rounds]


def _round(browser: Browser, address: str) -> tuple[float, float]:
    page = browser.new_page()
    began = time.perf_counter()
    page.goto(address, wait_until="commit")
    page.get_by_role("radio", name="MNIST").first.wait_for()
    opening = time.perf_counter() - began
    drawing = _train(page)
    page.close(run_before_unload=True)
    return opening, drawing


def _train(page: Page) -> float:
    """Train once for a moment, so that the workers are warm; then measure."""
    page.get_by_role("button", name="Training", exact=True).click()
    page.wait_for_function(_WARM)
    for _ in range(2):
        train = page.get_by_role("button", name="Train", exact=True)
        train.wait_for()
        began = time.perf_counter()
        train.click()
        page.wait_for_function(f"() => document.querySelector('.nnc-chip').dataset.state === 'running' && {_DRAWN}")
        seconds = time.perf_counter() - began
        page.get_by_role("button", name="Stop", exact=True).click()
        page.locator('.nnc-chip[data-state="stopped"]').wait_for()
    return seconds


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_for(port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError("The server did not start.")


def _listed(seconds: list[float]) -> str:
    return ", ".join(f"{value:.2f}" for value in seconds)


if __name__ == "__main__":
    main()
