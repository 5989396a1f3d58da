"""What became of a guess, and the three questions of a lesson."""

from collections.abc import Callable
from dataclasses import replace

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.engine.class_report import LessonState
from nncompare.lessons import ChoiceName, NumberName
from nncompare.report.lesson import Guess, TakenLesson, answered
from nncompare.report.measured import Measured, measured, unfinished
from nncompare.ui.clickable import Clickable
from nncompare.ui.panels.findings import ended
from nncompare.ui.refresher import Refresher

QUESTIONS = ".nnc-lesson-answer section"
"""Where the three questions of the lesson stand."""
_NO_RESULT = "There is no result to hold that against."


class LessonAnswer:
    """Answers the guess that a comparison was begun with, once that has ended.

    `taken` is the lesson and all that is known of it; None where the comparison belongs to none. The answers to the
    three questions are kept only here.
    `short` is a panel of its own, for another step: the answer in a line, and the way to the questions, which calls
    `on_questions`.
    """

    def __init__(self, refresher: Refresher, on_questions: Callable[[], None]) -> None:
        self._refresher = refresher
        self.taken: TakenLesson | None = None
        self._running: ComparisonRun | None = None
        self._result: ComparisonResult | None = None
        self.short = Clickable(refresher.posting(lambda _: on_questions()), "nnc-lesson-end")
        self.box = Clickable(refresher.posting(self._on_pick), "nnc-lesson-answer")

    @property
    def result(self) -> Guess | None:
        """What was measured; None before, and where nothing could be."""
        return self.taken.found.value if self.taken is not None and self.taken.found is not None else None

    @property
    def state(self) -> LessonState:
        """What the teacher hears of it; empty where the comparison belongs to no lesson."""
        taken = self.taken
        return LessonState(name=taken.lesson.name, guess=taken.guess, result=self.result) if taken else LessonState()

    def begin(self, running: ComparisonRun) -> None:
        """Follow a comparison, from its start or from where it was opened."""
        self.taken = TakenLesson(running.lesson.lesson, running.lesson.guess) if running.lesson is not None else None
        self._running, self._result = running, None
        self._show()

    def tick(self) -> None:
        """Measure once the comparison has ended; while it goes on from there, nothing is known again."""
        result = ended(self._running)
        if self.taken is not None and result is not self._result:
            self._result = result
            self.taken = replace(self.taken, found=None, note="")
            self._show()
            if result is not None:
                self._measure(result, self.taken.lesson.guess.of)

    def _measure(self, result: ComparisonResult, quantity: NumberName | ChoiceName) -> None:
        self._refresher.in_background(
            lambda: measured(quantity, result),
            lambda found: self._on_measured(result, found),
            lambda error: self._on_measured(result, None, str(error)),
        )

    def _on_measured(self, result: ComparisonResult, found: Measured | None, why: str = "") -> None:
        if self.taken is None or result is not self._result:
            return  # another comparison was begun since
        note = "" if found is not None else unfinished(result) or f"{_NO_RESULT} {why}".strip()
        self.taken = replace(self.taken, found=found, note=note)
        self._show()

    def _on_pick(self, pick: str) -> None:
        question, choice = map(int, pick.split(":"))
        if self.taken is not None:
            self.taken = replace(self.taken, answers=answered(self.taken.answers, question, choice))
            self._show()

    def _show(self) -> None:
        self.box.show("lesson_answer.html", taken=self.taken, is_over=self._result is not None)
        self.short.show("lesson_end.html", taken=self.taken)
