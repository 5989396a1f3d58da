"""The lesson that is on: which one, its question, and the guess without which nothing is trained."""

from collections.abc import Callable, Iterable
from typing import Any

import ipywidgets as widgets

from nncompare.config import Comparison
from nncompare.lessons import ChoiceGuess, GuessedLesson, Lesson, NumberGuess
from nncompare.report.lesson import Guess
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, column, dropdown, hide, row, set_value, watched
from nncompare.ui.making import make
from nncompare.ui.panels.field import Field
from nncompare.ui.panels.guess_entry import TITLE, read_guess
from nncompare.ui.refresher import Refresher

GUESS_FIRST = "Give your guess first."
ANSWER = ".nnc-lesson-choices [tabindex='0'], .nnc-lesson-number input"
"""Where the question of the lesson is answered."""
_NONE = ("No lesson", "")
_COSTS = {"memory_ratio": "memory", "seconds_ratio": "time", "faster": "time"}  # which the page knows beforehand


class LessonPanel:
    """Picks a lesson, asks its question and takes the guess; `lesson` is the one that the page opens with.

    Calls `on_lesson` when another one was picked, None for no lesson, `on_guess` when the guess has changed, and
    `on_ask` to be brought to the question. `lesson` and `guess` are those of now, None where there is none; `problems`
    stand in the way of training. `news` is a panel of its own: that somebody else has set a lesson, until its
    question was gone to, or answered.
    """

    def __init__(
        self,
        refresher: Refresher,
        lessons: Iterable[Lesson],
        lesson: Lesson | None,
        on_lesson: Callable[[Lesson | None], None],
        on_guess: Callable[[], None],
    ) -> None:
        self.lessons = {lesson.name: lesson for lesson in lessons}
        self._on_lesson, self._on_guess = on_lesson, on_guess
        self.lesson = lesson
        self.guess: Guess | None = None
        self.problems: dict[str, str] = {}
        self._is_news = False
        self.on_ask: Callable[[], None] = lambda: None
        self.news = Clickable(refresher.posting(self._on_news), "nnc-news")
        self.picker = dropdown("Lesson", self._options, refresher.posting(self._on_pick))
        set_value(self.picker, value=lesson.name if lesson is not None else "")
        self.question, self.unit = Place("nnc-lesson-question"), Place("nnc-lesson-unit")
        self.choices = Clickable(refresher.posting(self._on_choice), "nnc-lesson-choices")
        on_entry = refresher.posting(self._on_entry)
        self.number = Field(watched(make(widgets.Text, description=TITLE, placeholder="number"), on_entry))
        self._entry = row("nnc-lesson-number", [self.number.control, self.unit])
        self._choosing = row("nnc-lesson-choosing", [self.choices])
        asked = row("nnc-lesson-asked", [self.question, self._entry, self._choosing])
        self.look_at = Place("nnc-lesson-look")
        head = row("nnc-lesson-head", [self.picker, self.look_at])
        self.box = column("nnc-card nnc-lesson", [head, asked, self.number.note])
        self._show()

    def take(self, lesson: Lesson | None) -> None:
        """Turn on a lesson that the teacher has set, also one that was not known before; None turns it off.

        Where that one is on already, its guess stays: what is trained may have begun with it.
        """
        if lesson is not None and lesson == self.lesson and self.guess is not None:
            self._on_lesson(self.lesson)
            return
        self._is_news = lesson is not None
        self._choose(lesson)
        self._turn_to(lesson)

    @property
    def guessed(self) -> GuessedLesson | None:
        """The lesson and the guess, as they are now; None where one of them is missing."""
        if self.lesson is None or self.guess is None:
            return None
        return GuessedLesson.model_validate({"lesson": self.lesson, "guess": self.guess})

    def recall(self, guessed: GuessedLesson) -> None:
        """Turn to a lesson with the guess that a comparison was begun with, which is opened now.

        Where the teacher has set another one meanwhile, that one stays.
        """
        if self._is_news:
            return
        self._choose(guessed.lesson)
        self.lesson, self.guess = guessed.lesson, guessed.guess
        is_number = isinstance(guessed.guess, float)
        self.number.value = str(guessed.guess).removesuffix(".0") if is_number else ""
        self._show()

    def look_at_settings(self, comparison: Comparison | None) -> None:
        """Say what to look at, and where the settings on the page are not those that the lesson asks about."""
        lesson = self.lesson
        is_changed = lesson is not None and comparison is not None and _core(comparison) != _core(lesson.settings)
        self.look_at.show("lesson_look.html", lesson=lesson, is_changed=is_changed)

    @property
    def asked_cost(self) -> str:
        """Which cost of the models the question is about, "memory" or "time", until it is answered; mostly empty."""
        return _COSTS.get(self.lesson.guess.of, "") if self.lesson is not None and self.guess is None else ""

    @property
    def _options(self) -> list[tuple[str, str]]:
        return [_NONE, *((lesson.title, name) for name, lesson in self.lessons.items())]

    def _choose(self, lesson: Lesson | None) -> None:
        if lesson is not None:
            self.lessons[lesson.name] = lesson
        self.picker.options = self._options  # which chooses the first one
        set_value(self.picker, value=lesson.name if lesson is not None else "")

    def _on_pick(self) -> None:
        lesson = self.lessons.get(self.picker.value)
        if lesson is not self.lesson:
            self._is_news = False
            self._turn_to(lesson)

    def _turn_to(self, lesson: Lesson | None) -> None:
        self.lesson, self.guess = lesson, None
        self.number.value = ""
        self._show()
        self._on_lesson(lesson)

    def _on_news(self, _: str) -> None:
        self._is_news = False
        self.news.show("lesson_news.html", lesson=None)
        self.on_ask()

    def _on_choice(self, pick: str) -> None:
        if self.lesson is not None and isinstance(self.lesson.guess, ChoiceGuess):  # another one may be set meanwhile
            self._take(pick, "")

    def _on_entry(self) -> None:
        if self.lesson is not None and isinstance(self.lesson.guess, NumberGuess):
            self._take(*read_guess(self.number.value, self.lesson.guess))

    def _take(self, guess: Guess | None, error: str) -> None:
        self.guess = guess
        self._show(error)
        self._on_guess()

    def _show(self, error: str = "") -> None:
        lesson, guess = self.lesson, self.guess
        self.problems = {"guess": error or GUESS_FIRST} if lesson is not None and guess is None else {}
        kind = lesson.guess if lesson is not None else None
        self.news.show("lesson_news.html", lesson=lesson if self._is_news and guess is None else None)
        self.question.show("lesson_question.html", lesson=lesson)
        choices = kind.choices if isinstance(kind, ChoiceGuess) else {}
        self.choices.show("lesson_choices.html", choices=choices, guess=guess)
        hide(self._choosing, not choices)
        hide(self._entry, not isinstance(kind, NumberGuess))
        if isinstance(kind, NumberGuess):
            self.unit.show("lesson_unit.html", kind=kind)
        self.number.tell(error)


def _core(comparison: Comparison) -> dict[str, Any]:
    """Return what the answer depends on."""
    return comparison.model_dump(exclude={"device", "precision"})
