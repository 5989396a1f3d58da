"""What is known of a class at one moment, and what it has guessed and found out in one lesson."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from nncompare.comparison.state import State
from nncompare.engine.class_report import Answer, LessonState, Outcome, PageReport
from nncompare.lessons import ChoiceGuess, Lesson, NumberGuess


@dataclass(frozen=True)
class ClassView:
    """The pages by number, the outcomes by page and run, the newest one last, and what is amiss.

    `lesson` was set for all pages, None where none was; every page opens with `opening`, if there is one; `lessons` are
    all that are known here, by name.
    """

    pages: Mapping[int, PageReport]
    outcomes: dict[tuple[int, int], Outcome]
    lesson: Lesson | None = None
    opening: Lesson | None = None
    trouble: str = ""
    lessons: Mapping[str, Lesson] = field(default_factory=dict)

    @property
    def asked(self) -> dict[str, str]:
        """The titles of all lessons that pages have reported, by name; "" stands for results without a lesson."""
        reported = {state.name for state in self._states()}
        known = [name for name in self.lessons if name in reported]
        return {name: self.title(name) for name in (*known, *sorted(reported.difference(known)))}

    def title(self, name: str) -> str:
        """Return what a lesson is called."""
        return self.lessons[name].title if name in self.lessons else name

    def _states(self) -> Iterator[LessonState]:
        yield from (outcome.lesson for outcome in self.outcomes.values())
        yield from (report.lesson for report in self.pages.values() if report.lesson.name)


@dataclass(frozen=True)
class ClassAnswers:
    """The newest result of each page, and the guess before it, for the lesson with this name; empty for none.

    A training that was stopped has no result: it would be that of other settings. A page without a result has the guess
    of its last training, else the one that stands there now: one that is changed afterwards is no guess any more.
    `lesson` is None where it is known to pages alone.
    """

    name: str
    lesson: Lesson | None
    guesses: Mapping[int, Answer]
    results: Mapping[int, Answer]

    @property
    def choices(self) -> dict[str, str]:
        """What stands for "A", "B" and "same"; nothing where the guess is a number, or the lesson is not known."""
        kind = self.lesson.guess if self.lesson is not None else None
        return {str(pick): text for pick, text in kind.choices.items()} if isinstance(kind, ChoiceGuess) else {}

    @property
    def unit(self) -> str:
        """What stands behind a number, with the space before it."""
        kind = self.lesson.guess if self.lesson is not None else None
        unit = kind.shown_unit if isinstance(kind, NumberGuess) else ""
        return unit if unit in ("", "%") else f" {unit}"


def class_answers(view: ClassView, name: str | None = None) -> ClassAnswers:
    """Return the answers for one lesson, by page.

    Without a name it is the one that most pages have now; where they have none, the last one there was.
    """
    name = name if name is not None and name in view.asked else _newest(view)
    guesses = {page: report.lesson.guess for page, report in view.pages.items() if report.lesson.name == name}
    ended = [(page, outcome) for (page, _), outcome in view.outcomes.items() if outcome.lesson.name == name]
    ended.sort(key=lambda one: one[1].state == State.FINISHED)  # guess and result are of one training
    before = {page: outcome.lesson.guess for page, outcome in ended}
    results = {page: outcome.lesson.result for page, outcome in ended if outcome.state == State.FINISHED}
    return ClassAnswers(name, view.lessons.get(name), {**_known(guesses), **_known(before)}, _known(results))


def _known(answers: Mapping[int, Answer]) -> dict[int, Answer]:
    return {page: answer for page, answer in answers.items() if answer is not None}


def _newest(view: ClassView) -> str:
    names = Counter(report.lesson.name for report in view.pages.values() if report.lesson.name)
    if names:
        return names.most_common(1)[0][0]
    return next((outcome.lesson.name for outcome in reversed(view.outcomes.values())), "")
