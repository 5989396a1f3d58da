"""Below a path of somebody else's server: nothing leaves it, neither an address nor a cookie nor the token."""

import json
import re
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
import requests
from browser import Browser, raw
from local_server import local_server
from proxies import PREFIX, Proxied, proxy

KEEPING, STRIPPING = {"strips": False}, {"strips": True}
# What jupyter-server-proxy adds to requests, though not to those for a WebSocket.
AS_JUPYTER: dict[str, Any] = {"strips": True, "headers": {"X-Forwarded-Prefix": PREFIX, "X-ProxyContextPath": PREFIX}}
NAMED = {"base_url": f"{PREFIX}/"}


@pytest.mark.parametrize(
    ("server", "kind"),
    [(NAMED, KEEPING), (NAMED, STRIPPING), ({}, STRIPPING), ({}, AS_JUPYTER), (NAMED, AS_JUPYTER)],
    ids=["keeping", "stripping", "stripping, not told", "as Jupyter's", "as Jupyter's, told"],
)
def test_page_cookies_form_and_websocket_stay_below_the_prefix(
    server: dict[str, Any], kind: dict[str, Any], tmp_path: Path
) -> None:
    with local_server(tmp_path, **server) as host, proxy(host, **kind) as shown:
        browser = Browser(shown)
        sign_in_with_the_form(browser, shown, host.token)
        kernel = browser.open_page("?a.channels=4")
        assert {(cookie.name, cookie.path) for cookie in browser.cookies} == {
            (f"nncompare-{host.app.address.port}", PREFIX),
            ("_xsrf", PREFIX),
        }
        (written,) = re.findall(r'id="jupyter-config-data"[^>]*>(.*?)</script>', browser.page, re.DOTALL)
        config = json.loads(written)
        assert urljoin(shown.address, config["baseUrl"]) == shown.address
        addresses = [config["fullStaticUrl"] + "/voila.js", *re.findall(r'(?:src|href)="([^"#]+)"', browser.page)]
        extensions = [f"{one['name']}/{one['load']}" for one in config["federated_extensions"]]
        addresses += [f"{config['fullLabextensionsUrl']}/{extension}" for extension in extensions]
        for address in {one for one in addresses if not one.startswith("data:")}:
            whole = urljoin(shown.address, address)
            assert whole.startswith(shown.address)
            assert browser.get(whole.removeprefix(shown.address)).status_code == 200, address
        assert len(extensions) == 3
        with browser.connected(kernel) as line:
            assert line.ping()
        assert browser.end(kernel) == 204
        assert shown.strangers == []


def sign_in_with_the_form(browser: Browser, shown: Proxied, token: str) -> None:
    """Enter the token on the page that asks for it."""
    asking = browser.get("?seed=3")
    assert asking.status_code == 403
    (form,) = re.findall("<form[^>]*>", asking.text)
    assert "action" not in form, "it is sent to where the page is"
    assert asking.url.partition("?")[0] == shown.address
    sent = browser.get(f"?token={token}", allow_redirects=False)
    assert urljoin(sent.url, sent.headers["Location"]) == shown.address


def test_the_prefix_works_without_its_last_slash_where_the_server_knows_it(tmp_path: Path) -> None:
    with local_server(tmp_path, base_url="some/prefix") as host:
        answer = requests.get(f"{host.address}some/prefix?seed=3&token={host.token}", timeout=30, allow_redirects=False)
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{PREFIX}/?seed=3")
        assert 'name="token"' in requests.get(f"{host.address}some/prefix", timeout=30).text
        for path in ("/some", "/some/prefixed/", "/prefix/", "/some/prefix/some/prefix/"):
            assert raw(host, path, {"Authorization": f"token {host.token}"})[0] == 404


@pytest.mark.parametrize(
    "told",
    ["//evil.example", "https://evil.example", "/\\evil.example", "evil", "/a;b", '/"><b>', "/a, /b", "/../x", "/"],
)
def test_a_header_leads_to_no_other_server(told: str, tmp_path: Path) -> None:
    with local_server(tmp_path) as host:
        headers = {"X-Forwarded-Prefix": told}
        answer = requests.get(
            f"{host.address}?token={host.token}&seed=3", headers=headers, timeout=30, allow_redirects=False
        )
        assert (answer.status_code, answer.headers["Location"]) == (302, "./?seed=3")
        assert "Path" not in answer.headers["Set-Cookie"]
        assert "evil" not in requests.get(host.address, headers=headers, timeout=30).text


def test_the_address_that_is_printed_has_the_prefix(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with local_server(tmp_path, token=None, base_url="/some/prefix/") as host:
        printed = capsys.readouterr().out.split()[3]
        assert urlsplit(printed).path == f"{PREFIX}/"
        answer = requests.get(printed, timeout=30, allow_redirects=False)
        assert urljoin(printed, answer.headers["Location"]) == f"{host.address}some/prefix/"


def test_a_hub_tells_its_services_where_they_are_and_its_users_where_to_look(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/services/nn/")
    with local_server(tmp_path) as host:
        assert raw(host, "/services/nn/voila/static/voila.js", {"Authorization": f"token {host.token}"})[0] == 200
        assert "/services/nn/," in capsys.readouterr().out
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ann/")
    monkeypatch.setenv("JUPYTERHUB_USER", "ann")
    with local_server(tmp_path) as host:
        printed = capsys.readouterr().out
        assert f"/user/ann/proxy/{host.app.address.port}/" in printed
        assert "--name" in printed
