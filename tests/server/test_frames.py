"""The page in a frame of another site, such as a course in an LMS: where that was allowed, and nowhere else."""

from collections.abc import Iterator
from http.cookiejar import Cookie
from typing import cast

import pytest
import requests
from browser import Browser, raw
from local_server import LocalServer, local_server

LMS = "https://lms.school.org"


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    with local_server(
        tmp_path_factory.mktemp("framed"), frames=[LMS, "other.example"], names=["class.school.org"]
    ) as one:
        yield one


def test_the_page_and_its_sign_in_may_be_in_frames_of_these_sites(framed: LocalServer) -> None:
    with_token = {"Authorization": f"token {framed.token}"}
    asking, page = (
        requests.get(framed.address, timeout=30),
        requests.get(framed.address, headers=with_token, timeout=60),
    )
    assert (asking.status_code, page.status_code) == (403, 200)
    for answer in (asking, page):
        policy = answer.headers["Content-Security-Policy"].split("; ")
        assert f"frame-ancestors {LMS} https://other.example" in policy
        assert "X-Frame-Options" not in answer.headers


def test_what_else_is_served_may_not(framed: LocalServer) -> None:
    answer = requests.get(f"{framed.address}voila/static/voila.js", timeout=30)
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Frame-Options"] == "DENY"


def test_its_cookies_come_along_in_a_frame(framed: LocalServer) -> None:
    """A browser sends those of another site only if they say so, and only by HTTPS."""
    signed_in = requests.get(f"{framed.address}?token={framed.token}", timeout=30, allow_redirects=False)
    page = requests.get(framed.address, headers={"Authorization": f"token {framed.token}"}, timeout=60)
    cookies = [*signed_in.cookies, *page.cookies]
    names = {cookie.name for cookie in cookies}
    assert names == {f"nncompare-{framed.app.address.port}", "nncompare-visitor", "_xsrf"}
    for cookie in cast("list[Cookie]", cookies):
        assert cookie.secure
        assert cookie.get_nonstandard_attr("SameSite") == "None"
        assert cookie.has_nonstandard_attr("Partitioned")


def test_the_cookies_of_other_servers_stay_with_their_own_site(server: LocalServer) -> None:
    browser = Browser(server).sign_in()
    browser.open_page()
    same_site = {cookie.name: cookie.get_nonstandard_attr("SameSite") for cookie in browser.cookies}
    assert same_site == {f"nncompare-{server.app.address.port}": "Lax", "_xsrf": "Strict"}


@pytest.mark.parametrize(("place", "status"), [("iframe", 200), ("document", 200), ("image", 403), ("empty", 403)])
def test_a_picture_of_another_site_begins_no_kernel(framed: LocalServer, place: str, status: int) -> None:
    """Its cookies come along there, too."""
    before = len(framed.begun)
    headers = {"Sec-Fetch-Dest": place, "Authorization": f"token {framed.token}"}
    assert raw(framed, "/", headers)[0] == status
    assert len(framed.begun) - before == (status == 200)
