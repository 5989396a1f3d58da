"""What a benchmark has measured: rows of the one table, further tables, and pictures.."""

import statistics
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Rule(StrEnum):
    """How ours and theirs are held against each other, and which side of `wanted` is the good one."""

    FASTER = "times as fast"  # theirs / ours, at least
    SHARE = "of its time"  # ours / theirs, at most
    KEPT = "of its speed"  # ours / theirs, at least
    KEPT_BELOW = "of its speed, at most"  # ours / theirs
    AMOUNT = "at most"  # ours alone


@dataclass(frozen=True)
class Row:
    """One line of the table: every value of every round, and what was wanted.

    Attributes
    ----------
    ours, theirs : tuple of float
        One value for each round, in `unit`; `theirs` is empty where an amount is measured.
    wanted, aim : float, optional
        Of the ratio, or of the amount itself.
    shortfall : str
        A sentence where something else than the ratio was missed; then the row is not reached.
    details : dict
        What else was measured beside it; goes into the file of results, not into the table.
    """

    name: str
    job: str
    against: str
    unit: str
    rule: Rule
    ours: tuple[float, ...]
    theirs: tuple[float, ...] = ()
    wanted: float | None = None
    aim: float | None = None
    shortfall: str = ""
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        """The medians against each other; the median of ours if there is nothing to compare it with."""
        ours = statistics.median(self.ours)
        if not self.theirs:
            return ours
        theirs = statistics.median(self.theirs)
        return theirs / ours if self.rule is Rule.FASTER else ours / theirs

    def reaches(self, mark: float | None) -> bool | None:
        """Return whether a mark is reached; None if there is no mark."""
        if mark is None:
            return None
        is_enough = self.ratio >= mark if self.rule in (Rule.FASTER, Rule.KEPT) else self.ratio <= mark
        return is_enough and not self.shortfall

    def cells(self) -> list[str]:
        """Return the texts of the line, one for each of `COLUMNS`."""
        theirs = f"{_number(statistics.median(self.theirs))} {self.unit}" if self.theirs else ""
        ratio = f"{self.ratio:.2f}" if self.theirs else ""
        marks = [_number(mark) if mark is not None else "" for mark in (self.wanted, self.aim)]
        reached = {None: "", True: "yes", False: "no"}[self.reaches(self.wanted)]
        if self.reaches(self.wanted) and self.reaches(self.aim):
            reached = "yes, and the aim"
        ours = f"{_number(statistics.median(self.ours))} {self.unit}"
        return [self.name, self.job, self.against, ours, theirs, ratio, *marks, self.shortfall or reached]


COLUMNS = ["row", "job", "against", "ours", "theirs", "ratio", "wanted", "aim", "reached"]


@dataclass(frozen=True)
class Table:
    """A further table, such as the growth of the cost."""

    title: str
    columns: list[str]
    lines: list[list[str]]


@dataclass
class Measured:
    """All that one benchmark has found; `pictures` maps the end of a file's name to its content."""

    rows: list[Row] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    pictures: dict[str, str] = field(default_factory=dict)

    def add(self, other: "Measured") -> None:
        """Add the results of another benchmark."""
        self.rows += other.rows
        self.tables += other.tables
        self.pictures |= other.pictures


def plain(columns: list[str], lines: list[list[str]]) -> str:
    """Write a table for a terminal."""
    widths = [max(len(cell) for cell in column) for column in zip(columns, *lines, strict=True)]
    rows = [columns, ["-" * width for width in widths], *lines]
    return "\n".join(
        "  ".join(f"{cell:<{width}}" for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def markdown(columns: list[str], lines: list[list[str]]) -> str:
    """Write a table for a page."""
    rows = [columns, ["---"] * len(columns), *lines]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{value:.3g}"
