"""Row "preheated": opening the dashboard where Voila keeps a kernel ready, against opening it where it does not.

Nothing is wanted of it: it tells what there would be to gain. A table tells the price: what the kernel in waiting
weighs, and what a page loses whose kernel has run the notebook before anybody asked for the page.
"""

import statistics
import time
from pathlib import Path

import psutil
from pages import Browser, Host, browser, dashboard, kernels_of, leave, open_dashboard
from rows import Measured, Row, Rule, Table
from setting import Setting
from waiting import wait_until

from nncompare.config import Comparison, RunConfig

_SERVER = Path(__file__).with_name("preheating_server.py")
_CHANNELS = 5  # asked for in the address, and not what a page opens with
_READY_SECONDS, _LOOK_SECONDS, _IDLE_PERCENT = 90.0, 1.0, 10.0
_MEBIBYTE = 2**20


def measure(setting: Setting) -> Measured:
    """Measure in turns; every round begins when a kernel is ready."""
    setting.images()
    comparison = setting.comparison(a=RunConfig(channels=_CHANNELS), b=RunConfig())
    rounds = []
    with browser() as chromium, dashboard() as plain, dashboard(_SERVER) as heated:
        for _ in range(setting.rounds):
            waiting = _wait_until_idle(heated)
            weight = waiting.memory_full_info().pss / _MEBIBYTE
            rounds.append((*_open(chromium, heated, comparison), *_open(chromium, plain, comparison), weight))
    ours, heated_channels, theirs, plain_channels, weights = zip(*rounds, strict=True)
    job = "page opened to usable dashboard, a kernel kept ready by Voila"
    lines = [
        ["memory of the kernel in waiting", f"{statistics.median(weights):.0f} MiB"],
        [f"channels on a page whose address asks for {_CHANNELS}", f"{heated_channels[0]}"],
        ["the same without a kernel in waiting", f"{plain_channels[0]}"],
    ]
    row = Row("preheated", job, "none kept ready", "s", Rule.SHARE, ours, theirs)
    return Measured([row], [Table("What a kernel in waiting costs", ["what", "found"], lines)])


def _open(chromium: Browser, host: Host, comparison: Comparison) -> tuple[float, str]:
    """Give the seconds until the dashboard can be used, and the channels that it opened with."""
    seconds, opened = open_dashboard(chromium, host, comparison)
    opened.go("Models")
    (channels,) = opened.read("A", "Channels")
    leave(opened.page)
    return seconds, channels


def _wait_until_idle(host: Host) -> psutil.Process:
    """Wait until the youngest kernel has run the notebook: until it computes no more."""

    def idle() -> psutil.Process | None:
        youngest = max(kernels_of(host), key=psutil.Process.create_time, default=None)
        return youngest if youngest is not None and _has_run(youngest) else None

    found = wait_until(idle, _READY_SECONDS, "a kernel in waiting")
    assert found is not None
    return found


def _has_run(kernel: psutil.Process) -> bool:
    """A dashboard that nobody looks at ticks four times a second, and no more."""
    is_old_enough = time.time() - kernel.create_time() > _LOOK_SECONDS
    return is_old_enough and kernel.cpu_percent(_LOOK_SECONDS) <= _IDLE_PERCENT
