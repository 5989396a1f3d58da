"""Rows "page" and "first point": how long a reader waits, against opening Voila's hello-world page in the same run.

Every round opens fresh pages with kernels of their own, on servers that run already, once the kernel that
`nncompare serve` keeps ready waits for its page. On the dashboard the workers are warmed by a short training; then
Train is pressed, and the first drawn point counts.
"""

import time

from pages import (
    FIRST_POINT,
    Host,
    browser,
    close,
    dashboard,
    hello,
    open_dashboard,
    open_hello,
    stop,
    wait_until_ready,
    warm,
)
from playwright.sync_api import Browser, expect
from rows import Measured, Row, Rule
from setting import Setting

from nncompare.ui.dashboard import OPENING

_HELLO = "opening Voila's hello-world page"


def measure(setting: Setting) -> Measured:
    """Measure both, alternating with hello world."""
    setting.images()
    with browser() as chromium, hello() as address, dashboard() as host:
        rounds = []
        for _ in range(setting.rounds):
            wait_until_ready(host)
            rounds.append((open_hello(chromium, address), *_open(chromium, host, setting)))
    theirs, opening, drawing = zip(*rounds, strict=True)
    job = "page opened to usable dashboard"
    point = "Train pressed (warm) to first drawn point"
    return Measured(
        [
            Row("page", job, _HELLO, "s", Rule.SHARE, opening, theirs, wanted=1.4, aim=1.15),
            Row("first point", point, _HELLO, "s", Rule.SHARE, drawing, theirs, wanted=0.4, aim=0.15),
        ]
    )


def _open(chromium: Browser, host: Host, setting: Setting) -> tuple[float, float]:
    """Return the seconds until the dashboard can be used, and from Train to the first drawn point."""
    # On a few images a run of few epochs would be over before its first point is seen.
    a, b = (config.model_copy(update={"epochs": 100}) for config in (OPENING.a, OPENING.b) if config is not None)
    opening, opened = open_dashboard(chromium, host, setting.comparison(a=a, b=b))
    warm(opened)
    expect(opened.train_button).to_be_enabled()  # it takes no press for a moment after its word has changed
    began = time.perf_counter()
    opened.train_button.click()
    opened.page.wait_for_function(FIRST_POINT)
    drawing = time.perf_counter() - began
    stop(opened)
    close(opened)
    return opening, drawing
