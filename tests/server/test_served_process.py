"""``nncompare serve`` of an installed wheel: its processes, files and environment.

One server for all, in the order of the tests.
"""

import json
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest
import requests
from browser import Browser
from hosts import NOTEBOOK, Host, voila
from kernel_talk import connected, value_of
from waiting import wait_until

is_prepared = pytest.mark.skipif(os.name == "nt", reason="there every kernel is started when it is needed")


@dataclass(frozen=True)
class Served:
    """A server, the kernel that waited when it had none yet, and two pages that were opened at once.

    `first` has taken the kernel that waited. The browser is that of the `second`; each page asked for its `channels`.
    """

    host: Host
    browser: Browser
    ready: psutil.Process | None
    first: str
    second: str
    channels: dict[str, int]


@pytest.fixture(scope="module")
def served(user_cache: Path, installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One server for all tests of this module; where it is started there lies a configuration of Voila's."""
    folder = tmp_path_factory.mktemp("served")
    (folder / "voila.py").write_text("open('ran', 'w').close()\nc.Voila.ip = '0.0.0.0'\n")
    (folder / "voila.json").write_text('{"Voila": {"token": ""}, "VoilaConfiguration": {"file_allowlist": [".*"]}}')
    with voila(folder, user_cache, {"PYTHONPATH": str(installed)}) as host:
        ready = wait_until(host.waiting_kernels, "a kernel in waiting")[0] if os.name != "nt" else None
        browsers = {channels: Browser(host).sign_in() for channels in (3, 5)}
        with ThreadPoolExecutor(2) as pool:  # one after the other, a slow machine has the next one ready in between
            opened = pool.map(lambda channels: browsers[channels].open_page(f"?a.channels={channels}"), browsers)
        channels = dict(zip(opened, browsers, strict=True))
        kernels = host.kernels()
        first, second = sorted(channels, key=lambda kernel: kernels[kernel] != ready)
        yield Served(host, browsers[channels[second]], ready, first, second, channels)


def shows(process: psutil.Process, token: str) -> bool:
    """Whether a process has the token in its command line or, unless it is the server itself, in its environment."""
    with suppress(psutil.Error):  # it has just ended
        if token in " ".join(process.cmdline()):
            return True
        return process.ppid() != os.getpid() and token in str(process.environ())
    return False


@is_prepared
def test_a_page_takes_the_kernel_that_waits(served: Served) -> None:
    kernels = served.host.kernels()
    assert kernels[served.first] == served.ready
    assert "ipykernel_launcher" in kernels[served.second].cmdline(), "nobody waits this moment: it is started as ever"


def test_a_kernel_is_the_same_whether_it_waited_or_not(served: Served) -> None:
    folders = set()
    for kernel, channels in served.channels.items():
        with connected(served.host.connection_files()[kernel]) as client:
            assert value_of(client, "dashboard.comparison.a.channels") == channels, "it knows its page's address"
            targets = "get_ipython().kernel.comm_manager.targets"
            assert value_of(client, f"'jupyter.widget.control' in {targets}"), "it tells which widgets there are"
            folders.add(value_of(client, "__import__('os').getcwd()"))
    assert len(folders) == 1


def test_the_token_is_seen_nowhere_else(served: Served) -> None:
    """Every user sees command lines; and a kernel, its workers and what they start have no need of it."""
    assert len(served.host.processes()) > 3
    # One that the server has just begun to start still has the server's own environment.
    wait_until(lambda: not [one for one in served.host.processes() if shows(one, served.host.token)], "nobody shows it")
    assert served.host.token not in served.host.log.read_text("utf-8")


def test_a_configuration_in_the_current_folder_opens_nothing(served: Served) -> None:
    """Voila by itself runs a voila.py that lies where it is started."""
    assert (served.host.folder / "voila.py").is_file()
    assert requests.get(served.host.address, timeout=30).status_code == 403
    assert not (served.host.folder / "ran").exists()


def test_it_is_the_installed_one(served: Served, installed: Path) -> None:
    with connected(served.host.connection_files()[served.first]) as client:
        assert value_of(client, "__import__('nncompare').__file__") == str(installed / "nncompare" / "__init__.py")


def test_the_page_shows_nothing_of_the_notebook(served: Served) -> None:
    code = "".join(json.loads(NOTEBOOK.read_text("utf-8"))["cells"][1]["source"])
    lines = [line for line in code.splitlines() if " " in line]
    assert lines
    assert [line for line in [*lines, str(NOTEBOOK.parent)] if line in served.browser.page] == []


def test_a_page_that_is_closed_ends_its_kernel_and_no_other(served: Served) -> None:
    pid, browser = served.host.kernels()[served.second].pid, served.browser
    assert browser.end(served.second) == 204
    wait_until(lambda: not psutil.pid_exists(pid), "the end of its kernel")
    assert browser.get(f"api/kernels/{served.second}").status_code == 404
    assert browser.get(f"api/kernels/{served.first}").status_code == 200


@is_prepared
def test_a_killed_server_leaves_neither_kernels_nor_one_that_waits(served: Served) -> None:
    (waiting,) = wait_until(served.host.waiting_kernels, "the next kernel in waiting")
    kernel = served.host.kernels()[served.first]
    assert {waiting, kernel} < set(served.host.processes())
    folder = served.host.folder / "tmp"
    wait_until(lambda: len(list(folder.rglob("engine.json"))) == 2, "that of the engine, and the one for kernels")
    server = kernel.parent()
    assert server is not None
    server.kill()
    wait_until(lambda: not served.host.processes(), "the end of all that the server had started")
    assert list(folder.rglob("engine.json")) == []
