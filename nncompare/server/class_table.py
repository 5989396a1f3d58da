"""The guesses and results of a class as CSV: a row for each comparison, under the number of its page."""

import csv
import io

from nncompare.config import RunConfig
from nncompare.engine.class_report import Answer, LessonState, ModelOutcome, Outcome
from nncompare.server.class_view import ClassView

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_SETTINGS = tuple(RunConfig.model_fields)
COLUMNS = (
    *("page", "comparison", "lesson", "lesson_title", "guess", "result", "data_set", "train_images", "seed", "seeds"),
    *("ended", "a_accuracy", "b_accuracy"),
    *(f"{name}_{setting}" for name in "ab" for setting in _SETTINGS),
)


def class_table(view: ClassView) -> str:
    """Return all outcomes, by page and run, and guesses of which nothing has come out, as spreadsheets read them."""
    stream = io.StringIO()
    table = csv.DictWriter(stream, COLUMNS)
    table.writeheader()
    for page, row in sorted([*_outcomes(view), *_open_guesses(view)], key=lambda one: one[0]):  # outcomes go first
        row["lesson_title"] = view.title(str(row["lesson"]))
        table.writerow({"page": page, **{name: _cell(cell) for name, cell in row.items()}})
    return stream.getvalue()


def _outcomes(view: ClassView) -> list[tuple[int, dict[str, Answer]]]:
    return [(page, {"comparison": run, **_row(outcome)}) for (page, run), outcome in sorted(view.outcomes.items())]


def _open_guesses(view: ClassView) -> list[tuple[int, dict[str, Answer]]]:
    answered = {(page, outcome.lesson.name) for (page, _), outcome in view.outcomes.items()}
    asked = ((page, report.lesson) for page, report in view.pages.items() if report.lesson.guess is not None)
    return [(page, _lesson_of(state)) for page, state in asked if (page, state.name) not in answered]


def _lesson_of(state: LessonState) -> dict[str, Answer]:
    return {"lesson": state.name, "guess": state.guess, "result": state.result}


def _row(outcome: Outcome) -> dict[str, Answer]:
    row = _lesson_of(outcome.lesson) | {
        "data_set": outcome.dataset,
        "train_images": outcome.train_images,
        "seed": outcome.seed,
        "seeds": outcome.seeds,
        "ended": outcome.state,
    }
    for model in outcome.models:
        row |= _columns_of(model)
    return row


def _columns_of(model: ModelOutcome) -> dict[str, Answer]:
    name, settings = model.name.lower(), model.settings.model_dump()
    if model.settings.optimizer != "sgd":
        settings["momentum"] = None  # it has none
    return {f"{name}_accuracy": model.accuracy, **{f"{name}_{key}": settings[key] for key in _SETTINGS}}


def _cell(value: Answer) -> Answer:
    """Keep a text that a page has reported from being a formula: spreadsheets would run it."""
    if isinstance(value, float):
        return round(value, 6)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
