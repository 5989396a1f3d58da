"""What the board of a class keeps, and for how long: without a network."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncompare.engine.class_board import (
    EVERYBODY,
    GONE_SECONDS,
    LONGEST_TEXT,
    MOST_CLASSES,
    MOST_OUTCOMES,
    MOST_OUTCOMES_OF_A_PAGE,
    MOST_PAGES,
    ClassBoard,
    ClassBoards,
)


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def board(clock):
    return ClassBoard(clock)


def say(board, client, text="here", *, number=0, lesson=0, is_active=False, **outcome):
    return board.report(client, number, lesson, text, is_active=is_active, **outcome)


def wish(board, version=0, lesson="", stop=(), taken=()):
    board.direct(version, lesson, stop, taken)


def pages(board):
    return dict(board.look(0)["pages"])


def outcomes(board, since=0):
    return [(page, run, text) for page, run, _, text in board.look(since)["outcomes"]]


def test_pages_are_numbered_as_they_come_and_keep_their_number(board):
    assert [say(board, client)["number"] for client in ("x", "y", "x")] == [1, 2, 1]
    assert pages(board) == {1: "here", 2: "here"}


def test_a_page_that_is_gone_or_silent_disappears(board, clock):
    say(board, "x")
    say(board, "y")
    board.leave("x")
    assert pages(board) == {2: "here"}
    clock.now += GONE_SECONDS / 2
    say(board, "z")
    clock.now += GONE_SECONDS / 2 + 0.1
    assert set(pages(board)) == {1}, "the newest one, which got the number that was free"


def test_a_page_gets_the_number_that_it_had_on_an_earlier_board_unless_it_is_taken(board):
    assert say(board, "x", number=7)["number"] == 7
    assert say(board, "y", number=7)["number"] == 1
    wish(board, taken=[2, 3])
    assert say(board, "z")["number"] == 4
    board.leave("z")
    assert say(board, "z", number=3)["number"] == 3


def test_a_lesson_comes_with_the_next_answer_and_once(board):
    assert "lesson" not in say(board, "x")
    wish(board, 1, "one")
    answer = say(board, "x")
    assert (answer["version"], answer["lesson"]) == (1, "one")
    assert "lesson" not in say(board, "x", lesson=1)
    assert say(board, "new")["lesson"] == "one", "a page that comes later gets it, too"
    wish(board, 2, "")
    assert say(board, "x", lesson=1)["lesson"] == ""


def test_a_new_board_takes_no_lesson_away(board):
    assert "lesson" not in say(board, "x", lesson=3)


def test_a_page_is_told_to_stop_until_nothing_is_under_way(board):
    for client in ("x", "y", "idle"):
        say(board, client, is_active=client != "idle")
    wish(board, stop=[1])
    assert [say(board, client, is_active=True)["stop"] for client in ("x", "y", "x")] == [True, False, True]
    assert not say(board, "x")["stop"]
    assert not say(board, "x", is_active=True)["stop"], "it was begun anew"
    wish(board, stop=[EVERYBODY])
    assert [say(board, client, is_active=True)["stop"] for client in ("x", "y", "idle")] == [True, True, False]


def test_outcomes_outlive_their_page_and_are_told_once(board):
    say(board, "x", run=1, outcome="first")
    say(board, "x", run=2, outcome="second")
    say(board, "x", run=1, outcome="first, trained on")
    board.leave("x")
    assert outcomes(board) == [(1, 2, "second"), (1, 1, "first, trained on")]
    assert outcomes(board, since=2) == [(1, 1, "first, trained on")]
    assert say(board, "y")["number"] == 2, "the number stands for what came out"
    board.clear()
    assert outcomes(board) == []


def test_there_is_room_for_so_much_and_no_more(board):
    for number in range(MOST_PAGES + 10):
        say(board, f"client {number}")
    assert len(pages(board)) == MOST_PAGES
    for run in range(MOST_OUTCOMES_OF_A_PAGE + 10):
        say(board, "client 0", run=run, outcome=str(run))
    assert [text for *_, text in outcomes(board)] == [str(run) for run in range(10, MOST_OUTCOMES_OF_A_PAGE + 10)]
    for number in range(MOST_PAGES):
        for run in range(10):
            say(board, f"client {number}", run=run, outcome="x")
    assert len(outcomes(board)) == MOST_OUTCOMES


anything = st.one_of(st.none(), st.integers(), st.floats(), st.text(), st.lists(st.integers()), st.booleans())


@given(client=anything, number=anything, lesson=anything, report=anything, run=anything, outcome=anything)
def test_nonsense_breaks_nothing(client, number, lesson, report, run, outcome):
    board = ClassBoard()
    board.report(client, number, lesson, report, is_active=False, run=run, outcome=outcome)
    assert say(board, "x") is not None
    assert all(isinstance(text, str) for text in pages(board).values())


def test_what_is_too_long_is_not_kept(board):
    assert say(board, "x", "y" * (LONGEST_TEXT + 1)) is None
    assert say(board, "x", run=1, outcome="y" * (LONGEST_TEXT + 1)) is None
    assert pages(board) == {}


def test_each_class_has_a_board_and_they_are_not_too_many():
    boards = ClassBoards()
    first = boards.of("first")
    say(first, "x")
    assert boards.of("first") is first
    assert boards.of("second") is not first
    boards.leave("x")
    assert pages(first) == {}
    for number in range(MOST_CLASSES):
        boards.of(str(number))
    assert boards.of("first") is not first
