"""What lets people in is the same after a restart, and private."""

import stat
from pathlib import Path

import pytest
import requests
from local_server import LocalServer, local_server

from nncompare.server.kept_secrets import KeptSecrets


def test_they_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    first = KeptSecrets.of(tmp_path / "home")
    assert KeptSecrets.of(tmp_path / "home") == first
    assert len(first.code) == 8
    assert not set("01ilo") & set(first.code)
    assert len(first.teacher) > 40


def test_only_their_user_can_read_them(tmp_path: Path) -> None:
    KeptSecrets.of(tmp_path / "home")
    (file,) = (tmp_path / "home").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_new_ones_take_their_place(tmp_path: Path) -> None:
    first = KeptSecrets.of(tmp_path)
    second = KeptSecrets.of(tmp_path, are_new=True)
    assert not {first.code, first.teacher, first.cookie} & {second.code, second.teacher, second.cookie}
    assert KeptSecrets.of(tmp_path) == second


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"code": 1, "teacher": "", "cookie": ""}', b"\xff"])
def test_a_damaged_file_is_replaced(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "server.json").write_bytes(content)
    (tmp_path / "server.json").chmod(0o600)
    made = KeptSecrets.of(tmp_path)
    assert KeptSecrets.of(tmp_path) == made


def test_what_others_could_read_is_no_secret_any_more(tmp_path: Path) -> None:
    first = KeptSecrets.of(tmp_path)
    (tmp_path / "server.json").chmod(0o644)
    assert KeptSecrets.of(tmp_path).code != first.code


def test_where_nothing_can_be_written_they_last_until_the_end(tmp_path: Path) -> None:
    (tmp_path / "home").touch()
    assert KeptSecrets.of(tmp_path / "home").code


def test_cookies_are_worth_nothing_where_another_token_is_asked_for() -> None:
    kept = KeptSecrets.new()
    assert kept.signing_key("a", "b") == kept.signing_key("a", "b") != kept.signing_key("a", "c")


def test_who_is_signed_in_stays_so_after_a_restart_and_the_code_is_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNCOMPARE_HOME", str(tmp_path / "home"))
    with requests.Session() as browser:
        browser.trust_env, browser.headers["Connection"] = False, "close"

        def answers(server: LocalServer) -> list[int]:
            paths = "voila/static/voila.js", "teacher"
            return [browser.get(server.address + path, timeout=30).status_code for path in paths]

        with local_server(tmp_path, token=None) as first:
            for path, token in (("", first.token), ("teacher", first.app.teacher.token)):
                given = {"token": token}
                browser.get(first.address + path, params=given, timeout=30, allow_redirects=False)
            assert answers(first) == [200, 200]
        monkeypatch.setattr("local_server.free_port", lambda: first.app.address.port)
        with local_server(tmp_path, token=None) as second:
            assert (second.token, answers(second)) == (first.token, [200, 200])
        with local_server(tmp_path, token=None, is_code_new=True) as third:
            assert answers(third) == [403, 403]
