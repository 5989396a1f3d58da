"""What the pages of a class report, and what its teacher asks of them: plain logic, without a network.

A page may report anything, so what it says is text of a bounded length that nobody reads here: what shows it
checks it. A board holds so many pages and outcomes, and no more.
"""

import itertools
import secrets
import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

MOST_CLASSES = 10
MOST_PAGES = 300
MOST_OUTCOMES, MOST_OUTCOMES_OF_A_PAGE = 1_000, 50
LONGEST_TEXT = 2_000
LONGEST_LESSON = 20_000
GONE_SECONDS = 10.0
EVERYBODY = 0
"""Stands for all pages where numbers of pages are listed."""
_LARGEST_NUMBER = 9_999


@dataclass
class _Page:
    number: int
    report: str
    is_active: bool
    heard: float
    must_stop: bool = False


class ClassBoard:
    """The pages of one class, by the connection that each has to the scheduler. `clock` gives seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._id = secrets.token_hex(8)  # another one after the scheduler was restarted
        self._pages: dict[str, _Page] = {}
        self._outcomes: dict[tuple[int, int], tuple[int, str]] = {}  # by page and run: a serial number, and what it was
        self._serials = itertools.count(1)
        self._taken: set[int] = set()
        self._version, self._lesson = 0, ""

    def report(
        self, client: str, number: int, lesson: int, report: str, *, is_active: bool, run: int = 0, outcome: str = ""
    ) -> dict[str, Any] | None:
        """Note what a page says; return what the teacher wants of it, or None where it is nonsense or there is no room.

        The page gets the `number` that it had before if nobody else has it, 0 for any. Where it has an older version of
        the `lesson`, the new one is in the answer. It `is_active` where there is anything to stop, and `outcome` is
        what came out of its comparison with the number `run`, where that is new.
        """
        if not _are_as_they_should(client, report, outcome, numbers=(number, lesson, run)):
            return None
        page = self._pages.get(client) or self._welcome(client, number)
        if page is None:
            return None
        page.report, page.is_active, page.heard = report, bool(is_active), self._clock()
        page.must_stop &= page.is_active
        if outcome:
            self._keep(page.number, run, outcome)
        newer = {"lesson": self._lesson} if 0 < self._version != lesson else {}
        return {"board": self._id, "number": page.number, "stop": page.must_stop, "version": self._version, **newer}

    def leave(self, client: str) -> None:
        """Forget a page that is gone; what came out of its comparisons stays."""
        self._pages.pop(client, None)

    def direct(self, version: int, lesson: str, stop: Collection[int], taken: Collection[int]) -> None:
        """Note what the teacher wants: a lesson, and that these pages stop; new ones get no `taken` number."""
        self._version, self._lesson = version, lesson[:LONGEST_LESSON]
        self._taken = set(taken)
        for page in self._pages.values():
            page.must_stop |= page.is_active and not {page.number, EVERYBODY}.isdisjoint(stop)

    def look(self, since: int) -> dict[str, Any]:
        """Return the pages that are there, and the outcomes that came after the one with the serial number `since`."""
        self._forget_the_silent()
        pages = [(page.number, page.report) for page in self._pages.values()]
        outcomes = [(page, run, *kept) for (page, run), kept in self._outcomes.items() if kept[0] > since]
        return {"board": self._id, "pages": pages, "outcomes": outcomes}

    def clear(self) -> None:
        """Forget all outcomes."""
        self._outcomes.clear()

    def _welcome(self, client: str, wish: int) -> _Page | None:
        self._forget_the_silent()
        if len(self._pages) >= MOST_PAGES:
            return None
        number = wish if 0 < wish <= _LARGEST_NUMBER and wish not in self._present() else self._free_number()
        page = self._pages[client] = _Page(number, "", is_active=False, heard=0.0)
        return page

    def _present(self) -> set[int]:
        return {page.number for page in self._pages.values()}

    def _free_number(self) -> int:
        used = self._present() | self._taken | {page for page, _ in self._outcomes}
        return next(number for number in itertools.count(1) if number not in used)

    def _keep(self, number: int, run: int, outcome: str) -> None:
        self._outcomes.pop((number, run), None)  # the newest one last
        own = [key for key in self._outcomes if key[0] == number]
        if len(own) >= MOST_OUTCOMES_OF_A_PAGE:
            del self._outcomes[own[0]]
        elif len(self._outcomes) >= MOST_OUTCOMES:
            del self._outcomes[next(iter(self._outcomes))]
        self._outcomes[number, run] = next(self._serials), outcome

    def _forget_the_silent(self) -> None:
        earliest = self._clock() - GONE_SECONDS
        for client in [client for client, page in self._pages.items() if page.heard < earliest]:
            del self._pages[client]


class ClassBoards:
    """A board for each class: several servers may use one scheduler. Where they are too many, the oldest one goes."""

    def __init__(self) -> None:
        self._boards: dict[str, ClassBoard] = {}

    def of(self, name: str) -> ClassBoard:
        """Return the board of a class, which is made when it is first asked for."""
        board = self._boards.pop(name, None) or ClassBoard()
        if len(self._boards) >= MOST_CLASSES:
            del self._boards[next(iter(self._boards))]
        self._boards[name] = board
        return board

    def leave(self, client: str) -> None:
        """Forget a page that is gone."""
        for board in self._boards.values():
            board.leave(client)


def _are_as_they_should(*texts: object, numbers: Collection[object]) -> bool:
    are_texts = all(isinstance(text, str) and len(text) <= LONGEST_TEXT for text in texts)
    return are_texts and all(type(number) is int and 0 <= number < 2**31 for number in numbers)
