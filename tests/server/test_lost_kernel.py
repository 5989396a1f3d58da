"""What a page is told where its kernel cannot be started, or has ended: an answer, and not silence."""

import errno
import json
import sys
import time
from pathlib import Path

import psutil
import pytest
import requests
from browser import Browser
from local_server import LocalServer, local_server
from waiting import wait_until

from nncompare.server.closed_voila import OwnKernelSpecs
from nncompare.server.ready_kernel import ReadyKernelManager

SECONDS = 90
_BREAKS = "import os\nos._exit(3)\n"


def whole_answer(browser: Browser) -> str:
    """Open the page; fail where its answer has no end."""
    deadline, parts = time.monotonic() + SECONDS, []
    with browser.get("", stream=True) as answer:
        for part in answer.iter_content(None):
            parts.append(part.decode())
            assert time.monotonic() < deadline, "the page is still being written"
    return "".join(parts)


def test_a_page_whose_kernel_ends_as_it_starts_is_ended_with_words(tmp_path: Path) -> None:
    """Something in the user's own settings of IPython, or a lack of memory."""
    profile = tmp_path / "ipython" / "profile_default"
    profile.mkdir(parents=True)
    (profile / "ipython_kernel_config.py").write_text(_BREAKS)
    with local_server(tmp_path) as server:
        page = whole_answer(Browser(server).sign_in())
        wait_until(lambda: not server.kernels, "the server forgets the kernel")
    assert '"kernelId"' not in page, "so the script that watches the connection sees that there is none"
    assert "The server could not start this page." in page


def test_where_no_kernel_can_be_begun_the_page_says_so(
    server: LocalServer, guest: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(**_: object) -> str:
        raise FileNotFoundError("/secret/python")

    monkeypatch.setattr(server.app.kernel_manager, "start_kernel", refuse)
    answer = guest.get("")
    assert answer.status_code == 500
    assert "could not start this page" in answer.text
    assert "secret" not in answer.text
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]


def test_a_server_ends_in_order_though_a_kernel_could_not_be_begun(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    ended: list[None] = []
    with local_server(tmp_path) as server:
        stop = server.app.stop
        monkeypatch.setattr(server.app, "stop", lambda: ended.append(stop()))
        monkeypatch.setattr(ReadyKernelManager, "_async_launch_kernel", refuse)
        assert Browser(server).sign_in().get("").status_code == 500
        assert not server.kernels
    assert ended == [None]


def test_a_foreign_kernel_specification_is_not_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One by the name of ours, in a folder of the user's, that starts something else."""
    folder = tmp_path / "jupyter" / "kernels" / "python3"
    folder.mkdir(parents=True)
    spec = {"argv": ["/no/such/python", "{connection_file}"], "display_name": "Foreign", "language": "python"}
    (folder / "kernel.json").write_text(json.dumps(spec))
    with local_server(tmp_path) as server:
        assert Browser(server).sign_in().open_page()
        assert isinstance(server.app.kernel_spec_manager, OwnKernelSpecs)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    assert OwnKernelSpecs().get_kernel_spec("python3").argv[0] == sys.executable


def test_a_killed_kernel_is_gone_and_not_begun_anew(tmp_path: Path) -> None:
    """Another one would know nothing of the page, whose buttons would do nothing."""
    with local_server(tmp_path) as server:
        browser = Browser(server).sign_in()
        kernel = browser.open_page()
        with browser.connected(kernel) as line:
            line.ping()
            process = psutil.Process(server.app.kernel_manager.get_kernel(kernel).provisioner.pid)
            process.kill()
            seen = []
            while "dead" not in seen:
                kind, _, content = line.receive()
                seen.append(content["execution_state"] if kind == "status" else "")
        assert "restarting" not in seen
        assert browser.get(f"api/kernels/{kernel}").status_code == 404
        assert server.kernels == set()


def test_a_page_can_tell_the_server_from_a_proxy_and_by_which_name_it_was_asked(
    server: LocalServer, guest: Browser, kernel: str
) -> None:
    """A proxy that puts its own name there is why a connection is refused."""
    for number, status in ((kernel, 200), ("0" * 8 + kernel[8:], 404)):
        headers = {"Host": "localhost:1", "Authorization": f"token {server.token}"}
        answer = guest.get(f"api/kernels/{number}", headers=headers)
        assert (answer.status_code, answer.headers["X-Nncompare-Host"]) == (status, "localhost:1")
    anonymous = requests.get(f"{server.address}api/kernels/{kernel}", timeout=30)
    assert anonymous.status_code == 403
