"""Who gets in, asked with real requests."""

import secrets
from collections.abc import Iterable
from html.parser import HTMLParser
from http.cookiejar import Cookie
from pathlib import Path
from typing import cast
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import psutil
import pytest
import requests
from browser import PROTOCOL, Browser, raw
from hosts import LOOPBACK
from local_server import LocalServer, local_server
from websocket import WebSocketBadStatusException, create_connection

from nncompare.server.auth import is_token
from nncompare.server.wrong_tries import MOST_OF_ALL, MOST_OF_AN_ADDRESS, WHILE_SECONDS, WrongTries

NUMBER = "01234567-89ab-cdef-0123-456789abcdef"
PATHS = [
    "",
    f"api/kernels/{NUMBER}",
    f"api/kernels/{NUMBER}/channels",
    f"voila/api/shutdown/{NUMBER}",
    "voila/static/voila.js",
    "voila/templates/nncompare/static/index.css",
    "voila/labextensions/anywidget/static/remoteEntry.js",
    "login",
    "no/such/thing",
]


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_without_the_token_there_is_nothing(anonymous: Browser, path: str, method: str) -> None:
    assert anonymous.ask(method, path).status_code in (403, 405)


def test_no_kernel_begins_for_an_anonymous_browser(server: LocalServer, anonymous: Browser) -> None:
    before = len(server.begun)
    answer = anonymous.get("?a.channels=4")
    assert (answer.status_code, len(server.begun) - before) == (403, 0)
    assert "needs a code" in answer.text
    assert 'name="token"' in answer.text


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "é", "%00"])
def test_another_token_is_refused(server: LocalServer, anonymous: Browser, token: str) -> None:
    answer = anonymous.get(f"?token={token}", allow_redirects=False)
    assert (answer.status_code, answer.cookies.get_dict()) == (403, {})
    assert "not the code of this server" in answer.text
    assert server.token not in answer.text


SETTINGS = "a.channels=4&dataset=synthetic-digits&x=%22%3E%3Cscript%3E"


@pytest.mark.parametrize("tokens", ["", "&token=mistyped", "&token=mistyped&token="])
def test_the_settings_of_a_link_survive_the_sign_in(server: LocalServer, anonymous: Browser, tokens: str) -> None:
    form = Form(anonymous.get(f"?{SETTINGS}{tokens}").text)
    assert form.method == "get"
    assert "action" not in form.attributes, "it is sent where the page is, behind whatever prefix"
    assert form.hidden == parse_qsl(SETTINGS)
    query = urlencode([*form.hidden, ("token", "mistyped again")])
    form = Form(anonymous.get(f"?{query}").text)
    query = urlencode([*form.hidden, ("token", server.token)])
    answer = anonymous.get(f"?{query}", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, f"./?{SETTINGS}")


@pytest.mark.parametrize(
    "pasted",
    [
        "http://127.0.0.1:8866/?token={}",
        " http://127.0.0.1:8866/?token={} ",
        "https://class.example/nncompare/?a.channels=4&token={}#training",
        "nncompare is at http://127.0.0.1:8866/?token={} - press Ctrl-C to end.",
        " {} ",
    ],
)
def test_the_whole_printed_address_may_be_pasted(server: LocalServer, anonymous: Browser, pasted: str) -> None:
    answer = anonymous.get("", params={"token": pasted.format(server.token)}, allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "./")
    assert anonymous.get("voila/static/voila.js").status_code == 200


@pytest.mark.parametrize("pasted", ["http://127.0.0.1:8866/?token=x", "?token=", "?token={}x", "?a={}", "x{}"])
def test_an_address_with_another_token_is_refused(server: LocalServer, anonymous: Browser, pasted: str) -> None:
    answer = anonymous.get("", params={"token": pasted.format(server.token)}, allow_redirects=False)
    assert (answer.status_code, answer.cookies.get_dict()) == (403, {})


def test_a_token_of_ones_own_with_signs_is_taken_from_an_address(tmp_path: Path) -> None:
    token = "?token=all&these + 100% signs/"
    with local_server(tmp_path, token=token) as server:
        for pasted in (token, f"http://{LOOPBACK}/?{urlencode({'token': token})}"):
            answer = requests.get(server.address, params={"token": pasted}, timeout=30, allow_redirects=False)
            assert answer.status_code == 302, pasted


class Form(HTMLParser):
    """The form of a page: how it is sent, and what it carries unseen."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.attributes: dict[str, str | None] = {}
        self.hidden: list[tuple[str, str]] = []
        self.feed(html)

    @property
    def method(self) -> str | None:
        return self.attributes.get("method")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self.attributes = found
        elif tag == "input" and found.get("type") == "hidden":
            self.hidden.append((found["name"] or "", found["value"] or ""))


@pytest.mark.parametrize("written", ["known-to", "KNOWNTOALL", "Known-To-All", " knownto all ", "known"])
def test_a_code_may_be_typed_as_a_phone_writes_it(written: str) -> None:
    assert is_token(written, "knowntoall") is (len(written) > 8)


def test_what_is_refused_fills_no_terminal(
    anonymous: Browser, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    assert anonymous.get("teacher/view").status_code == 403
    assert "teacher/view" not in "".join(capfd.readouterr()) + caplog.text


def test_a_code_cannot_be_guessed(server: LocalServer, anonymous: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    """After too many wrong ones not even the right one counts; who is signed in does not notice."""
    guest = Browser(server).sign_in()
    monkeypatch.setattr(server.app.identity_provider, "wrong_tries", WrongTries())
    for number in range(1, MOST_OF_AN_ADDRESS):
        assert "not the code of this server" in anonymous.get(f"?token={number}").text
    anonymous.get("?token=0")
    answer = anonymous.get(f"?token={server.token}", allow_redirects=False)
    assert (answer.status_code, answer.cookies.get_dict()) == (403, {})
    assert "too many wrong codes. Wait a minute" in answer.text
    assert raw(server, "/voila/static/voila.js", {"Authorization": f"token {server.token}"})[0] == 403
    assert guest.get("voila/static/voila.js").status_code == 200


def test_wrong_codes_are_counted_by_machine_for_a_minute_and_in_all() -> None:
    class Clock:
        now = 0.0

        def __call__(self) -> float:
            return self.now

    clock = Clock()
    tries = WrongTries(clock)
    for end in range(MOST_OF_AN_ADDRESS):
        assert not tries.are_too_many("2001:db8::9")
        tries.note(f"2001:db8::{end:x}")
    assert tries.are_too_many("2001:db8::9")
    assert not tries.are_too_many("2001:db8:1::9")
    assert not tries.are_too_many("10.0.0.1")
    clock.now = WHILE_SECONDS
    assert not tries.are_too_many("2001:db8::9")
    for number in range(MOST_OF_ALL):
        assert not tries.are_too_many("10.0.0.1")
        tries.note(f"10.1.{number // 250}.{number % 250}")
    assert tries.are_too_many("10.0.0.1")


def test_a_token_that_is_no_text_is_refused(anonymous: Browser) -> None:
    assert anonymous.get("?token=%ff%fe", allow_redirects=False).status_code == 400


def test_the_token_opens_and_leaves_the_address(server: LocalServer, anonymous: Browser) -> None:
    answer = anonymous.get(f"?a.channels=4&token={server.token}&x=%3Cb%3E%26", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "./?a.channels=4&x=%3Cb%3E%26")
    (cookie,) = cast("Iterable[Cookie]", answer.cookies)
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert cookie.expires is None
    assert server.token not in str(cookie.value)
    assert anonymous.get("voila/static/voila.js").status_code == 200


def test_a_page_with_two_tokens_still_keeps_none(server: LocalServer, anonymous: Browser) -> None:
    answer = anonymous.get(f"?token=x&token={server.token}&seed=1", allow_redirects=False)
    assert answer.headers["Location"] == "./?seed=1"


def test_a_program_may_send_the_token_as_a_header(server: LocalServer) -> None:
    path = "/voila/static/voila.js"
    assert raw(server, path, {"Authorization": f"token {server.token}"})[0] == 200
    assert raw(server, path, {"Authorization": "token x"})[0] == 403
    assert raw(server, path, {"Authorization": f"Basic {server.token}"})[0] == 403


def test_a_cookie_of_ones_own_making_is_refused(server: LocalServer, guest: Browser) -> None:
    name, _, value = guest.cookie.partition("=")
    assert raw(server, "/voila/static/voila.js", {"Cookie": f"{name}={value}"})[0] == 200
    user = value.split("|")[4].partition(":")[2]
    other_signature, other_user = value[:-1] + ("0" if value[-1] != "0" else "1"), value.replace(user, user[::-1])
    for forged in ("in", user, other_signature, other_user):
        assert raw(server, "/voila/static/voila.js", {"Cookie": f"{name}={forged}"})[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "", "[::1", "a b"]
)
def test_a_name_of_somebody_elses_is_refused(server: LocalServer, guest: Browser, host: str) -> None:
    """Else a page of his, whose name he lets point here, could ask and read everything."""
    status, content = raw(server, "/voila/static/voila.js", {"Host": host, "Cookie": guest.cookie})
    assert (status in (400, 403), b"voila" in content) == (True, False)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8866"])
def test_names_of_this_machine_are_known(server: LocalServer, guest: Browser, host: str) -> None:
    headers = {"Host": host, "Cookie": guest.cookie}
    assert raw(server, "/voila/static/voila.js", headers)[0] == 200


def test_the_way_to_a_kernel_is_closed_to_anonymous_browsers(server: LocalServer, kernel: str, guest: Browser) -> None:
    address = server.address.replace("http:", "ws:") + f"api/kernels/{kernel}/channels"
    for header in ({}, {"cookie": "nncompare=in"}, {"header": {"Authorization": "token x"}}):
        with pytest.raises(WebSocketBadStatusException) as refused:
            create_connection(address, subprotocols=[PROTOCOL], **header)
        assert refused.value.status_code == 403
    with guest.connected(kernel) as line:
        assert line.ping()


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:1", "https://localhost", "null"])
def test_a_page_from_elsewhere_cannot_speak_to_a_kernel(kernel: str, guest: Browser, origin: str) -> None:
    with pytest.raises(WebSocketBadStatusException) as refused, guest.connected(kernel, origin=origin):
        pass
    assert refused.value.status_code == 403


def test_a_page_from_elsewhere_cannot_end_a_kernel(kernel: str, guest: Browser) -> None:
    path = f"voila/api/shutdown/{kernel}"
    assert guest.ask("POST", path).status_code == 403  # without the second token against forged requests
    forged = {"Origin": "http://evil.example", "X-XSRFToken": "1", "Cookie": f"{guest.cookie}; _xsrf=1"}
    assert guest.ask("POST", path, headers=forged).status_code in (403, 404)
    assert guest.get(f"api/kernels/{kernel}").status_code == 200


def test_no_other_page_reads_an_answer(guest: Browser, kernel: str) -> None:
    for path in (f"api/kernels/{kernel}", "voila/static/voila.js"):
        headers = guest.get(path, headers={"Origin": "http://evil.example"}).headers
        assert [name for name in headers if name.lower().startswith("access-control")] == []


def url_of(printed: str) -> str:
    """Return the URL in the line that the server prints."""
    return printed.split()[3].rstrip(",")


@pytest.mark.parametrize("ip", ["0.0.0.0", LOOPBACK])
def test_each_server_makes_a_code_of_its_own(
    ip: str, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    tokens = set()
    for start in range(2):
        monkeypatch.setenv("NNCOMPARE_HOME", str(tmp_path / f"home-{start}"))
        with local_server(tmp_path, token=None, ip=ip) as server:
            url = urlsplit(url_of(capsys.readouterr().out))
            (token,) = parse_qs(url.query)["token"]
            assert len(token) == 8
            assert server.address.endswith(f":{url.port}/")
            assert requests.get(server.address, timeout=30).status_code == 403
            with_token = requests.get(f"{server.address}?token={token}", timeout=30, allow_redirects=False)
            assert with_token.status_code == 302
            assert requests.get(server.address, timeout=30, headers={"Host": "evil.example"}).status_code == 403
        tokens.add(token)
    assert len(tokens) == 2


@pytest.mark.parametrize(("options", "listens"), [({}, LOOPBACK), ({"ip": "0.0.0.0"}, "0.0.0.0")])
def test_only_this_machine_is_listened_to_unless_it_is_asked_for(
    options: dict[str, str], listens: str, tmp_path: Path
) -> None:
    with local_server(tmp_path, **options) as server:
        sockets = [found.laddr for found in psutil.Process().net_connections("tcp") if found.status == "LISTEN"]
        assert [address.ip for address in sockets if address.port == server.app.address.port] == [listens]


def test_the_cookie_is_for_one_port_alone(server: LocalServer, guest: Browser, tmp_path: Path) -> None:
    """Browsers send the cookies of a host to every port of it."""
    with local_server(tmp_path) as other:
        neighbour = Browser(other)
        neighbour._session.cookies.update(guest._session.cookies)
        neighbour.sign_in()
        names = {cookie.name for cookie in neighbour._session.cookies}
        assert names == {f"nncompare-{server.app.address.port}", f"nncompare-{other.app.address.port}"}
        value = guest.cookie.partition("=")[2]
        stolen = {"Cookie": f"nncompare-{other.app.address.port}={value}"}
        assert raw(other, "/voila/static/voila.js", stolen)[0] == 403


def test_without_a_token_the_names_are_still_looked_at(tmp_path: Path) -> None:
    with local_server(tmp_path, needs_token=False) as host:
        assert raw(host, "/voila/static/voila.js", {})[0] == 200
        assert raw(host, "/voila/static/voila.js", {"Host": "evil.example"})[0] == 403
        assert raw(host, "/?token=x&seed=1", {})[0] == 302


def test_a_proxy_is_known_by_the_name_that_is_given(tmp_path: Path) -> None:
    with local_server(tmp_path, names=["class.example"]) as host:
        for name, status in (("class.example", 200), ("CLASS.example.:443", 200), ("other.example", 403)):
            headers = {"Host": name, "Authorization": f"token {host.token}"}
            assert raw(host, "/voila/static/voila.js", headers)[0] == status


def test_a_proxy_may_be_named_by_a_number_too(tmp_path: Path) -> None:
    with local_server(tmp_path, names=["10.0.0.1:8443"]) as host:
        for name, status in (("10.0.0.1", 200), ("10.0.0.2", 403)):
            headers = {"Host": name, "Authorization": f"token {host.token}"}
            assert raw(host, "/voila/static/voila.js", headers)[0] == status


def test_whoever_is_refused_by_name_is_told_of_the_flag_in_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with local_server(tmp_path) as host:
        told: list[str] = []
        monkeypatch.setattr(host.app.log, "error", told.append)
        for name in ("Class.School.org:8080", "class.school.org", "<b>\x1b[2J", "x" * 300, "", "127.0.0.1"):
            raw(host, "/", {"Host": name})
        for number in range(100):
            raw(host, "/", {"Host": f"{number}.example"})
    assert told[0].endswith("start it with --name class.school.org")
    assert sum("class.school.org" in line for line in told) == 1, "once for each name"
    assert len(told) <= 20, "strangers cannot fill the log"
    assert all(line.isprintable() for line in told)


def test_a_token_may_come_from_a_file_of_the_users_own(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file, token = tmp_path / "token", secrets.token_hex()
    file.write_text(token + "\n")
    file.chmod(0o600)
    monkeypatch.setenv("NNCOMPARE_TOKEN_FILE", str(file))
    with local_server(tmp_path, token=None):
        printed = capsys.readouterr().out
        url = url_of(printed)
        assert token not in printed
        assert requests.get(url, timeout=30).status_code == 403
        assert requests.get(f"{url}?token={token}", timeout=30, allow_redirects=False).status_code == 302
