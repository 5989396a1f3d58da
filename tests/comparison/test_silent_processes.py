"""Processes that are there but answer no more, or not for a while: stopped ones stand for all that hang."""

import os
import re
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from killable_engine import KillableEngine
from processes import until, until_gone
from tiny_pairs import begin, finish, free_workers, pair, until_both_train, worker_pids
from waiting import wait_until

from nncompare.comparison.state import State
from nncompare.engine import loop
from nncompare.engine.shared import EngineHolder

LONG = {"channels": 4, "epochs": 100}
LIMIT_SECONDS = 8


@pytest.fixture(scope="module")
def impatient(synthetic_digits: Path) -> Iterator[KillableEngine]:
    """An engine whose kernel gives up what it has not heard for eight seconds, and says so after four."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNCOMPARE_SILENCE_SECONDS", str(LIMIT_SECONDS))
        holder = EngineHolder()
        yield KillableEngine(holder)
        holder.close()


@contextmanager
def stopped(pid: int) -> Iterator[None]:
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)


def worker_of(impatient: KillableEngine, place: str) -> int:
    pid: int = loop.wait(impatient.get().ask(os.getpid, address=place, seconds=60))
    return pid


def test_a_worker_that_is_heard_again_goes_on(impatient: KillableEngine, places: dict[str, str]) -> None:
    running = begin(pair(a={"epochs": 9}, b={"epochs": 9}), impatient.holder)
    until_both_train(running)
    with stopped(worker_of(impatient, places["A"])):
        until(lambda: running.a.silence, "word that nothing is heard")
        assert running.a.silence == "This training has been silent for 4 s. Still waiting for it."
        assert running.a.state is State.RUNNING
        assert running.b is not None
        assert running.b.silence == "", "it is heard"
    until(lambda: not running.a.silence, "word that it is heard again")
    assert running.wait(90)
    assert [(run.state, run.history.epochs, run.message) for run in running.runs] == [(State.FINISHED, 9, "")] * 2


def test_a_worker_that_is_not_heard_any_more_is_given_up_and_replaced(
    impatient: KillableEngine, places: dict[str, str]
) -> None:
    running = begin(pair(a=LONG, b=LONG), impatient.holder)
    until_both_train(running)
    until(lambda: running.a.history.epochs >= 1, "an epoch")
    before, hung = worker_pids(impatient.pid), worker_of(impatient, places["A"])
    with stopped(hung):
        began = time.monotonic()
        until(lambda: running.a.state is State.FAILED, "the end of A")
        assert time.monotonic() - began > LIMIT_SECONDS / 2, "it was not waited for"
        assert running.a.is_lost
        kept = r"The curves up to here are kept, and it can be resumed from epoch \d+\."
        assert re.fullmatch(rf"Nothing was heard from the worker of model A for 8 s\. {kept}", running.a.message)
        assert running.b is not None
        assert running.b.message == ""
        running.stop()
        assert running.wait(90)
        assert running.b.state in (State.STOPPED, State.FINISHED)
        until_gone([hung])
    until(lambda: len(worker_pids(impatient.pid)) == len(before), "the worker that takes its place")
    assert finish(pair(), impatient.holder).state is State.FINISHED


def test_a_worker_that_does_not_answer_before_it_trains_is_told(
    impatient: KillableEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its scheduler does not know, and hands it out."""
    hung = worker_of(impatient, wait_until(lambda: free_workers(impatient.holder), "a free worker")[0])
    with stopped(hung):
        running = begin(pair(), impatient.holder)
        assert running.wait(90)
        assert {run.message for run in running.runs} == {"Nothing was heard from the worker for 8 s. Train again."}
        until_gone([hung])
    until(lambda: len(free_workers(impatient.holder)) == 2, "both workers are free")
    assert finish(pair(), impatient.holder).state is State.FINISHED


def test_an_engine_that_is_not_heard_any_more_is_given_up_and_the_next_train_starts_another(
    impatient: KillableEngine,
) -> None:
    running = begin(pair(a=LONG, b=LONG), impatient.holder)
    until_both_train(running)
    waiting = begin(pair(), impatient.holder)
    until(lambda: waiting.position is not None, "a place in the queue")
    engine = impatient.pid
    processes = [engine, *worker_pids(engine)]
    with stopped(engine):
        until(lambda: running.a.silence and waiting.a.silence, "word that nothing is heard")
        assert running.wait(90)
        assert waiting.wait(90)
        what = "Nothing was heard from the engine that trains the models for 8 s."
        for run in running.runs:
            assert (run.state, run.is_lost, run.silence) == (State.FAILED, True, "")
            assert run.message.startswith(f"{what} The curves up to here are kept")
        assert {run.message for run in waiting.runs} == {f"{what} Train again."}
        assert finish(pair(), impatient.holder).state is State.FINISHED
        until_gone(processes)
    assert impatient.pid != engine
