"""Row "memory": what the kernel of an open dashboard weighs, Explore beside that, and a worker at 32 channels.

All are proportional set sizes (PSS): memory that several processes share is divided between them, torch
also with the process that workers are forked from, which is not counted itself. The kernel is looked
at when nothing has happened for a while after the page was opened; of the worker, the largest of many looks counts.
Explore is what the kernel has grown by once somebody has drawn, looked inside, and seen the map of the test set, since
the training was stopped.
"""

import time

import psutil
from pages import (
    Browser,
    DashboardPage,
    Host,
    browser,
    close,
    dashboard,
    kernels_of,
    open_dashboard,
    stop,
    wait_until_warm,
)
from rows import Measured, Row, Rule
from setting import Setting

_MEBIBYTE = 2**20
_LOOK_SECONDS = 0.2


def measure(setting: Setting) -> Measured:
    """Measure in fresh pages."""
    setting.images()
    with browser() as chromium, dashboard() as host:
        rounds = [_round(setting, chromium, host) for _ in range(setting.rounds)]
    kernels, explored, workers = zip(*rounds, strict=True)
    looks = "what Explore adds to it: drawing, inside and map looked at"
    job = "worker while it trains at 32 channels, batch 128"
    return Measured(
        [
            Row("memory", "kernel of an open dashboard", "", "MiB", Rule.AMOUNT, kernels, wanted=160, aim=130),
            Row("memory", looks, "", "MiB", Rule.AMOUNT, explored, wanted=15),
            Row("memory", job, "", "MiB", Rule.AMOUNT, workers, wanted=700, aim=450),
        ]
    )


def _round(setting: Setting, chromium: Browser, host: Host) -> tuple[float, float, float]:
    seconds = 1.0 if setting.is_smoke else 8.0
    wide = setting.config(channels=32, batch_size=128).model_copy(update={"epochs": 100})
    _, opened = open_dashboard(chromium, host, setting.comparison(a=wide, b=wide))
    wait_until_warm(opened)
    (kernel,) = kernels_of(host)
    opening = _at_rest(kernel, seconds)
    opened.train()
    opened.wait_for("A", "running")
    worker = _largest(host, time.monotonic() + seconds)
    stop(opened)
    closed = _at_rest(kernel, seconds)
    _explore(opened)
    explored = _at_rest(kernel, seconds) - closed
    close(opened)
    return opening, explored, worker


def _explore(opened: DashboardPage) -> None:
    """Draw a line, and look at what follows from it on the other tabs."""
    opened.go("Explore")
    mouse, sheet = opened.page.mouse, opened.page.get_by_label("Sheet to draw on").bounding_box()
    assert sheet is not None
    mouse.move(sheet["x"] + sheet["width"] / 2, sheet["y"] + 30)
    mouse.down()
    mouse.move(sheet["x"] + sheet["width"] / 2, sheet["y"] + sheet["height"] - 30, steps=10)
    mouse.up()
    opened.page.locator(".nnc-seen").get_by_text("Your drawing").wait_for()
    for tab, seen in (("Inside", ".nnc-inside-maps canvas"), ("Map", ".nnc-imagemap-card canvas")):
        opened.page.get_by_role("tab", name=tab, exact=True).click()
        opened.page.locator(seen).first.wait_for()


def _at_rest(kernel: psutil.Process, seconds: float) -> float:
    time.sleep(seconds)
    return _pss(kernel)


def _largest(host: Host, deadline: float) -> float:
    largest = 0.0
    while time.monotonic() < deadline:
        largest = max(largest, *(_pss(worker) for worker in host.workers()))
        time.sleep(_LOOK_SECONDS)
    return largest


def _pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss / _MEBIBYTE)
