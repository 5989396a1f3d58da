"""Which answers the models give for which classes: their difference, or the counts of each. K classes."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.figures.confusion import shades
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import set_value
from nncompare.ui.refresher import Refresher

Cell = tuple[int, int, str]
"""A true class, a predicted one, and by which model: "a", "b", or "" for either."""
_DIFFERENCE = "difference"
_TITLES = {_DIFFERENCE: "A − B", "a": "A", "b": "B"}


@dataclass(frozen=True)
class _Drawn:
    pick: str
    text: str
    label: str
    css_class: str
    share: float
    is_chosen: bool


class Matrix:
    """Shows the difference first; A and B behind a toggle. Calls `on_pick` with the cell that is chosen."""

    def __init__(self, refresher: Refresher, on_pick: Callable[[int, int, str], None]) -> None:
        self._on_cell = on_pick
        self._counts: Mapping[str, NDArray[np.integer]] = {}
        self._classes: Sequence[str] = ()
        self._view, self._cell = _DIFFERENCE, (-1, -1, "")
        self.box = Clickable(refresher.posting(self._on_pick), "nnc-matrices")

    def clear(self) -> None:
        """Show nothing."""
        self._counts = {}
        set_value(self.box, html="")

    def offer(self, matrices: Mapping[str, NDArray[np.integer]], classes: Sequence[str]) -> None:
        """Show these matrices (K, K), by model; rows are true classes, columns predicted ones."""
        self._counts = {name.lower(): matrix for name, matrix in matrices.items()}
        self._classes, self._cell = classes, (-1, -1, "")
        views = [_DIFFERENCE] if len(matrices) > 1 else list(self._counts)
        self._view = self._view if self._view in self._counts else views[0]
        self._draw()

    def mark(self, cell: Cell | None) -> None:
        """Mark the cell whose images are looked at."""
        before, self._cell = self._cell, cell or (-1, -1, "")
        if self._counts and self._cell != before:
            self._draw()

    def _on_pick(self, pick: str) -> None:
        key, *cell = pick.split(":")
        if cell:
            self._on_cell(int(cell[0]), int(cell[1]), "" if key == _DIFFERENCE else key)
        elif self._counts:  # what was shown when it was pressed may be gone
            self._view = key
            self._draw()

    def _draw(self) -> None:
        values, beside = self._counts.get(self._view), list(self._counts.values())
        if values is None:
            values, beside = self._counts["a"] - self._counts["b"], []
        views = {key: title for key, title in _TITLES.items() if len(self._counts) > 1}
        shares = shades(values, *beside).round(3)
        rows = [[self._drawn(values, shares, *place) for place in row] for row in _places(len(values))]
        chosen = next((cell.label for row in rows for cell in row if cell.is_chosen), "")
        self.box.show(
            "matrix.html",
            rows=rows,
            classes=self._classes,
            views=views,
            view=self._view,
            chosen=chosen,
            title=_TITLES[self._view],
            has_long=max(map(len, self._classes)) > 1,
        )

    def _drawn(self, values: NDArray[np.integer], shares: NDArray[np.floating], true: int, said: int) -> _Drawn:
        value, is_diagonal = int(values[true, said]), true == said
        key = self._view if self._view != _DIFFERENCE else "a" if value > 0 else "b"
        kinds = ["nnc-diagonal" if is_diagonal else "", f"nnc-{key}" if value else "nnc-zero"]
        by = "" if self._view == _DIFFERENCE else self._view
        return _Drawn(
            f"{self._view}:{true}:{said}",
            _short(value, self._view == _DIFFERENCE),
            self._label(true, said),
            " ".join(filter(None, kinds)),
            float(shares[true, said]),
            self._cell == (true, said, by),
        )

    def _label(self, true: int, said: int) -> str:
        """Say what a cell counts, its own figure last."""
        where = f"true {self._classes[true]}, predicted {self._classes[said]}"
        counts = {key: int(matrix[true, said]) for key, matrix in self._counts.items()}
        words = [f"{key.upper()} {number:,}" for key, number in counts.items()]
        if len(counts) > 1:
            words.append(f"A − B {_signed(counts['a'] - counts['b'])}")
        return f"{where}: {', '.join(words)}"


def _places(count: int) -> list[list[tuple[int, int]]]:
    return [[(true, said) for said in range(count)] for true in range(count)]


def _signed(value: int) -> str:
    return f"{value:+,}".replace("-", "−") if value else "0"


def _short(value: int, has_sign: bool) -> str:
    """Write a figure for a cell; zero is drawn as a dot, and told by the label."""
    return "" if not value else _signed(value) if has_sign else f"{value:,}"
