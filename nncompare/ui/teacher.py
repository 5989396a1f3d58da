"""The teacher of the class that a page belongs to: what she hears of it, and what she wants of it."""

from nncompare.comparison.runner import ComparisonRun
from nncompare.engine.class_report import LessonState
from nncompare.environment import environment
from nncompare.lessons import Lesson
from nncompare.ui.class_reporter import ClassReporter
from nncompare.ui.current_comparison import CurrentComparison
from nncompare.ui.panels.lesson import LessonPanel
from nncompare.ui.panels.lesson_answer import LessonAnswer
from nncompare.ui.refresher import Refresher

_STOPPED_BY_TEACHER = "The teacher has stopped this training."


class Teacher:
    """Hears what is trained here, and which lesson is on with which guess; sets another lesson, and stops trainings.

    Where there is no class, it does nothing.
    """

    def __init__(self, refresher: Refresher, current: CurrentComparison, lesson: LessonPanel) -> None:
        self._current, self._lesson = current, lesson
        self._reporter = ClassReporter(refresher, current.engines, self._use_lesson, self._stop)

    @property
    def page_number(self) -> int:
        """The number of this page in its class; 0 without one, and where a server is for its own machine alone."""
        return self._reporter.number if environment().session else 0

    def begin(self) -> None:
        """Begin, once the page is there."""
        self._reporter.begin()

    def tick(self, running: ComparisonRun | None, answer: LessonAnswer) -> None:
        """Report, if it is time."""
        self._reporter.tick(running, lambda: (self.lesson_state, answer.state))

    @property
    def lesson_state(self) -> LessonState:
        """Which lesson is on, and the guess."""
        lesson = self._lesson.lesson
        return LessonState(name=lesson.name, guess=self._lesson.guess) if lesson is not None else LessonState()

    def _use_lesson(self, text: str) -> None:
        self._lesson.take(Lesson.from_json(text) if text else None)

    def _stop(self) -> None:
        if (running := self._current.running) is not None and running.state.can_stop:
            running.stop(why=_STOPPED_BY_TEACHER)
