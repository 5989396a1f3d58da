"""Figures of both models beside each other, as text: with as many digits as tell them apart; and rows as CSV."""

import csv
import itertools
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from typing import NamedTuple

import numpy as np

from nncompare.analysis import ClassScores
from nncompare.history import History
from nncompare.words import Write, digits_apart, loss, percent, with_minus

_COLUMNS: dict[str, tuple[Write, int]] = {
    "train_loss": (loss, 4),
    "test_loss": (loss, 4),
    "train_accuracy": (percent, 1),
    "train_eval_accuracy": (percent, 1),
    "test_accuracy": (percent, 1),
}


class ScoresOfClass(NamedTuple):
    """Precision, recall and F1 of one class by each model, and the difference of F1 in percentage points, A − B."""

    name: str
    a: tuple[str, ...]
    b: tuple[str, ...]
    difference: str


def csv_of(rows: Iterable[Iterable[object]]) -> str:
    """Write rows as CSV, each on a line."""
    file = StringIO()
    csv.writer(file, lineterminator="\n").writerows(rows)
    return file.getvalue()


def exact_values(histories: Mapping[str, History]) -> dict[str, list[tuple[str, ...]]]:
    """Return for each model, and each epoch that it has finished, the losses and accuracies.

    They are train loss, test loss, train accuracy while learning and with dropout off, and test accuracy.
    """
    columns = [_column([getattr(history, name) for history in histories.values()], name) for name in _COLUMNS]
    models = zip(*columns, strict=True)
    return {name: list(zip(*of_model, strict=True)) for name, of_model in zip(histories, models, strict=True)}


def score_rows(a: ClassScores, b: ClassScores, classes: Sequence[str]) -> list[ScoresOfClass]:
    """Return the scores of each class by both models; a row has as many digits as its closest pair needs."""
    of_a, of_b = (np.stack([scores.precision, scores.recall, scores.f1], axis=1).tolist() for scores in (a, b))
    return [_scores_of(name, *both) for name, *both in zip(classes, of_a, of_b, strict=True)]


def _scores_of(name: str, a: list[float], b: list[float]) -> ScoresOfClass:
    digits = digits_apart(percent, zip(a, b, strict=True), 1)
    of_a, of_b = (tuple(percent(value, digits) for value in values) for values in (a, b))
    return ScoresOfClass(name, of_a, of_b, with_minus(f"{100 * (a[-1] - b[-1]):+.{digits}f}"))


def _column(values: Sequence[Sequence[float]], name: str) -> list[list[str]]:
    write, least = _COLUMNS[name]
    digits = digits_apart(write, itertools.zip_longest(*values), least)
    return [[write(value, digits) for value in of_model] for of_model in values]
