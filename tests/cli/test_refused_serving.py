"""Addresses and tokens with which ``nncompare serve`` does not begin: one sentence, before anything is started."""

import socket
from pathlib import Path

import pytest
from command import assert_is_one_sentence, called


def test_serve_on_a_port_in_use_is_told() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        code, out, err = called("serve", "--port", str(port), "--no-browser")
    assert (code, out, err) == (2, "", f"nncompare: Port {port} is in use. Choose another with --port.\n")


@pytest.mark.parametrize("port", ["0", "-1", "65536", "1000000000"])
def test_serve_on_a_port_that_is_none_is_told(port: str) -> None:
    code, out, err = called("serve", f"--port={port}", "--no-browser")
    assert (code, out) == (2, "")
    assert err == f"nncompare: Port must be a whole number from 1 to 65535; got {port}.\n"


@pytest.mark.parametrize("ip", ["0.0.0.0", "::", "192.168.1.2"])
def test_serve_without_a_token_is_for_this_machine_alone(ip: str) -> None:
    code, out, err = called("serve", "--no-browser", "--no-token", f"--ip={ip}")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "--no-token is only for this machine alone.", f"leave out --ip {ip}")


@pytest.mark.parametrize(
    ("flags", "sentence"),
    [
        (["--name", "https://class.school.org/nn/"], "--name takes no path."),
        (["--name", "*.org"], "--name must be a host name such as class.school.org; got *.org."),
        (["--base-url", "a b"], "--base-url must be a path such as /some/prefix/; got a b."),
        (["--allow-frame", "*"], "--allow-frame must be a site such as https://lms.school.org; got *."),
        (["--ip", "192.0.2.1"], "192.0.2.1 is no address of this machine."),
        (["--behind-jupyter"], "--behind-jupyter is for jupyter-server-proxy, which gives a token."),
        (["--behind-jupyter", "--no-token"], "--behind-jupyter is for jupyter-server-proxy, which gives a token."),
    ],
)
def test_serve_where_it_cannot_be_reached_is_told_before_anything_starts(flags: list[str], sentence: str) -> None:
    code, out, err = called("serve", "--no-browser", *flags)
    assert (code, out) == (2, "")
    assert err.startswith(f"nncompare: {sentence}")
    assert err.count("\n") == 1


@pytest.mark.parametrize("ip", ["", "everywhere", "1.2.3", "127.0.0.1; rm -rf /"])
def test_serve_at_an_address_that_is_none_is_told(ip: str) -> None:
    code, out, err = called("serve", "--no-browser", f"--ip={ip}")
    assert (code, out) == (2, "")
    assert err == f"nncompare: The address must be a number such as 127.0.0.1 or 0.0.0.0; got {ip or 'nothing'}.\n"


@pytest.mark.parametrize("token", ["", "  ", "short", "x" * 513, "0123456789 abcdef\x07", "é" * 20])
def test_serve_with_a_token_that_is_no_secret_is_told(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_TOKEN", token)
    code, out, err = called("serve", "--no-browser")
    assert (code, out) == (2, "")
    assert_is_one_sentence(err, "The token must be 16 to 512 letters")
    assert not token.strip() or token not in err


def test_serve_with_a_token_that_others_can_read_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("0123456789abcdef")
    file.chmod(0o644)
    monkeypatch.setenv("NNCOMPARE_TOKEN_FILE", str(file))
    code, out, err = called("serve", "--no-browser")
    assert (code, out, err) == (2, "", f"nncompare: Others can read {file}. Run: chmod 600 {file}\n")


@pytest.mark.parametrize("content", [None, b"\xff\xfe" * 20])
def test_serve_with_a_file_that_holds_no_token_is_told(
    content: bytes | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    if content is not None:
        file.write_bytes(content)
        file.chmod(0o600)
    monkeypatch.setenv("NNCOMPARE_TOKEN_FILE", str(file))
    code, out, err = called("serve", "--no-browser")
    assert (code, out) == (2, "")
    assert err.startswith(f"nncompare: The token in {file} cannot be read: ")
