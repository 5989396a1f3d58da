import threading
import time

import pytest

from nncompare.ui.refresher import Refresher, Rest

DEADLINE = 90


@pytest.fixture
def ticks():
    return threading.Event()


@pytest.fixture
def refresher(ticks):
    made = Refresher(ticks.set)
    made.start()
    yield made
    made.close()
    made.thread.join(DEADLINE)
    assert not made.thread.is_alive()


def test_what_is_posted_runs_in_order_on_one_thread(refresher):
    seen, done = [], threading.Event()
    for number in range(100):
        refresher.post(lambda number=number: seen.append((number, threading.get_ident())))
    refresher.post(done.set)
    assert done.wait(DEADLINE)
    assert [number for number, _ in seen] == list(range(100))
    assert {thread for _, thread in seen} != {threading.get_ident()}
    assert len({thread for _, thread in seen}) == 1


def test_it_ticks_by_itself(refresher, ticks):
    assert ticks.wait(DEADLINE)


def test_it_ticks_also_while_much_is_posted(refresher, ticks):
    stop = threading.Event()

    def again():
        if not stop.is_set():
            refresher.post(again)

    again()
    ticks.clear()
    assert ticks.wait(DEADLINE)
    stop.set()


def test_a_failed_action_does_not_end_it(refresher, caplog):
    done = threading.Event()
    refresher.post(lambda: 1 / 0)
    refresher.post(done.set)
    assert done.wait(DEADLINE)
    assert "division by zero" in caplog.text


def test_slow_work_answers_on_the_refreshers_thread(refresher):
    answers, done = {}, threading.Event()

    def take(kind):
        def handler(value):
            answers[kind] = (value, threading.current_thread().name)
            if len(answers) == 2:
                done.set()

        return handler

    refresher.in_background(lambda: 42, take("then"), take("unexpected"))
    refresher.in_background(lambda: 1 / 0, take("unexpected"), take("failed"))
    assert done.wait(DEADLINE)
    assert answers["then"] == (42, "nncompare-refresher")
    assert isinstance(answers["failed"][0], ZeroDivisionError)
    assert answers["failed"][1] == "nncompare-refresher"


def test_a_drawing_is_followed_by_nineteen_times_its_cost():
    rest = Rest()
    assert rest.is_over

    def draw():
        end = time.thread_time() + 0.02
        while time.thread_time() < end:
            pass

    began = time.monotonic()
    rest.after(draw)
    assert not rest.is_over
    while not rest.is_over:
        assert time.monotonic() - began < DEADLINE
    assert time.monotonic() - began >= 20 * 0.02


def test_work_that_is_asked_for_after_the_end_is_left():
    refresher, asked = Refresher(lambda: None), threading.Event()
    refresher.start()
    refresher.close()
    refresher.in_background(asked.set, print, print)
    refresher.thread.join(DEADLINE)
    assert not asked.is_set()
