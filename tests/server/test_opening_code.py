"""The browser is opened with a code that is good once, for a minute, and for this user alone."""

import threading
import time
import webbrowser
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from browser import Browser
from local_server import LocalServer, local_server
from processes import until

from nncompare.server import opening, same_user


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The addresses with which the browser was opened."""
    urls: list[str] = []
    monkeypatch.setattr(webbrowser, "open", urls.append)
    return urls


def visit(server: LocalServer, code: str) -> requests.Response:
    return requests.get(f"{server.address}?code={code}&seed=3", timeout=30, allow_redirects=False)


def test_the_browser_is_let_in_once_by_an_address_without_the_token(tmp_path: Path, opened: list[str]) -> None:
    with local_server(tmp_path, token=None, open_browser=True) as server:
        until(lambda: opened, "the browser")
        (url,) = opened
        assert url.startswith(server.address)
        assert server.token not in url
        (code,) = parse_qs(urlsplit(url).query)["code"]
        first, second = visit(server, code), visit(server, code)
        assert (first.status_code, first.headers["Location"]) == (302, "./?seed=3")
        assert requests.get(server.address + "voila/static/voila.js", cookies=first.cookies, timeout=30).ok
        assert (second.status_code, second.cookies.get_dict()) == (403, {})
        assert 'name="token"' in second.text
        assert code not in second.text


def test_where_everybody_listens_the_browser_is_led_to_this_machine(tmp_path: Path, opened: list[str]) -> None:
    with local_server(tmp_path, ip="0.0.0.0", open_browser=True) as server:
        until(lambda: opened, "the browser")
        assert opened[0].startswith(f"{server.address}?code=")


def test_without_a_token_there_is_no_code(tmp_path: Path, opened: list[str]) -> None:
    with local_server(tmp_path, needs_token=False, open_browser=True) as server:
        until(lambda: opened, "the browser")
        assert opened == [server.address]


def test_a_browser_that_holds_on_holds_up_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As those of a terminal do, until they are left."""
    left = threading.Event()
    monkeypatch.setattr(webbrowser, "open", lambda _: left.wait(60))
    with local_server(tmp_path, open_browser=True) as server:
        assert Browser(server).sign_in().get("voila/static/voila.js").ok
        left.set()


@pytest.mark.parametrize("given", ["", "x", "0" * 43, "é"])
def test_another_code_opens_nothing(server: LocalServer, given: str) -> None:
    for _ in range(2):  # before there is one, and after
        answer = visit(server, given)
        assert (answer.status_code, answer.cookies.get_dict()) == (403, {})
        code = server.app.opening.make()
    assert visit(server, code).status_code == 302


def test_a_code_is_good_for_a_minute(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    code = server.app.opening.make()
    later = time.monotonic() + 61
    monkeypatch.setattr(opening, "time", SimpleNamespace(monotonic=lambda: later))
    assert visit(server, code).status_code == 403


def test_another_user_who_reads_it_has_no_use_for_it(server: LocalServer, monkeypatch: pytest.MonkeyPatch) -> None:
    code = server.app.opening.make()
    with monkeypatch.context() as patch:
        patch.setattr(same_user, "_ROOT", -1)
        patch.setattr("nncompare.server.same_user.os.getuid", lambda: 4_242)
        assert visit(server, code).status_code == 403
    assert visit(server, code).status_code == 302, "the user's own browser comes after him"


def test_a_code_for_a_foreign_name_opens_nothing(server: LocalServer) -> None:
    code = server.app.opening.make()
    foreign = {"Host": "evil.example"}
    answer = requests.get(f"{server.address}?code={code}", headers=foreign, timeout=30, allow_redirects=False)
    assert (answer.status_code, answer.cookies.get_dict()) == (403, {})
    assert visit(server, code).status_code == 302
