"""What the teacher of a class sees and wants: kept in the server, for all teacher's pages and any engine."""

import logging
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from typing import Any

from nncompare.engine import loop
from nncompare.engine.class_board import EVERYBODY
from nncompare.engine.shared import PARTING_SECONDS, EngineHolder
from nncompare.environment import environment
from nncompare.lessons import Lesson, built_in_lessons
from nncompare.server.class_record import ClassRecord
from nncompare.server.class_view import ClassView
from nncompare.ui.page_address import lesson_of_room

LOOK_SECONDS = 1.0
_UNWATCHED_SECONDS, _SILENT_SECONDS = 30.0, 5.0
_SILENT = "The engine does not answer at the moment. What stands here is from before; it goes on by itself."

_log = logging.getLogger(__name__)


class TeacherDesk:
    """Looks at the board of the class once a second while a teacher's page is open, and passes on what is wanted there.

    It begins with the first visit. Where the engine is restarted, what was found stays here, and so does the lesson: it
    is told to every new board.

    Parameters
    ----------
    engines : EngineHolder, optional
        The connection to the engine.
    """

    def __init__(self, engines: EngineHolder | None = None) -> None:
        self._engines = engines or EngineHolder()
        self._lock, self._is_closed, self._wake = threading.Lock(), threading.Event(), threading.Event()
        self._thread: threading.Thread | None = None
        self._watched_until = 0.0
        self._record = ClassRecord()
        self._lesson: Lesson | None = None
        self._version = 0  # counts how often a lesson was set
        self._own: dict[str, Lesson] = {}
        self._heard = 0.0
        self._to_stop: set[int] = set()
        self._is_to_clear = False

    def look(self) -> ClassView:
        """Return what was found at the last look, without waiting for another one."""
        with self._lock:
            if not self._is_wanted:
                self._heard = time.monotonic()  # nobody has asked for a while
            self._watched_until = time.monotonic() + _UNWATCHED_SECONDS
            self._begin()
            trouble = _SILENT if time.monotonic() - self._heard > _SILENT_SECONDS else ""
            pages, outcomes, lesson = dict(self._record.pages), dict(self._record.outcomes), self._lesson
        return ClassView(pages, outcomes, lesson, lesson_of_room()[0], trouble, self.lessons)

    @property
    def lessons(self) -> dict[str, Lesson]:
        """The lessons on offer by name: that of the room, those that are built in, and those that were set here."""
        found, _ = lesson_of_room()  # its file may be taken away or changed at any time
        room = {found.name: found} if found is not None else {}
        return room | built_in_lessons() | room | self._own

    def set_lesson(self, lesson: Lesson | None) -> None:
        """Set the lesson for all pages that are open, and for those that will be; None takes it back."""
        with self._changed():
            self._lesson, self._version = lesson, self._version + 1
            if lesson is not None:
                self._own[lesson.name] = lesson

    def stop(self, number: int = EVERYBODY) -> None:
        """Stop what trains on a page, or on all pages."""
        with self._changed():
            self._to_stop.add(number)

    def clear(self) -> None:
        """Forget all outcomes."""
        with self._changed():
            self._is_to_clear = True

    def close(self) -> None:
        """Look no more, and leave the engine."""
        self._is_closed.set()
        self._wake.set()
        self._engines.close()  # first: whoever waits for its answer need not wait any longer
        if self._thread is not None:
            self._thread.join(PARTING_SECONDS)

    @contextmanager
    def _changed(self) -> Iterator[None]:
        """Change what is wanted, and tell it at once."""
        with self._lock:
            yield
            self._begin()
        self._wake.set()

    def _begin(self) -> None:
        if self._thread is None and not self._is_closed.is_set():
            self._thread = threading.Thread(target=self._work, name="nncompare-teacher", daemon=True)
            self._thread.start()

    def _work(self) -> None:
        while not self._is_closed.is_set():
            if self._is_wanted:
                self.exchange()
            self._wake.wait(LOOK_SECONDS)
            self._wake.clear()

    @property
    def _is_wanted(self) -> bool:
        is_asked = bool(self._version or self._to_stop or self._is_to_clear)
        return is_asked or time.monotonic() < self._watched_until

    def exchange(self) -> None:
        """Tell the board what is wanted, and take what is on it; where there is none at the moment, keep all that."""
        with self._lock:
            stop, is_cleared = set(self._to_stop), self._is_to_clear
            wishes = self._wishes(stop, is_cleared=is_cleared)
        try:
            found = loop.wait(self._engines.get().look_at_class(**wishes))
        except Exception as error:  # it is being restarted, or gone: of many kinds
            _log.info("The board of the class was not reached. %s", error)
            return
        with self._lock:
            self._to_stop -= stop
            self._is_to_clear &= not is_cleared
            self._heard = time.monotonic()
            if is_cleared:
                self._record.outcomes.clear()
            self._record.take(found)

    def _wishes(self, stop: Collection[int], *, is_cleared: bool) -> dict[str, Any]:
        return {
            "class_id": environment().class_id,
            "since": self._record.serial,
            "version": self._version,
            "lesson": self._lesson.to_json() if self._lesson is not None else "",
            "stop": sorted(stop),
            "is_cleared": is_cleared,
            "taken": [] if is_cleared else self._record.numbers,
        }
