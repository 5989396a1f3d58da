"""The tile in JupyterLab's launcher: what jupyter-server-proxy is told, and a server that it starts as it would."""

import os
import subprocess
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from browser import Browser, raw
from local_server import LocalServer, local_server
from proxies import PREFIX, proxy

from nncompare.server.jupyter_launcher import server_process

ROOT = Path(__file__).parents[2]


def told() -> dict[str, Any]:
    """Return what the entry point gives, as jupyter-server-proxy asks for it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    ((name, value),) = project["entry-points"]["jupyter_serverproxy_servers"].items()
    assert name == "nncompare"
    return EntryPoint(name, value, "jupyter_serverproxy_servers").load()()


def test_the_entry_point_says_how_to_start_and_to_show_it() -> None:
    server = told()
    assert set(server) <= {"command", "environment", "timeout", "request_headers_override", "launcher_entry"}
    icon = Path(server["launcher_entry"]["icon_path"])
    assert ElementTree.parse(icon).getroot().tag == "{http://www.w3.org/2000/svg}svg"
    texts = [*server["command"], *server["environment"].values(), *server["request_headers_override"].values()]
    filled = [text.format(port=8866, base_url="/user/ann/", unix_socket="") for text in texts]
    assert "8866" in filled


def test_its_command_is_that_of_the_shell() -> None:
    words = [word.format(port=0) for word in told()["command"]]
    done = subprocess.run(
        words, capture_output=True, text=True, timeout=60, env={**os.environ, **told()["environment"]}
    )
    assert (done.returncode, done.stderr) == (2, "nncompare: Port must be a whole number from 1 to 65535; got 0.\n")


def test_the_token_is_in_no_command_line_and_new_each_time() -> None:
    one, other = server_process(), server_process()
    (token,) = one["environment"].values()
    assert one["request_headers_override"] == {"Authorization": f"token {token}"}
    assert len(token) >= 40
    assert token not in " ".join(one["command"])
    assert token not in other["environment"].values()


@contextmanager
def started(tmp_path: Path, server: dict[str, Any]) -> Iterator[LocalServer]:
    (token,) = server["environment"].values()
    with local_server(tmp_path, token=token, is_behind_jupyter=True) as host:
        yield host


def test_whom_jupyter_lets_in_has_a_page_without_being_asked_for_a_token(tmp_path: Path) -> None:
    server = told()
    headers = {**server["request_headers_override"], "X-Forwarded-Prefix": PREFIX, "Host": "hub.school.org"}
    with started(tmp_path, server) as host, proxy(host, strips=True, headers=headers) as shown:
        browser = Browser(shown)
        kernel = browser.open_page()
        assert {cookie.name for cookie in browser.cookies} == {"_xsrf"}
        with browser.connected(kernel, origin="http://hub.school.org") as line:
            assert line.ping()
        with browser.connected(kernel, origin="http://evil.example") as line:
            assert line.socket.recv() == "", "the server refuses it, and the proxy hangs up"
        assert browser.end(kernel) == 204
        assert shown.strangers == []


def test_others_who_reach_its_port_are_refused(tmp_path: Path) -> None:
    with started(tmp_path, told()) as host:
        path, right, wrong = "/voila/static/voila.js", f"token {host.token}", "token 0123456789abcdef"
        for name in ("127.0.0.1", "hub.school.org"):
            assert raw(host, path, {"Host": name})[0] == 403
            assert raw(host, path, {"Host": name, "Authorization": wrong})[0] == 403
            assert raw(host, path, {"Host": name, "Authorization": right})[0] == 200
