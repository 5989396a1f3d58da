"""The dashboard in a frame of another site's page, which is signed in there and trains."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from hosts import LOOPBACK, Host, voila
from playwright.sync_api import Browser, expect
from processes import until

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def course() -> Iterator[ThreadingHTTPServer]:
    """A server of another site, `localhost`, whose page shows in a frame what its address names."""

    class Course(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(f'<iframe src="{self.path[2:]}" width="1200" height="800"></iframe>'.encode())

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer((LOOPBACK, 0), Course) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join(30)


@pytest.fixture(scope="module")
def host(
    course: ThreadingHTTPServer, user_cache: Path, synthetic_digits: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Host]:
    flags = ("--allow-frame", f"http://localhost:{course.server_port}/course")
    with voila(tmp_path_factory.mktemp("framed"), user_cache, {}, *flags) as host:
        yield host


def test_it_works_in_a_frame_and_says_farewell(browser: Browser, course: ThreadingHTTPServer, host: Host) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        page.goto(f"http://localhost:{course.server_port}/?{host.door}")
        frame = page.frame_locator("iframe")
        expect(frame.get_by_role("heading", name="Train two networks side by side")).to_be_visible(timeout=60_000)
        expect(frame.locator(".nnc-availability").first).to_be_visible()
        (kernel,) = host.kernels()
        page.close(run_before_unload=True)
        until(lambda: kernel not in host.kernels(), "the end of the page's kernel")


def test_a_site_that_is_not_named_shows_nothing(browser: Browser, course: ThreadingHTTPServer, host: Host) -> None:
    with browser.new_context() as context:
        page = context.new_page()
        with page.expect_event("requestfailed") as refused:
            page.goto(f"http://{LOOPBACK}:{course.server_port}/?{host.door}")
        assert refused.value.url.startswith(host.address)
        expect(page.frame_locator("iframe").get_by_role("heading")).to_have_count(0)
