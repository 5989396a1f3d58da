"""The columns of the history: what differs among its models, in which order they stand, and which are looked for."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from nncompare.config import RunConfig
from nncompare.ui.panels.past_models import PastRow
from nncompare.words import UNKNOWN, clock, count, setting

_MOST = 6


@dataclass(frozen=True)
class Column:
    """One column: its key and its head, what it says of a model, and by what that is put in order.

    One that `begins_high` has the largest first when it is chosen.
    """

    key: str
    title: str
    text: Callable[[PastRow], str]
    order: Callable[[PastRow], Any]
    begins_high: bool = False


def _setting(name: str) -> Column:
    def text(row: PastRow) -> str:
        if name == "momentum" and row.config.optimizer != "sgd":
            return UNKNOWN  # it is not used
        return row.config.optimizer_title if name == "optimizer" else setting(getattr(row.config, name))

    title = str(RunConfig.model_fields[name].title)
    return Column(name, title, text, lambda row: getattr(row.config, name))


def _epochs(row: PastRow) -> str:
    return f"{row.epochs}" if row.epochs == row.config.epochs else f"{row.epochs} of {row.config.epochs}"


def _number(row: PastRow) -> tuple[int, str]:
    return len(row.summary.id), row.summary.id


def _seeds(row: PastRow) -> int:
    return row.summary.comparison.repeat


MODEL = Column("model", "Model", lambda row: row.title, lambda row: row.title.casefold())
DATE = Column("date", "Date", lambda row: row.date, _number, begins_high=True)
ACCURACY = Column("accuracy", "Test accuracy", lambda row: row.told, lambda row: row.accuracy, begins_high=True)
TIME = Column("time", "Time", lambda row: clock(row.seconds), lambda row: row.seconds)
# What comes first is shown where there is no room for all.
_TELLING = ("channels", "optimizer", "dropout", "batch_size", "learning_rate")
_DIFFERENT = (
    Column("dataset", "Data set", lambda row: row.dataset.title, lambda row: row.dataset.title),
    Column("images", "Images", lambda row: count(row.images), lambda row: row.images),
    Column("epochs", "Epochs", _epochs, lambda row: row.epochs),
    Column("seeds", "Seeds", lambda row: f"{_seeds(row)}", _seeds),
    *map(_setting, _TELLING),
    *(_setting(name) for name in RunConfig.model_fields if name not in (*_TELLING, "epochs")),
)
COLUMNS = {column.key: column for column in (MODEL, DATE, *_DIFFERENT, ACCURACY, TIME)}


def columns_of(rows: Sequence[PastRow]) -> list[Column]:
    """Return what a table of these models shows: always date, accuracy and time, and of the others what differs."""
    different = [column for column in _DIFFERENT if len({column.text(row) for row in rows}) > 1]
    telling = _telling_apart(rows, different)
    others = [column for column in different if column not in telling][: max(0, _MOST - len(telling))]
    return [MODEL, DATE, *(column for column in different if column in (*telling, *others)), ACCURACY, TIME]


def _telling_apart(rows: Sequence[PastRow], different: Sequence[Column]) -> list[Column]:
    """Return the columns without which both models of some comparison would seem to be the same."""
    needed: list[Column] = []
    for a, b in pairwise(sorted(rows, key=lambda row: row.key)):
        telling = [column for column in different if column.text(a) != column.text(b)]
        if a.summary.id == b.summary.id and telling and not any(column in needed for column in telling):
            needed.append(telling[0])
    return needed


def described(row: PastRow) -> str:
    """Return everything that was set for a model, as one line."""
    return " · ".join(f"{column.title} {column.text(row)}" for column in _DIFFERENT if column.text(row) != UNKNOWN)


def in_order(rows: Sequence[PastRow], key: str, *, falls: bool) -> list[PastRow]:
    """Put models in the order of a column; what is not known stands last."""
    order = COLUMNS[key].order
    known = [row for row in rows if order(row) is not None]
    unknown = [row for row in rows if order(row) is None]
    return [*sorted(known, key=order, reverse=falls), *unknown]


def matching(rows: Sequence[PastRow], wanted: str) -> list[PastRow]:
    """Return the models of which every word of `wanted` is said somewhere.

    A number is a word, or its beginning up to the point: 5 is said by 5.5, but not by 0.25, nor by 5,000.
    """
    words = wanted.casefold().split()
    return [row for row in rows if all(_is_in(_said(row), word) for word in words)]


def _is_in(said: str, word: str) -> bool:
    return re.search(rf"(?<![\d.,]){re.escape(word)}(?!,?\d)", said) is not None if word[0].isdigit() else word in said


def _said(row: PastRow) -> str:
    shown = (column.text(row) for column in COLUMNS.values())
    return " ".join([f"model {row.name}", *shown, described(row), row.label.note, row.fate, row.told]).casefold()
