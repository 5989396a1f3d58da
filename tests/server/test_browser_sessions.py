"""Where others are let in, every browser has a store of its own."""

import os
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from local_server import LocalServer, local_server
from processes import until

from nncompare.config import Comparison
from nncompare.environment import SESSION_HEADER
from nncompare.limits import Limits
from nncompare.server import classroom
from nncompare.store import VISITOR_DAYS, Store, home_folder

VARIABLE = "HTTP_X_NNCOMPARE_SESSION"


@pytest.fixture(scope="module")
def open_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalServer]:
    """A server that other machines reach."""
    with local_server(tmp_path_factory.mktemp("open"), ip="0.0.0.0") as found:
        yield found


def number_of(server: LocalServer, browser: Browser) -> str:
    """Open a page; return the number that its kernel is told."""
    browser.open_page()
    return server.begun[-1].get(VARIABLE, "")


def test_each_browser_has_a_number_that_stays(open_server: LocalServer) -> None:
    one, other = Browser(open_server).sign_in(), Browser(open_server).sign_in()
    first, again, of_other = (number_of(open_server, who) for who in (one, one, other))
    assert first == again
    assert of_other != first
    assert min(len(first), len(of_other)) == 32


def test_a_number_lasts_from_the_last_visit_on_as_long_as_what_was_saved(open_server: LocalServer) -> None:
    browser = Browser(open_server).sign_in()
    for _ in range(2):
        browser.open_page()
        (cookie,) = [one for one in browser._session.cookies if one.name == "nncompare-visitor"]
        assert cookie.expires == pytest.approx(time.time() + VISITOR_DAYS * 24 * 60 * 60, abs=60)
        cookie.expires = int(time.time()) + 1_000  # as if most of it had passed


def test_behind_a_proxy_on_this_machine_each_browser_has_a_number_too(tmp_path: Path) -> None:
    with local_server(tmp_path, names=["class.example"]) as server:
        numbers = {number_of(server, Browser(server).sign_in()) for _ in range(2)}
    assert len(numbers) == 2
    assert "" not in numbers


def test_a_number_cannot_be_chosen(open_server: LocalServer) -> None:
    browser = Browser(open_server).sign_in()
    browser._session.headers[SESSION_HEADER] = "a" * 32
    browser._session.cookies.set("nncompare-visitor", "../../elsewhere")
    number = number_of(open_server, browser)
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert number != "a" * 32


def test_on_this_machine_alone_there_is_one_store_for_all(server: LocalServer, guest: Browser) -> None:
    guest._session.headers[SESSION_HEADER] = "a" * 32
    assert number_of(server, guest) == ""


def test_the_store_lies_below_the_home_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(VARIABLE, "0f" * 16)
    assert Store.of_session().home == home_folder() / "visitors" / ("0f" * 16)


@pytest.mark.parametrize("number", ["", "..", "0f" * 15, "0f" * 16 + "/..", "G" * 32])
def test_what_is_no_number_names_no_folder(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    monkeypatch.setenv(VARIABLE, number)
    assert Store.of_session().home == home_folder()


def test_a_server_removes_what_nobody_can_open_any_more(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stores = {number: Store(home / "visitors" / (number * 32)) for number in "01"}
    for number, days in (("0", VISITOR_DAYS + 1), ("1", 1)):
        stores[number].create(Comparison(b=None)).release()
        then = time.time() - days * 24 * 60 * 60
        for folder in (stores[number].home, *stores[number].home.iterdir()):
            os.utime(folder, (then, then))
    monkeypatch.setenv("NNCOMPARE_SCHEDULER", "tcp://127.0.0.1:1")  # whose workers it does not need here
    monkeypatch.setattr(classroom, "set_for_children", lambda _: None)
    with classroom.classroom(Limits()):
        until(lambda: not stores["0"].home.exists(), "the end of a forgotten visitor's folder")
    assert stores["1"].summaries()
