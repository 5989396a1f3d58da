"""What the page of a class tells its teacher, and what it hears."""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from nncompare.comparison.runner import ComparisonRun
from nncompare.engine import loop
from nncompare.engine.class_report import LessonState
from nncompare.engine.shared import EngineHolder
from nncompare.environment import environment
from nncompare.ui.page_report import has_ended_here, outcome_of, report_of
from nncompare.ui.refresher import Refresher

REPORT_SECONDS, HEARTBEAT_SECONDS = 1.0, 2.0


@dataclass(frozen=True)
class _Said:
    """One report, as it goes over the network."""

    report: str = ""
    is_active: bool = False
    run: int = 0
    outcome: str = ""


class ClassReporter:
    """Tells the board of the class how far this page is; calls back when the teacher sets a lesson, or stops it.

    Where there is no class, it does nothing. It never waits: one report at a time is on its way in the background, once
    a second at most, and every two seconds where nothing has changed.

    Parameters
    ----------
    on_lesson : callable
        Called with the text of a lesson that the teacher has set; it is empty where the lesson was taken back.
    on_stop : callable
        Called when the teacher wants no more training here.
    """

    def __init__(
        self,
        refresher: Refresher,
        engines: EngineHolder,
        on_lesson: Callable[[str], None],
        on_stop: Callable[[], None],
    ) -> None:
        self._class_id, self._refresher, self._engines = environment().class_id, refresher, engines
        self._on_lesson, self._on_stop = on_lesson, on_stop
        self._is_on_its_way, self._next, self._told_at = False, math.inf, 0.0
        self._told, self._board = _Said(), ""
        self._number, self._version = 0, 0
        self._running: ComparisonRun | None = None
        self._run = 0

    @property
    def number(self) -> int:
        """The number under which this page is known to the teacher; 0 while it has none."""
        return self._number

    def begin(self) -> None:
        """Begin, once the page is there: what it waits for goes first."""
        if self._class_id:
            self._next = min(self._next, time.monotonic())

    def tick(self, running: ComparisonRun | None, lessons: Callable[[], tuple[LessonState, LessonState]]) -> None:
        """Report, if it is time; `lessons` are the one that is on, and the one that what runs was begun with."""
        now = time.monotonic()
        if self._is_on_its_way or now < self._next:
            return
        self._next = now + REPORT_SECONDS
        said = self._say(running, *lessons())
        if said != self._told or now - self._told_at >= HEARTBEAT_SECONDS:
            self._is_on_its_way, self._told_at = True, now
            self._refresher.in_background(
                lambda: self._tell(said), lambda answer: self._on_answer(said, answer), self._on_silence
            )

    def _say(self, running: ComparisonRun | None, lesson: LessonState, begun_with: LessonState) -> _Said:
        if running is not self._running:
            self._running, self._run = running, self._run + 1
        outcome = outcome_of(running, begun_with) if running is not None and has_ended_here(running) else None
        return _Said(
            report_of(running, lesson, begun_with.name).model_dump_json(exclude_defaults=True),
            running is not None and running.state.can_stop,
            self._run,
            outcome.model_dump_json() if outcome is not None else "",
        )

    def _tell(self, said: _Said) -> dict[str, Any]:
        is_told = (said.run, said.outcome) == (self._told.run, self._told.outcome)
        outcome = {} if is_told else {"run": said.run, "outcome": said.outcome}
        question = self._engines.get().report_page(
            class_id=self._class_id,
            number=self._number,
            lesson=self._version,
            report=said.report,
            is_active=said.is_active,
            **outcome,
        )
        return loop.wait(question)

    def _on_answer(self, said: _Said, answer: dict[str, Any]) -> None:
        self._is_on_its_way = False
        if not answer:  # there is no room on the board
            return
        # A new board, after the engine was restarted, has not heard what was told before.
        self._told = said if self._board in ("", answer["board"]) else _Said()
        self._board, self._number = answer["board"], answer["number"]
        if answer["stop"]:
            self._on_stop()
        if answer["version"] != self._version and "lesson" in answer:
            is_taken_back_before = not self._version and not answer["lesson"]  # so a link's own lesson stays
            self._version = answer["version"]
            if not is_taken_back_before:
                self._on_lesson(answer["lesson"])

    def _on_silence(self, _: Exception) -> None:
        self._is_on_its_way = False  # whoever needs the engine says so; a report is not worth a word
