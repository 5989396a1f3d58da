"""Confusion matrices as tables whose cells can be picked: of A, of B, and their difference. K classes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nncompare.analysis import ClassScores

_TITLE = "{}: true class in rows, predicted in columns"


def confusion_tables(a: NDArray[np.integer], b: NDArray[np.integer]) -> list[dict[str, object]]:
    """Make the tables of A, of B, and of A − B from matrices (K, K); rows are true classes, columns predicted ones.

    A cell has a count in words, its share from 0 to 1, and the colour of its tint. In the difference zero is neutral,
    and the colour tells which model predicts it more often.
    """
    return [
        _table("a", _TITLE.format("A"), a, a.sum(axis=1, keepdims=True)),
        _table("b", _TITLE.format("B"), b, b.sum(axis=1, keepdims=True)),
        _table("difference", "A − B", a - b, np.abs(a - b).max()),
    ]


def score_rows(a: ClassScores, b: ClassScores, classes: Sequence[str]) -> list[dict[str, object]]:
    """Return precision, recall and F1 of both models for each class, and the difference of F1, A − B."""
    of_a, of_b = (np.stack([scores.precision, scores.recall, scores.f1], axis=1).tolist() for scores in (a, b))
    return [
        {"name": name, "a": of_a[k], "b": of_b[k], "difference": float(a.f1[k] - b.f1[k])}
        for k, name in enumerate(classes)
    ]


def _table(key: str, title: str, counts: NDArray[np.integer], wholes: ArrayLike) -> dict[str, object]:
    shares = (np.abs(counts) / np.maximum(1, wholes)).round(3).tolist()
    pairs = [zip(*both, strict=True) for both in zip(counts.tolist(), shares, strict=True)]
    return {"key": key, "title": title, "rows": [[_cell(key, *pair) for pair in row] for row in pairs]}


def _cell(key: str, count: int, share: float) -> dict[str, object]:
    more = key if key != "difference" else "a" if count > 0 else "b"
    words = f"{count:+,}" if key == "difference" else f"{count:,}"
    return {"words": words if count else "·", "share": share, "tint": f"var(--nnc-{more})"}
