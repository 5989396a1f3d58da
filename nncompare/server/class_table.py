"""The results of a class as CSV: a row for each comparison, under the number of its page."""

import csv
import io

from nncompare.config import RunConfig
from nncompare.engine.class_report import Answer, ModelOutcome, Outcome
from nncompare.server.class_view import ClassView

_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_SETTINGS = tuple(RunConfig.model_fields)
COLUMNS = (
    *("page", "comparison", "lesson", "lesson_title", "guess", "result", "data_set", "ended"),
    *("a_accuracy", "b_accuracy"),
    *(f"{name}_{setting}" for name in "ab" for setting in _SETTINGS),
)


def class_table(view: ClassView) -> str:
    """Return all outcomes, by page and run, as CSV that spreadsheets read."""
    stream = io.StringIO()
    table = csv.DictWriter(stream, COLUMNS)
    table.writeheader()
    for (page, run), outcome in sorted(view.outcomes.items()):
        row = {"lesson_title": view.title(outcome.lesson.name), **_row(outcome)}
        table.writerow({"page": page, "comparison": run, **{name: _cell(cell) for name, cell in row.items()}})
    return stream.getvalue()


def _row(outcome: Outcome) -> dict[str, Answer]:
    lesson = outcome.lesson
    row: dict[str, Answer] = {
        "lesson": lesson.name,
        "guess": lesson.guess,
        "result": lesson.result,
        "data_set": outcome.dataset,
        "ended": outcome.state,
    }
    for model in outcome.models:
        row |= _columns_of(model)
    return row


def _columns_of(model: ModelOutcome) -> dict[str, Answer]:
    name, settings = model.name.lower(), model.settings.model_dump()
    return {f"{name}_accuracy": model.accuracy, **{f"{name}_{key}": settings[key] for key in _SETTINGS}}


def _cell(value: Answer) -> Answer:
    """Keep a text that a page has reported from being a formula: spreadsheets would run it."""
    if isinstance(value, float):
        return round(value, 6)
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULAS) else value
