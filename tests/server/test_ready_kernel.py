"""A kernel that has imported everything waits for the next page; the processes here only repeat what they are told."""

import io
import os
import subprocess
import sys
from typing import ClassVar

import pytest

from nncompare import templates
from nncompare.server import waiting_kernel
from nncompare.server.ready_kernel import ReadyKernel

COMMAND = [sys.executable, "-m", "ipykernel_launcher", "-f", "kernel.json"]
pytestmark = pytest.mark.skipif(os.name == "nt", reason="there every kernel is started when it is needed")


def told(process):
    return process.stdout.readline()


class Recorded(ReadyKernel):
    """Knows the processes that were started for it."""

    started: list[subprocess.Popen[str]]


@pytest.fixture
def ready(monkeypatch):
    made, started, popen = Recorded(), [], subprocess.Popen

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
        with process:
            process.kill()


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


def test_one_that_nobody_takes_ends_with_its_server(monkeypatch, capfd):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    waiting_kernel.main()
    assert capfd.readouterr() == ("", "")


def test_one_in_waiting_has_compiled_what_pages_show(monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"")))
    templates._environment.cache_clear()
    waiting_kernel.main()
    environment = templates._environment("nncompare.ui")
    assert environment.cache is not None
    assert {name for _, name in environment.cache} == set(environment.list_templates())
