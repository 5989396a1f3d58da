"""One question at a time: of what is asked while another one is answered, only the newest is kept."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from nncompare.ui.refresher import Refresher

Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class _Question:
    work: Callable[[], Any]
    then: Callable[[Any], None]
    failed: Callable[[Exception], None]


class Newest:
    """Does slow work in the background of the refresher, one piece after the other, for somebody who drags a slider.

    All methods are called on the refresher's thread, and so are `then` and `failed`.
    """

    def __init__(self, refresher: Refresher) -> None:
        self._refresher = refresher
        self._next: _Question | None = None
        self._asked: _Question | None = None  # whose answer is still wanted
        self._is_at_work = False
        self._since: float | None = None

    @property
    def seconds(self) -> float:
        """For how long an answer has been waited for; 0 while none is."""
        return time.monotonic() - self._since if self._since is not None else 0.0

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come."""
        return self._since is not None

    def ask(
        self, work: Callable[[], Found], then: Callable[[Found], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do this next, in place of what has been asked but not begun; its answer, or its exception, is handed over."""
        self._next = _Question(work, then, failed)
        self._since = self._since if self._since is not None else time.monotonic()
        self._begin()

    def forget(self) -> None:
        """Drop what has been asked: what has begun goes on, but nobody hears of it."""
        self._next = self._asked = self._since = None

    def _begin(self) -> None:
        question = self._next
        if question is not None and not self._is_at_work:
            self._next, self._asked, self._is_at_work = None, question, True
            self._refresher.in_background(
                question.work,
                partial(self._end, question, question.then),
                partial(self._end, question, question.failed),
            )

    def _end(self, question: _Question, tell: Callable[[Any], None], found: Any) -> None:
        is_wanted, self._is_at_work = question is self._asked, False
        if is_wanted:
            self._asked = None
            self._since = time.monotonic() if self._next is not None else None
        self._begin()  # first: the next answer is under way while this one is drawn
        if is_wanted:
            tell(found)
