"""A kernel that has imported everything waits for whoever opens the page next."""

import json
import os
import subprocess
import sys
from typing import ClassVar

import psutil
import pytest
from browser import Browser
from hosts import NOTEBOOK, voila
from kernel_talk import connected, value_of
from waiting import wait_until

from nncompare.server.ready_kernel import ReadyKernel

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there every kernel is started when it is needed")


def is_known_to_ipywidgets(client):
    return value_of(client, "'jupyter.widget.control' in get_ipython().kernel.comm_manager.targets")


def test_the_page_takes_the_one_that_waits_and_another_waits_soon(process):
    before = process.kernels()
    (ready,) = wait_until(process.waiting_kernels, 30, "a kernel in waiting")
    browser = Browser(process).sign_in()
    first, second = browser.open_page("?a.channels=3"), browser.open_page("?a.channels=5")
    kernels = process.kernels()
    assert kernels[first] == ready
    assert kernels.keys() - before.keys() == {first, second}
    assert "ipykernel_launcher" in kernels[second].cmdline(), "nobody waits this moment: it is started as ever"
    folders = set()
    for kernel, channels in ((first, 3), (second, 5)):
        with connected(process.connection_files()[kernel]) as client:
            assert value_of(client, "dashboard.comparison.a.channels") == channels, "it knows its page's address"
            assert is_known_to_ipywidgets(client)
            folders.add(value_of(client, "__import__('os').getcwd()"))
    wait_until(process.waiting_kernels, 30, "the next kernel in waiting")
    assert len(folders) == 1


def test_a_page_that_is_closed_ends_its_kernel_and_no_other(process):
    browser = Browser(process).sign_in()
    own, other = browser.open_page(), browser.open_page()
    pid = process.kernels()[own].pid
    assert browser.end(own) == 204
    psutil.wait_procs([psutil.Process(pid)] if psutil.pid_exists(pid) else [], timeout=30)
    assert not psutil.pid_exists(pid)
    assert browser.get(f"api/kernels/{own}").status_code == 404
    assert browser.get(f"api/kernels/{other}").status_code == 200


def test_the_page_shows_nothing_of_the_notebook(process):
    page = Browser(process).sign_in().get("").text
    code = json.loads(NOTEBOOK.read_text("utf-8"))["cells"][1]["source"]
    lines = [line for line in "".join(code).splitlines() if " " in line]
    assert lines
    for line in lines:
        assert line not in page
    assert str(NOTEBOOK.parent) not in page


def test_a_killed_server_leaves_neither_kernels_nor_one_that_waits(user_cache, tmp_path):
    with voila(tmp_path / "served", user_cache) as host:
        wait_until(host.waiting_kernels, 30, "a kernel in waiting")
        number = Browser(host).sign_in().open_page()
        kernel = host.kernels()[number]
        wait_until(host.waiting_kernels, 30, "the next kernel in waiting")
        kernel.parent().kill()
        wait_until(lambda: not host.processes(), 30, "the end of all that the server had started")


def told(process):
    return process.stdout.readline()


@pytest.fixture
def ready(monkeypatch):
    """A keeper whose kernels only repeat what they are told."""
    made, started, popen = ReadyKernel(), [], subprocess.Popen

    def repeat(command, **options):
        script = "import sys; print(sys.stdin.readline(), end='', flush=True)"
        started.append(popen([sys.executable, "-c", script], stdout=subprocess.PIPE, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", repeat)
    monkeypatch.setattr("nncompare.server.ready_kernel.IOLoop", Loop)
    Loop.later.clear()
    made.started = started
    yield made
    made.close()
    for process in started:
        process.kill()
        process.wait()
        process.stdout.close()
        process.stdin.close()


class Loop:
    later: ClassVar[list] = []

    @classmethod
    def current(cls):
        return cls

    @classmethod
    def call_later(cls, seconds, work):
        cls.later.append(work)


def test_it_is_told_which_kernel_it_is(ready):
    ready.prepare()
    process = ready.take(COMMAND, {"QUERY_STRING": "a=ü"}, "/somewhere")
    assert process is ready.started[0]
    assert b'"words": ["-f", "kernel.json"]' in (line := told(process))
    assert b'"QUERY_STRING": "a=\\u00fc"' in line
    assert b'"folder": "/somewhere"' in line


def test_only_one_waits_and_the_next_one_comes_later(ready):
    assert ready.take(COMMAND, {}, "/") is None, "none has been prepared"
    ready.prepare()
    ready.prepare()
    assert len(ready.started) == 1
    assert ready.take(COMMAND, {}, "/") is not None
    assert ready.take(COMMAND, {}, "/") is None
    for work in Loop.later:
        work()
    assert len(ready.started) == 2
    assert ready.take(COMMAND, {}, "/") is ready.started[1]


def test_one_that_has_died_is_not_taken(ready):
    ready.prepare()
    ready.started[0].kill()
    ready.started[0].wait()
    assert ready.take(COMMAND, {}, "/") is None


@pytest.mark.parametrize("command", [["/elsewhere/python", *COMMAND[1:]], [sys.executable, "-m", "another_kernel"]])
def test_another_program_is_left_to_itself(ready, command):
    ready.prepare()
    assert ready.take(command, {}, "/") is None
    assert ready.take(COMMAND, {}, "/") is ready.started[0]


def test_none_is_prepared_where_it_could_not_be_taken_or_after_the_end(ready, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr("nncompare.server.ready_kernel.os.name", "nt")
        ready.prepare()
    ready.close()
    ready.prepare()
    assert ready.started == []


def test_a_server_that_cannot_start_one_serves_all_the_same(ready, monkeypatch):
    def refuse(*_, **__):
        raise BlockingIOError("no more processes")

    monkeypatch.setattr(subprocess, "Popen", refuse)
    ready.prepare()
    assert ready.take(COMMAND, {}, "/") is None


def test_one_that_nobody_takes_ends_with_its_server():
    words = [sys.executable, "-P", "-m", "nncompare.server.waiting_kernel"]
    done = subprocess.run(words, input=b"", capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
