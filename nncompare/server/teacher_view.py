"""What the teacher's page shows of a class, in words, as JSON: a row for each page."""

from collections import Counter
from typing import Any

from nncompare import words
from nncompare.comparison.state import State
from nncompare.engine.class_report import Answer, ModelProgress, PageReport
from nncompare.lessons import Lesson
from nncompare.limits import Limits
from nncompare.server.class_axis import written
from nncompare.server.class_plot import class_plot, summaries
from nncompare.server.class_view import ClassAnswers, ClassView, class_answers

_TOLD = {State.IDLE: "Not trained yet", State.PREPARING: "Starting", State.RUNNING: "Training"}
_COUNTED = {
    "training": (State.RUNNING, State.PAUSING, State.STOPPING),
    "waiting": (State.PREPARING,),
    "paused": (State.PAUSED,),
    "ended": (State.FINISHED, State.STOPPED, State.FAILED),
}
_AT_AN_ANSWER = (State.IDLE, State.FINISHED, None)
_NO_LESSON = "No lesson"
_NO_LIMITS = Limits()
_WITHOUT_LESSON = "A result is by how many points the test accuracy of B is above that of A."


def class_view(view: ClassView, asked: str | None = None, limits: Limits = _NO_LIMITS) -> dict[str, Any]:
    """Return everything that the page shows and that changes; `asked` is the lesson whose answers are wanted."""
    answers = class_answers(view, asked)
    return {
        "trouble": view.trouble,
        "summary": _summary(view),
        "lesson": view.lesson.title if view.lesson is not None else "",
        "opening": view.opening.title if view.opening is not None else "",
        "lessons": [(name, *_offered(lesson, limits)) for name, lesson in view.lessons.items()],
        "pages": [
            _row(number, report, answers, view.title(report.trained_for)) for number, report in view.pages.items()
        ],
        "can_stop": any(map(_can_stop, view.pages.values())),
        "outcomes": len(view.outcomes),
        "asked": [(name, title or _NO_LESSON) for name, title in view.asked.items()],
        "shown": answers.name,
        "question": answers.lesson.question if answers.lesson is not None else "" if answers.name else _WITHOUT_LESSON,
        **summaries(answers),
        "plot": str(class_plot(answers)),
    }


def _offered(lesson: Lesson, limits: Limits) -> tuple[str, bool]:
    """Return what a lesson is called in the list, and whether it can be chosen."""
    too_much = limits.exceeded(lesson.settings)
    return (f"{lesson.title} ({too_much})", False) if too_much else (lesson.title, True)


def _summary(view: ClassView) -> str:
    if not view.pages:
        return "No page is open."
    states = Counter(_state(report) for report in view.pages.values())
    numbers = {name: sum(states[state] for state in among) for name, among in _COUNTED.items()}
    parts = [f"{words.count(number)} {name}" for name, number in numbers.items() if number]
    return " · ".join([words.number_of(len(view.pages), "page"), *parts, *_longest_wait(view)])


def _longest_wait(view: ClassView) -> list[str]:
    """Return when the last of several pages in line will begin to train, where that can be told."""
    waiting = [report for report in view.pages.values() if _state(report) is State.PREPARING and report.position]
    last = max(waiting, key=lambda report: report.position, default=None)
    if last is None or len(waiting) < 2 or last.seconds is None:
        return []
    return [f"the last one starts in about {words.span(last.seconds)}"]


def _row(number: int, report: PageReport, answers: ClassAnswers, trained_for: str) -> dict[str, Any]:
    """Return a row; a run for another lesson than that of the answers is told with its title, and has no figures."""
    both = _guess_and_result(number, report, answers)
    is_other, is_over = _is_for_another(report, answers), _state(report) in _COUNTED["ended"]
    progress = dict.fromkeys("ab") if is_other and is_over else {name.lower(): _progress(report, name) for name in "AB"}
    return {
        "page": number,
        "state": f"{_told(report)}: {trained_for or _NO_LESSON.lower()}" if is_other else _told(report),
        "kind": _state(report) or "unknown",
        "can_stop": _can_stop(report),
        **progress,
        **{name: written(answer, answers) for name, answer in both.items()},
        "words": {name: written(answer, answers) + answers.unit for name, answer in both.items() if answer is not None},
    }


def _guess_and_result(number: int, report: PageReport, answers: ClassAnswers) -> dict[str, Answer]:
    """Return what belongs to the state in the same row: a page that trains again, or was stopped, has no result."""
    state, is_other = _state(report), _is_for_another(report, answers)
    if state in _AT_AN_ANSWER or (is_other and state in _COUNTED["ended"]):
        return {"guess": answers.guesses.get(number), "result": answers.results.get(number)}
    is_of_run = report.lesson.name == answers.name and not is_other
    return {"guess": report.lesson.guess if is_of_run else None, "result": None}


def _is_for_another(report: PageReport, answers: ClassAnswers) -> bool:
    """Return whether what the page trains, or has trained last, is not for the lesson whose answers are shown."""
    return bool(report.models) and report.trained_for != answers.name


def _told(report: PageReport) -> str:
    state = _state(report)
    if report.position and state is State.PREPARING:
        return words.waiting(report.position, report.seconds)
    told = _TOLD.get(state, words.capitalize_first(state)) if state is not None else "Unknown"
    is_of_many = state is not None and state.is_active and report.seeds > 1
    return f"{told}, seed {report.seed} of {report.seeds}" if is_of_many else told


def _progress(report: PageReport, name: str) -> dict[str, Any] | None:
    return next((_figures(model) for model in report.models if model.name == name), None)


def _figures(model: ModelProgress) -> dict[str, Any]:
    epochs = max(1, model.epochs)
    return {
        "share": min(1.0, model.epoch / epochs),
        "epochs": f"{min(int(model.epoch), epochs)} of {epochs}",
        "accuracy": words.percent(model.accuracy),
    }


def _state(report: PageReport) -> State | None:
    try:
        return State(report.state)
    except ValueError:
        return None


def _can_stop(report: PageReport) -> bool:
    state = _state(report)
    return state is not None and state.can_stop
