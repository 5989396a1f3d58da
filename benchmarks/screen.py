"""Row "screen": the speed of a training with the dashboard open and drawing, against the same from a plain script.

The page is opened by a light client: kernel, server and scheduler do all that they do for a browser, and share the
cores with the training, but nobody renders. A second row has Chromium render the page on the same cores. A table tells
how much processor time each program took. The speed is that of both models together, from the seconds of each epoch as
the workers count them, evaluation included.
"""

import asyncio
import math
import re
import statistics
import time
from dataclasses import asdict, dataclass

import psutil
from light_client import LightClient
from pages import Host, browser, browser_processes, close, cpu_seconds, dashboard, open_dashboard, wait_until_warm
from rows import Measured, Row, Rule, Table
from running import train, warm
from setting import Setting

from nncompare.config import Comparison
from nncompare.ui.dashboard import OPENING
from nncompare.ui.settings_link import to_query

_EPOCHS = 3  # the log of a lane shows no more
_EPOCH = re.compile(r"epoch \d+ done in ([\d.]+) s")
_ENDED = 'data-state="finished"'
_LANES = "[...document.querySelectorAll('.nnc-run')]"
_FINISHED = f"() => {_LANES}.every(lane => lane.querySelector('[data-state]').dataset.state === 'finished')"
_LONGEST_SECONDS = 600.0
_LOOK_SECONDS, _IDLE_SHARE = 2.0, 0.1  # of one core


@dataclass(frozen=True)
class Speed:
    """Images per second of both models, and the processor seconds that were taken meanwhile.

    `elsewhere` are those of kernel, server and scheduler, `client` those of the program that shows the page.
    """

    images: float
    elsewhere: float = 0.0
    client: float = 0.0


def measure(setting: Setting) -> Measured:
    """Measure all three ways in turns."""
    setting.images()
    config = setting.config(channels=16, batch_size=64, epochs=_EPOCHS)
    comparison = setting.comparison(a=config, b=config)
    warm(setting)
    rounds = [
        (_without_screen(comparison), asyncio.run(_with_light_client(comparison)), _with_browser(comparison))
        for _ in range(setting.rounds)
    ]
    script, light, chromium = (list(column) for column in zip(*rounds, strict=True))
    job = f"16 and 16 channels, {_EPOCHS} epochs, page open and drawing, "
    rows = [
        _row(job + "nobody renders", light, script, wanted=0.95),
        _row(job + "Chromium renders on the same cores", chromium, script),
    ]
    lines = [_line(*way) for way in (("script", script), ("light client", light), ("Chromium", chromium))]
    columns = ["page", "images/s", "kernel, server and scheduler: CPU s", "client: CPU s"]
    return Measured(rows, [Table("What a page takes while two models train", columns, lines)])


def _without_screen(comparison: Comparison) -> Speed:
    _, (running,) = train(comparison)
    result = running.result()
    seconds = [model.history.epoch_seconds[-1] for model in result.models]
    return Speed(sum(_images(comparison) / taken for taken in seconds))


async def _with_light_client(comparison: Comparison) -> Speed:
    with dashboard() as host:
        client = LightClient(host.address)
        await client.open(to_query(comparison, OPENING), host.token)
        await client.until(lambda: bool(client.html("· ready")), _LONGEST_SECONDS, "the images")
        client.pick("Training")
        others, own = await asyncio.to_thread(_idle_others, host), psutil.Process()
        before, before_own = cpu_seconds(others), cpu_seconds([own])
        client.press("Train both")
        await client.until(lambda: _have_finished(client), _LONGEST_SECONDS, "the end of the training")
        used, used_own = cpu_seconds(others) - before, cpu_seconds([own]) - before_own
        await client.close()
        return Speed(_speed(comparison, _lanes(client)), used, used_own)


def _with_browser(comparison: Comparison) -> Speed:
    with browser() as chromium, dashboard() as host:
        _, opened = open_dashboard(chromium, host, comparison)
        wait_until_warm(opened)
        opened.go("Training")
        others, own = _idle_others(host), browser_processes()
        before, before_own = cpu_seconds(others), cpu_seconds(own)
        opened.train_button.click()
        opened.page.wait_for_function(_FINISHED, timeout=1000 * _LONGEST_SECONDS)
        used, used_own = cpu_seconds(others) - before, cpu_seconds(own) - before_own
        lanes = [opened.log(name).text_content() or "" for name in ("A", "B")]
        close(opened)
        return Speed(_speed(comparison, lanes), used, used_own)


def _lanes(client: LightClient) -> list[str]:
    return client.html("<h3 data-state")


def _have_finished(client: LightClient) -> bool:
    lanes = _lanes(client)
    return len(lanes) == 2 and all(_ENDED in lane for lane in lanes)


def _idle_others(host: Host) -> list[psutil.Process]:
    """Wait until a page that was opened, and the kernel for the next one, have come to rest; list as `_others` does."""
    ends, used = time.monotonic() + _LONGEST_SECONDS, math.inf
    while used > _IDLE_SHARE * _LOOK_SECONDS:
        assert time.monotonic() < ends, "a page that never comes to rest"
        before = cpu_seconds(_others(host))
        time.sleep(_LOOK_SECONDS)
        used = cpu_seconds(_others(host)) - before
    return _others(host)


def _others(host: Host) -> list[psutil.Process]:
    """List everything of a dashboard that does not train."""
    workers = host.workers()
    return [process for process in host.processes() if process not in workers]


def _speed(comparison: Comparison, lanes: list[str]) -> float:
    assert len(lanes) == 2, "a lane of either model"
    return sum(_images(comparison) / sum(map(float, _EPOCH.findall(lane))) for lane in lanes)


def _images(comparison: Comparison) -> int:
    return comparison.a.epochs * (comparison.train_images or 60_000)


def _row(job: str, ours: list[Speed], theirs: list[Speed], wanted: float | None = None) -> Row:
    mine, others = (tuple(speed.images for speed in way) for way in (ours, theirs))
    details = {"ours": [asdict(speed) for speed in ours]}
    return Row("screen", job, "plain script", "images/s", Rule.KEPT, mine, others, wanted=wanted, details=details)


def _line(page: str, way: list[Speed]) -> list[str]:
    columns = ([speed.images for speed in way], [speed.elsewhere for speed in way], [speed.client for speed in way])
    images, elsewhere, client = (statistics.median(column) for column in columns)
    return [page, f"{images:,.0f}", f"{elsewhere:.2f}", f"{client:.2f}"]
