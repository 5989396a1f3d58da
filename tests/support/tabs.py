"""Tabs of a browser."""

from collections.abc import Iterator
from contextlib import contextmanager

from dashboard_page import DashboardPage
from hosts import Host
from playwright.sync_api import Browser, FloatRect, Locator, ViewportSize

WINDOW: ViewportSize = {"width": 1280, "height": 900}


@contextmanager
def tab(browser: Browser, host: Host) -> Iterator[DashboardPage]:
    """A dashboard in a tab of its own, not yet opened; the browser must have no complaint at the end.

    JupyterLab itself complains where a page is left that it is still loading something for.
    """
    with browser.new_context(viewport=WINDOW) as context:
        page = context.new_page()
        page.set_default_timeout(60_000)
        dashboard = DashboardPage(page, host)
        yield dashboard
        if not page.is_closed():
            page.evaluate("true") if host.name == "jupyterlab" else page.goto("about:blank")
        assert_quiet(dashboard)


def assert_quiet(dashboard: DashboardPage) -> None:
    """Fail where the browser has complained, or has asked anybody but this machine."""
    assert not dashboard.noise.errors, dashboard.noise.errors
    assert not dashboard.noise.strangers, dashboard.noise.strangers


def are_loaded(found: Locator) -> bool:
    """Whether the pictures in it are there, decoded and large: one for each quantity."""
    are_large: list[bool] = found.locator("img").evaluate_all(
        "(all) => all.map((one) => one.complete && one.naturalWidth > 500)"
    )
    return are_large == [True, True]


def box_of(found: Locator) -> FloatRect:
    """Return where something is on the page that can be seen there."""
    box = found.bounding_box()
    assert box is not None
    return box
