"""Where others are let in, every browser has a store of its own."""

import re

import pytest
from browser import Browser
from hosts import voila
from kernel_talk import connected, value_of

from nncompare.store import Store, home_folder

VARIABLE = "HTTP_X_NNCOMPARE_SESSION"


def number_of(host, kernel):
    """Give the number that a kernel was told."""
    with connected(host.connection_files()[kernel]) as client:
        return value_of(client, f"__import__('os').environ.get({VARIABLE!r}, '')")


def test_each_browser_has_a_number_that_stays(user_cache, tmp_path):
    with voila(tmp_path / "served", user_cache, None, "--ip", "0.0.0.0") as host:
        one, other = Browser(host).sign_in(), Browser(host).sign_in()
        first, again, of_other = (number_of(host, who.open_page()) for who in (one, one, other))
    assert first == again
    assert of_other != first
    assert min(len(first), len(of_other)) == 32


def test_behind_a_proxy_on_this_machine_each_browser_has_a_number_too(user_cache, tmp_path):
    with voila(tmp_path / "served", user_cache, None, "--name", "class.example") as host:
        one, other = Browser(host).sign_in(), Browser(host).sign_in()
        numbers = {number_of(host, who.open_page()) for who in (one, other)}
    assert len(numbers) == 2
    assert "" not in numbers


def test_a_number_cannot_be_chosen(user_cache, tmp_path):
    with voila(tmp_path / "served", user_cache, None, "--ip", "0.0.0.0") as host:
        browser = Browser(host).sign_in()
        browser._session.headers["X-Nncompare-Browser"] = "a" * 32
        browser._session.cookies.set("nncompare-visitor", "../../elsewhere")
        number = number_of(host, browser.open_page())
    assert re.fullmatch("[0-9a-f]{32}", number)
    assert number != "a" * 32


def test_on_this_machine_alone_there_is_one_store_for_all(server, guest):
    guest._session.headers["X-Nncompare-Browser"] = "a" * 32
    kernel = guest.open_page()
    assert number_of(server, kernel) == ""
    guest.end(kernel)


def test_the_store_lies_below_the_home_of_all(monkeypatch):
    monkeypatch.setenv(VARIABLE, "0f" * 16)
    assert Store.of_session().home == home_folder() / "visitors" / ("0f" * 16)


@pytest.mark.parametrize("number", ["", "..", "0f" * 15, "0f" * 16 + "/..", "G" * 32])
def test_what_is_no_number_names_no_folder(monkeypatch, number):
    monkeypatch.setenv(VARIABLE, number)
    assert Store.of_session().home == home_folder()
