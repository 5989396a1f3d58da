"""The whole page in a browser, below the path of a proxy that keeps the path, and of one that takes it off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from dashboard_page import DashboardPage
from hosts import Host, voila
from playwright.sync_api import Browser
from processes import until
from proxies import PREFIX, proxy

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def host(chromium: str, user_cache: Path, synthetic_digits: Path, tmp_path_factory: Any) -> Iterator[Host]:
    with voila(tmp_path_factory.mktemp("proxied"), user_cache, {}, "--base-url", PREFIX) as host:
        yield host


@pytest.mark.parametrize("kind", ["told and keeping", "untold and stripping"])
def test_the_dashboard_works_and_says_farewell(kind: str, browser: Browser, host: Host, voila_host: Host) -> None:
    is_told = kind.startswith("told")
    behind = host if is_told else voila_host
    with proxy(behind, strips=not is_told) as shown, browser.new_context() as context:
        page = context.new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.goto(shown.address)
        page.get_by_label("Code", exact=True).fill(behind.token)
        page.get_by_role("button", name="Open").click()
        dashboard = DashboardPage(page, shown)  # type: ignore[arg-type]
        dashboard.expect_ready()
        dashboard.choose("synthetic-digits")
        kernel = dashboard.kernel
        assert kernel in behind.connection_files()
        page.close(run_before_unload=True)
        until(lambda: kernel not in behind.kernels(), "the end of the page's kernel")
        assert shown.strangers == []
        assert {urlsplit(url).path.startswith(f"{PREFIX}/") for url in asked if url.startswith("http")} == {True}
        assert dashboard.noise.errors == []
