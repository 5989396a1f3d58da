"""What a class has guessed, and what came out, for one lesson: by page, without a word about who sits there."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from nncompare.engine.class_report import Answer, Outcome
from nncompare.server.class_view import ClassView


@dataclass(frozen=True)
class ClassAnswers:
    """The newest result of each page, and the guess before it, for the lesson with this name; empty for none.

    A page without a result has the guess that stands there now: one that is changed afterwards is no guess any more.
    """

    lesson: str
    guesses: Mapping[int, Answer]
    results: Mapping[int, Answer]


def class_answers(view: ClassView) -> ClassAnswers:
    """Return the answers for the lesson that most pages have now; where there are none, for the last one there was."""
    lesson = _lesson(view)
    outcomes = {page: outcome for (page, _), outcome in view.outcomes.items() if outcome.lesson.name == lesson}
    earlier = {page: outcome.lesson.guess for page, outcome in outcomes.items()}
    now = {page: report.lesson.guess for page, report in view.pages.items() if report.lesson.name == lesson}
    return ClassAnswers(lesson, {**_known(now), **_known(earlier)}, _known(_results(outcomes)))


def _results(outcomes: Mapping[int, Outcome]) -> dict[int, Answer]:
    return {page: outcome.lesson.result for page, outcome in outcomes.items()}


def _known(answers: Mapping[int, Answer]) -> dict[int, Answer]:
    return {page: answer for page, answer in answers.items() if answer is not None}


def _lesson(view: ClassView) -> str:
    names = Counter(report.lesson.name for report in view.pages.values() if report.lesson.name)
    if names:
        return names.most_common(1)[0][0]
    return next((outcome.lesson.name for outcome in reversed(view.outcomes.values())), "")
