"""Addresses, names and sites: as they are pasted, as they are printed, and as a picture for phones."""

import errno
import io
import ipaddress
import re
import socket
from types import SimpleNamespace
from urllib.parse import urlsplit

import psutil
import pytest
import segno

from nncompare.errors import UserError
from nncompare.server import own_addresses as finding
from nncompare.server.announcement import announcement
from nncompare.server.given_names import frame_origin, host_name, path_prefix
from nncompare.server.own_addresses import own_addresses
from nncompare.server.qr_code import qr_code
from nncompare.server.server_address import PORTS, ServerAddress, free_port

TOKEN = "0123456789abcdef" * 2
NETWORK = ["192.168.1.5", "10.0.0.7"]


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("class.school.org", "class.school.org"),
        ("https://class.school.org/", "class.school.org"),
        ("https://class.school.org:8443/?token=x", "class.school.org"),
        ("  CLASS.School.Org.:80 ", "class.school.org"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("http://Straße.example", "xn--strae-oqa.example"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("my_server", "my_server"),
        ("10.0.0.1", "10.0.0.1"),
        ("http://10.0.0.1:8866", "10.0.0.1"),
        ("::1", "::1"),
        ("http://[FE80::1]:8866/", "fe80::1"),
    ],
)
def test_a_name_is_taken_as_it_is_pasted(given: str, name: str) -> None:
    assert host_name(given) == name


@pytest.mark.parametrize(
    "given", ["", " ", "https://", "*.school.org", "two words", "a..b", "-a.org", "a-.org", "user@class.org", "x:port",
              "x:0", "x:99999", "https:class.org", "\x1b[2J", "a" * 64, "http://[::1", "https:\\\\class.org",
              "ab--ü..c"],
)  # fmt: skip
def test_what_is_no_name_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(UserError, match=r"--name must be a host name such as class\.school\.org; got "):
        host_name(given)


def test_a_name_with_a_path_is_told_of_the_flag_for_paths() -> None:
    with pytest.raises(UserError, match=re.escape("Write: --name class.school.org --base-url /nn/")):
        host_name("https://class.school.org/nn/")


@pytest.mark.parametrize("given", ["/some/prefix/", "/some/prefix", "some/prefix", " some/prefix/ "])
def test_a_prefix_is_taken_with_and_without_slashes(given: str) -> None:
    assert path_prefix(given) == "/some/prefix/"


@pytest.mark.parametrize("given", ["", "/", "//"])
def test_no_prefix_is_none(given: str) -> None:
    assert path_prefix(given) == ""


@pytest.mark.parametrize("given", ["https://a.org/b", "/a b/", "a//b", "../a", "/a/./b", "C:\\a", "/a?b", "/a;b", "ü"])
def test_what_is_no_prefix_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(UserError, match="--base-url must be a path such as /some/prefix/; got "):
        path_prefix(given)


@pytest.mark.parametrize(
    ("given", "origin"),
    [
        ("https://lms.school.org", "https://lms.school.org"),
        ("https://LMS.school.org/course/1?x=y", "https://lms.school.org"),
        ("lms.school.org", "https://lms.school.org"),
        ("http://lms.school.org:8080", "http://lms.school.org:8080"),
        ("https://bücher.example", "https://xn--bcher-kva.example"),
        ("http://[::1]:80", "http://[::1]:80"),
    ],
)
def test_a_site_is_taken_as_it_is_pasted(given: str, origin: str) -> None:
    assert frame_origin(given) == origin


@pytest.mark.parametrize("given", ["", "*", "'self'", "https://*.school.org", "ftp://a.org", "https://a.org;", "a b"])
def test_what_is_no_site_is_refused_in_a_sentence(given: str) -> None:
    with pytest.raises(UserError, match=r"--allow-frame must be a site such as https://lms\.school\.org; got "):
        frame_origin(given)


def test_an_address_of_another_machine_is_told_as_such() -> None:
    for port in (None, PORTS[0]):
        with pytest.raises(UserError, match=r"192\.0\.2\.1 is no address of this machine\..*127\.0\.0\.1"):
            free_port("192.0.2.1", port)


@pytest.mark.parametrize(
    ("number", "sentence"),
    [
        (errno.EACCES, "You may not use port 80: this machine forbids it. Choose one from 1024 on with --port."),
        (errno.EADDRINUSE, "Port 80 is in use. Choose another with --port."),
        (errno.EAFNOSUPPORT, "127.0.0.1 port 80 cannot be used: what the system says."),
    ],
)
def test_a_port_that_cannot_be_had_is_told_with_its_reason(
    number: int, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(number, "what the system says")

    monkeypatch.setattr(socket, "create_server", refuse)
    with pytest.raises(UserError, match=f"^{re.escape(sentence)}$"):
        free_port("127.0.0.1", 80)
    expected = {errno.EAFNOSUPPORT: "cannot be used: what the system says"}.get(number, "No port from 8866 to 8915 is")
    with pytest.raises(UserError, match=expected):
        free_port("127.0.0.1", None)


def test_the_machines_own_addresses_are_those_of_its_networks() -> None:
    for version in (4, 6):
        for found in map(ipaddress.ip_address, own_addresses(version)):
            assert found.version == version
            assert (found.is_loopback, found.is_link_local) == (False, False)


def test_the_address_that_leads_farther_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    def entry(family: int, address: str) -> SimpleNamespace:
        return SimpleNamespace(family=family, address=address)

    interfaces = {
        "lo": [entry(socket.AF_INET, "127.0.0.1"), entry(socket.AF_INET6, "::1")],
        "docker0": [entry(socket.AF_INET, "172.17.0.1")],
        "off": [entry(socket.AF_INET, "10.9.9.9")],
        "wlan0": [entry(psutil.AF_LINK, "00:00"), entry(socket.AF_INET, "10.0.0.7"),
                  entry(socket.AF_INET6, "fe80::1%wlan0"), entry(socket.AF_INET6, "2001:db8::7")],
        "eth9": [entry(socket.AF_INET, "169.254.1.1")],
    }  # fmt: skip
    stats = {name: SimpleNamespace(isup=name != "off") for name in interfaces}
    monkeypatch.setattr(psutil, "net_if_addrs", lambda: interfaces)
    monkeypatch.setattr(psutil, "net_if_stats", lambda: stats)
    monkeypatch.setattr(finding, "_address_to_elsewhere", {4: "10.0.0.7", 6: ""}.get)
    assert own_addresses(4) == ["10.0.0.7", "172.17.0.1"]
    assert own_addresses(6) == ["2001:db8::7"]


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> None:
    """A machine with two addresses."""
    monkeypatch.setattr(
        "nncompare.server.server_address.own_addresses", lambda version: NETWORK if version == 4 else []
    )
    monkeypatch.setattr("nncompare.server.announcement.shutil.get_terminal_size", lambda: SimpleNamespace(columns=80))


class Screen(io.TextIOWrapper):
    """A terminal, or a file, of some encoding."""

    def __init__(self, encoding: str = "utf-8", is_terminal: bool = True) -> None:
        super().__init__(io.BytesIO(), encoding=encoding)
        self.is_terminal = is_terminal

    def isatty(self) -> bool:
        return self.is_terminal


def served(ip: str, **more: object) -> ServerAddress:
    return ServerAddress(**{"ip": ip, "port": 8866, "token": TOKEN, "is_token_known": False, **more})  # type: ignore[arg-type]


def test_the_addresses_can_be_opened_where_they_are_needed(network: None) -> None:
    printed = announcement(served("0.0.0.0"), Screen(is_terminal=False))
    first, second = printed.splitlines()
    assert first == f"nncompare is at http://127.0.0.1:8866/?token={TOKEN} - press Ctrl-C to end."
    assert [word for word in second.split() if word.startswith("http")] == [
        f"http://{ip}:8866/?token={TOKEN}" for ip in NETWORK
    ]
    assert socket.gethostname() not in [urlsplit(word).hostname for word in printed.split()]


def test_a_server_for_this_machine_has_one_address_and_no_picture(network: None) -> None:
    assert announcement(served("127.0.0.1"), Screen()).count("\n") == 1
    printed = announcement(served("::"), Screen())
    assert "http://[::1]:8866/" in printed
    assert "in no network at the moment" in printed


def test_a_token_that_the_user_gave_is_not_shown(network: None) -> None:
    printed = announcement(served("0.0.0.0", is_token_known=True), Screen())
    assert "http://127.0.0.1:8866/, with the token that you gave" in printed
    assert TOKEN not in printed
    assert modules_of(printed) == modules("http://192.168.1.5:8866/")


@pytest.mark.parametrize("encoding", ["utf-8", "cp437", "cp850"])
def test_the_picture_holds_the_address_for_others(network: None, encoding: str) -> None:
    screen = Screen(encoding)
    printed = announcement(served("0.0.0.0", prefix="/nn/"), screen)
    screen.write(printed)
    screen.flush()
    assert modules_of(printed) == modules(f"http://192.168.1.5:8866/nn/?token={TOKEN}")
    assert modules_of(announcement(served("192.168.1.9"), screen)) == modules(f"http://192.168.1.9:8866/?token={TOKEN}")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "no such one"])
def test_without_block_characters_spaces_are_coloured(encoding: str) -> None:
    drawn = qr_code("http://10.0.0.1/", encoding, 200)
    assert drawn.isascii()
    rows = [re.findall(r"\x1b\[(107|40)m  ", line) for line in drawn.splitlines()]
    assert [[int(colour == "40") for colour in row] for row in rows] == modules("http://10.0.0.1/")
    assert all(line.endswith("\x1b[0m") for line in drawn.splitlines())


def test_what_does_not_fit_or_cannot_be_said_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    width = len(modules("http://10.0.0.1/"))
    assert qr_code("http://10.0.0.1/", "utf-8", width)
    assert qr_code("http://10.0.0.1/", "utf-8", width - 1) == ""
    assert qr_code("http://10.0.0.1/", "ascii", 2 * width - 1) == ""
    monkeypatch.setattr(
        "nncompare.server.qr_code.os.name", "nt"
    )  # whose older terminals show the codes of colours as they are
    assert "\x1b" not in qr_code("http://10.0.0.1/", "cp437", width)
    assert qr_code("http://10.0.0.1/", "cp1252", 200) == ""


def modules(text: str) -> list[list[int]]:
    """The picture as it should be: 1 is black."""
    return [list(row) for row in segno.make_qr(text, error="l").matrix_iter(border=2)]


def modules_of(printed: str) -> list[list[int]]:
    """Read the picture from the blocks of a terminal."""
    lines = [re.sub(r"\x1b\[[\d;]*m", "", line) for line in printed.splitlines() if line.startswith("\x1b")]
    white = {"█": (0, 0), "▀": (0, 1), "▄": (1, 0), " ": (1, 1)}
    rows = [[white[sign][half] for sign in line] for line in lines for half in (0, 1)]
    return rows[:-1]
