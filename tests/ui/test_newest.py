import threading
import time

import pytest
from by_hand import ByHand

from nncompare.ui.newest import Newest
from nncompare.ui.refresher import Refresher

DEADLINE = 90


@pytest.fixture
def refresher():
    return ByHand()


@pytest.fixture
def newest(refresher):
    return Newest(refresher)


@pytest.fixture
def told():
    return []


@pytest.fixture
def ask(newest, told):
    return lambda answer: newest.ask(lambda: answer, told.append, told.append)


def test_of_what_is_asked_meanwhile_only_the_newest_is_done(refresher, ask, told):
    for number in range(100):
        ask(number)
        assert refresher.at_work == 1
    refresher.finish()
    refresher.finish()
    assert (told, refresher.at_work) == ([0, 99], 0)


def test_the_next_one_has_begun_before_an_answer_is_told(refresher, newest, ask):
    begun = []
    newest.ask(lambda: "first", lambda _: begun.append(refresher.at_work), begun.append)
    ask("second")
    refresher.finish()
    assert begun == [1]


def test_an_exception_is_told_and_what_waits_is_done(refresher, newest, ask, told):
    newest.ask(lambda: 1 / 0, told.append, lambda error: told.append(type(error)))
    ask("next")
    refresher.finish()
    refresher.finish()
    assert told == [ZeroDivisionError, "next"]


def test_what_is_forgotten_is_neither_begun_nor_told(refresher, newest, ask, told):
    ask("under way")
    ask("waiting")
    newest.forget()
    refresher.finish()
    assert (told, refresher.at_work, newest.is_waiting) == ([], 0, False)


def test_after_something_was_forgotten_the_next_still_waits_for_its_end(refresher, newest, ask, told):
    ask("forgotten")
    newest.forget()
    ask("wanted")
    assert refresher.at_work == 1
    refresher.finish()
    refresher.finish()
    assert told == ["wanted"]


def test_it_knows_for_how_long_an_answer_is_waited_for(refresher, newest, ask):
    assert (newest.seconds, newest.is_waiting) == (0, False)
    began = time.monotonic()
    ask("first")
    assert newest.is_waiting
    assert 0 <= newest.seconds <= time.monotonic() - began
    ask("second")
    refresher.finish()
    assert newest.is_waiting
    refresher.finish()
    assert (newest.seconds, newest.is_waiting) == (0, False)


def test_an_answer_that_cannot_be_drawn_keeps_nothing_up(refresher, newest, ask, told):
    newest.ask(lambda: "answer", lambda _: 1 / 0, told.append)
    with pytest.raises(ZeroDivisionError):
        refresher.finish()
    ask("next")
    refresher.finish()
    assert told == ["next"]


def test_answers_are_told_on_the_thread_of_the_refresher():
    refresher, done, told = Refresher(lambda: None), threading.Event(), []
    newest = Newest(refresher)

    def tell(answer):
        told.append((answer, threading.current_thread().name))
        done.set()

    refresher.start()
    refresher.post(lambda: newest.ask(lambda: threading.current_thread().name, tell, tell))
    assert done.wait(DEADLINE)
    refresher.close()
    refresher.thread.join(DEADLINE)
    (answer, thread) = told[0]
    assert answer.startswith("nncompare-background")
    assert thread == "nncompare-refresher"
