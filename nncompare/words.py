"""Figures as text: an unknown value is a dash, never NaN."""

import math

from nncompare.memory import in_mebibytes

__all__ = ["capitalize_first", "clock", "count", "loss", "mebibytes", "ordinal", "percent", "shape", "span", "waiting"]

UNKNOWN = "–"


def capitalize_first(words: str) -> str:
    """Capitalise the first letter and leave the others as they are: Only A wrong."""
    return words[:1].upper() + words[1:]


def count(number: float | None) -> str:
    """Format a whole number: 60,000."""
    return UNKNOWN if number is None or not math.isfinite(number) else f"{number:,.0f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Format a share from 0 to 1: 98.4%."""
    return UNKNOWN if share is None or not math.isfinite(share) else f"{100 * share:.{digits}f}%"


def loss(value: float | None, digits: int = 3) -> str:
    """Format a loss: 0.052; 9.27e+26 where it grew beyond all bounds."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    return f"{value:.{digits}f}" if abs(value) < 10_000 else f"{value:.3g}"


def clock(seconds: float | None) -> str:
    """Format a duration in minutes and seconds, with hours if there are any: 0:07, 1:02:09."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def shape(sides: tuple[int, ...]) -> str:
    """Format the shape of a layer's output: 16 × 14 × 14."""
    return " × ".join(f"{side:,}" for side in sides)


def mebibytes(size_bytes: float) -> str:
    """Format bytes: 41 MiB."""
    return in_mebibytes(size_bytes)


def ordinal(number: int) -> str:
    """Format a position in the queue: 1st, 2nd, 11th."""
    ending = "th" if number % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number:,}{ending}"


def span(seconds: float) -> str:
    """Format a duration roughly: 40 s, 2 min, 1.5 h."""
    if seconds < 55:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h".replace(".0", "")


def waiting(position: int, seconds: float | None) -> str:
    """Describe a position in the queue, with the expected wait if it is known."""
    where = "next in line" if position == 1 else f"{ordinal(position)} in line"
    return f"Waiting: {where}" + (f", about {span(seconds)}" if seconds is not None else "")
