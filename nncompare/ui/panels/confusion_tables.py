"""Confusion matrices as tables whose cells can be picked: of A, of B, and their difference. K classes."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import ClassScores


@dataclass(frozen=True)
class Cell:
    """A count in words, its share of the row from 0 to 1, and the colour of its tint."""

    words: str
    share: float
    tint: str


@dataclass(frozen=True)
class Table:
    """One matrix: rows are true classes, columns are predicted classes."""

    key: str
    title: str
    rows: list[list[Cell]]


def confusion_tables(a: NDArray[np.integer], b: NDArray[np.integer]) -> list[Table]:
    """Make the tables of A, of B, and of A − B from matrices (K, K).

    In the difference zero is neutral, and the colour tells which model predicts it more often.
    """
    return [
        Table("a", "A: true class in rows, predicted in columns", _rows(a, "var(--nnc-a)")),
        Table("b", "B: true class in rows, predicted in columns", _rows(b, "var(--nnc-b)")),
        Table("difference", "A − B", _difference_rows(a - b)),
    ]


def score_rows(a: ClassScores, b: ClassScores, classes: Sequence[str]) -> list[dict[str, object]]:
    """Return precision, recall and F1 of both models for each class, and the difference of F1, A − B."""
    return [
        {"name": name, "a": _of_class(a, k), "b": _of_class(b, k), "difference": float(a.f1[k] - b.f1[k])}
        for k, name in enumerate(classes)
    ]


def _of_class(scores: ClassScores, k: int) -> list[float]:
    return [float(scores.precision[k]), float(scores.recall[k]), float(scores.f1[k])]


def _rows(matrix: NDArray[np.integer], tint: str) -> list[list[Cell]]:
    shares = matrix / np.maximum(1, matrix.sum(axis=1, keepdims=True))
    return [
        [Cell(f"{count:,}" if count else "·", round(float(share), 3), tint) for count, share in zip(*pair, strict=True)]
        for pair in zip(matrix, shares, strict=True)
    ]


def _difference_rows(difference: NDArray[np.integer]) -> list[list[Cell]]:
    most = max(1, int(np.abs(difference).max()))
    return [[_difference(int(count), most) for count in row] for row in difference]


def _difference(count: int, most: int) -> Cell:
    more = "a" if count > 0 else "b"
    return Cell(f"{count:+,}" if count else "·", round(abs(count) / most, 3), f"var(--nnc-{more})")
