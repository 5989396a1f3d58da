"""Where others are let in, every browser has a store of its own."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from browser import Browser
from local_server import LocalServer, local_server

from nncompare.environment import SESSION_HEADER
from nncompare.store import Store, home_folder

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
