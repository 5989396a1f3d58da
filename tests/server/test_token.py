"""Who gets in, asked with real requests of a real server."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psutil
import pytest
import requests
from browser import PROTOCOL, Browser, raw
from hosts import LOOPBACK, Host, free_port, voila
from waiting import wait_until
from websocket import WebSocketBadStatusException, create_connection

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


def kernels(host: Host) -> set[int]:
    return {process.pid for process in host.kernels().values()}


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS"])
def test_without_the_token_there_is_nothing(stranger: Browser, path: str, method: str) -> None:
    assert stranger.ask(method, path).status_code in (403, 405)


def test_no_kernel_begins_for_a_stranger(server: Host, stranger: Browser) -> None:
    before = kernels(server)
    answer = stranger.get("?a.channels=4")
    assert (answer.status_code, kernels(server) - before) == (403, set())
    assert "needs a token" in answer.text
    assert 'name="token"' in answer.text


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "é", "%00"])
def test_another_token_is_refused(server: Host, stranger: Browser, token: str) -> None:
    answer = stranger.get(f"?token={token}", allow_redirects=False)
    assert (answer.status_code, answer.cookies.get_dict()) == (403, {})
    assert "not the token of this server" in answer.text
    assert server.token not in answer.text


def test_a_token_that_is_no_text_is_refused(stranger: Browser) -> None:
    assert stranger.get("?token=%ff%fe", allow_redirects=False).status_code == 400


def test_the_token_opens_and_leaves_the_address(server: Host, stranger: Browser) -> None:
    answer = stranger.get(f"?a.channels=4&token={server.token}&x=%3Cb%3E%26", allow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/?a.channels=4&x=%3Cb%3E%26")
    (cookie,) = answer.cookies
    assert cookie.has_nonstandard_attr("HttpOnly")
    assert cookie.get_nonstandard_attr("SameSite") == "Lax"
    assert cookie.expires is None
    assert server.token not in str(cookie.value)
    assert stranger.get("voila/static/voila.js").status_code == 200


def test_a_page_with_two_tokens_still_keeps_none(server: Host, stranger: Browser) -> None:
    answer = stranger.get(f"?token=x&token={server.token}&seed=1", allow_redirects=False)
    assert answer.headers["Location"] == "/?seed=1"


def test_a_program_may_send_the_token_as_a_header(server: Host) -> None:
    path = "/voila/static/voila.js"
    assert raw(server, path, {"Authorization": f"token {server.token}"})[0] == 200
    assert raw(server, path, {"Authorization": "token x"})[0] == 403
    assert raw(server, path, {"Authorization": f"Basic {server.token}"})[0] == 403


def test_a_cookie_of_ones_own_making_is_refused(server: Host, guest: Browser) -> None:
    name, _, value = guest.cookie.partition("=")
    assert raw(server, "/voila/static/voila.js", {"Cookie": f"{name}={value}"})[0] == 200
    for forged in ("in", "aW4=", value[:-1] + ("0" if value[-1] != "0" else "1"), value.replace("aW4=", "aW5=")):
        assert raw(server, "/voila/static/voila.js", {"Cookie": f"{name}={forged}"})[0] == 403


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:80", "127.0.0.1.evil.example", "10.0.0.1", "", "[::1", "a b"]
)
def test_a_name_of_somebody_elses_is_refused(server: Host, guest: Browser, host: str) -> None:
    """Else a page of his, whose name he lets point here, could ask and read everything."""
    status, content = raw(server, "/voila/static/voila.js", {"Host": host, "Cookie": guest.cookie})
    assert (status in (400, 403), b"voila" in content) == (True, False)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8866"])
def test_names_of_this_machine_are_known(server: Host, guest: Browser, host: str) -> None:
    headers = {"Host": host, "Cookie": guest.cookie}
    assert raw(server, "/voila/static/voila.js", headers)[0] == 200


def test_the_way_to_a_kernel_is_closed_to_strangers(server: Host, kernel: str, guest: Browser) -> None:
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


def test_the_token_is_seen_nowhere_else(server: Host, kernel: str) -> None:
    """Every user sees command lines; and a kernel, its workers and what they start have no need of it."""
    for process in server.processes():
        assert server.token not in " ".join(process.cmdline())
        if process.ppid() != psutil.Process().pid:
            assert server.token not in str(process.environ())
    assert server.token not in (server.folder / "server.log").read_text("utf-8")


@pytest.fixture
def started() -> Iterator[list[subprocess.Popen[str]]]:
    processes: list[subprocess.Popen[str]] = []
    yield processes
    for process in processes:
        process.terminate()
        process.communicate(timeout=30)


def start(started: list[subprocess.Popen[str]], folder: Path, *flags: str, **environment: str) -> str:
    """Serve, and give the line that is printed."""
    command = [str(Path(sys.executable).parent / "nncompare"), "serve", f"--port={free_port()}", *flags]
    variables = {"PATH": "/usr/bin:/bin", "HOME": str(folder), **environment}
    process = subprocess.Popen(command, env=variables, cwd=folder, text=True, stdout=subprocess.PIPE)
    started.append(process)
    assert process.stdout is not None
    return process.stdout.readline()


def test_each_server_makes_a_token_of_its_own(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    lines = [start(started, tmp_path, "--no-browser", f"--ip={ip}") for ip in ("0.0.0.0", LOOPBACK)]
    addresses = [urlsplit(line.split()[3]) for line in lines]
    tokens = [parse_qs(address.query)["token"][0] for address in addresses]
    assert len(set(tokens)) == 2
    assert all(len(token) >= 40 for token in tokens)
    for address, token in zip(addresses, tokens, strict=True):
        here = f"http://{LOOPBACK}:{address.port}/"
        assert requests.get(here, timeout=30).status_code == 403
        assert requests.get(f"{here}?token={token}", timeout=30, allow_redirects=False).status_code == 302
        assert requests.get(here, timeout=30, headers={"Host": "evil.example"}).status_code == 403


def test_only_the_user_sees_the_address_that_is_opened(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    """The browser is given a file, since all users can read its command line."""
    browser = tmp_path / "browser"
    browser.write_text(
        '#!/bin/sh\ncase "$1" in file:*) cp -p "${1#file://}" "$HOME/opened" ;; esac\necho "$1" > "$HOME/asked"\n'
    )
    browser.chmod(0o755)
    line = start(started, tmp_path, BROWSER=f"{browser} %s")
    asked, opened = tmp_path / "asked", tmp_path / "opened"
    wait_until(asked.exists, 30, "the browser")
    token = parse_qs(urlsplit(line.split()[3]).query)["token"][0]
    assert token not in asked.read_text()
    assert f"?token={token}" in opened.read_text()
    assert opened.stat().st_mode & 0o777 == 0o600


def test_without_a_token_the_names_are_still_looked_at(user_cache: Path, tmp_path: Path) -> None:
    with voila(tmp_path, user_cache, None, "--no-token") as host:
        assert raw(host, "/voila/static/voila.js", {})[0] == 200
        assert raw(host, "/voila/static/voila.js", {"Host": "evil.example"})[0] == 403
        assert raw(host, "/?token=x&seed=1", {})[0] == 302


def test_a_proxy_is_known_by_the_name_that_is_given(user_cache: Path, tmp_path: Path) -> None:
    with voila(tmp_path, user_cache, None, "--name", "class.example") as host:
        for name, status in (("class.example", 200), ("CLASS.example.:443", 200), ("other.example", 403)):
            headers = {"Host": name, "Authorization": f"token {host.token}"}
            assert raw(host, "/voila/static/voila.js", headers)[0] == status


def test_a_configuration_in_the_current_folder_opens_nothing(user_cache: Path, tmp_path: Path) -> None:
    """Voila by itself runs a voila.py that lies where it is started."""
    folder = tmp_path / "served"
    folder.mkdir()
    (folder / "voila.py").write_text("open('ran', 'w').close()\nc.Voila.ip = '0.0.0.0'\n")
    (folder / "voila.json").write_text('{"Voila": {"token": ""}, "VoilaConfiguration": {"file_allowlist": [".*"]}}')
    with voila(folder, user_cache) as host:
        assert requests.get(host.address, timeout=30).status_code == 403
        assert not (folder / "ran").exists()


def test_a_token_may_come_from_a_file_of_the_users_own(started: list[subprocess.Popen[str]], tmp_path: Path) -> None:
    file, token = tmp_path / "token", secrets.token_hex()
    file.write_text(token + "\n")
    file.chmod(0o600)
    line = start(started, tmp_path, "--no-browser", NNCOMPARE_TOKEN_FILE=str(file))
    address = line.split()[3].rstrip(",")
    assert token not in line
    assert requests.get(address, timeout=30).status_code == 403
    assert requests.get(f"{address}?token={token}", timeout=30, allow_redirects=False).status_code == 302
