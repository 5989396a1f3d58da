"""Row "memory": what the kernel of an open dashboard weighs, and a worker while it trains at 32 channels.

Both are proportional set sizes (PSS): memory that several processes share is divided between them, torch
also with the process that workers are forked from, which is not counted itself. The kernel is looked
at when nothing has happened for a while after the page was opened; of the worker, the largest of many looks counts.
"""

import time

import psutil
from pages import Browser, Host, browser, close, dashboard, kernels_of, open_dashboard, stop, wait_until_warm
from rows import Measured, Row, Rule
from setting import Setting

_MEBIBYTE = 2**20
_LOOK_SECONDS = 0.2


def measure(setting: Setting) -> Measured:
    """Measure in fresh pages."""
    setting.images()
    with browser() as chromium, dashboard() as host:
        rounds = [_round(setting, chromium, host) for _ in range(setting.rounds)]
    kernels, workers = zip(*rounds, strict=True)
    job = "worker while it trains at 32 channels, batch 128"
    return Measured(
        [
            Row("memory", "kernel of an open dashboard", "", "MiB", Rule.AMOUNT, kernels, wanted=160, aim=130),
            Row("memory", job, "", "MiB", Rule.AMOUNT, workers, wanted=700, aim=450),
        ]
    )


def _round(setting: Setting, chromium: Browser, host: Host) -> tuple[float, float]:
    seconds = 1.0 if setting.is_smoke else 8.0
    wide = setting.config(channels=32, batch_size=128).model_copy(update={"epochs": 100})
    _, opened = open_dashboard(chromium, host, setting.comparison(a=wide, b=wide))
    wait_until_warm(opened)
    time.sleep(seconds)
    (of_page,) = kernels_of(host)
    kernel = _pss(of_page)
    opened.train()
    opened.wait_for("A", "running")
    worker = _largest(host, time.monotonic() + seconds)
    stop(opened)
    close(opened)
    return kernel, worker


def _largest(host: Host, deadline: float) -> float:
    largest = 0.0
    while time.monotonic() < deadline:
        largest = max(largest, *(_pss(worker) for worker in host.workers()))
        time.sleep(_LOOK_SECONDS)
    return largest


def _pss(process: psutil.Process) -> float:
    return float(process.memory_full_info().pss / _MEBIBYTE)
