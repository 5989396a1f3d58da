"""Figures as text: an unknown value is a dash, never NaN."""

import math
import operator
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

from nncompare.memory import in_mebibytes

__all__ = [
    "brief_clock",
    "brief_loss",
    "capitalize_first",
    "clock",
    "count",
    "loss",
    "mebibytes",
    "percent",
    "points",
    "setting",
    "shape",
    "span",
    "spelled",
    "waiting",
    "with_minus",
]

UNKNOWN = "–"
_SMALL = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MOST_DIGITS = 6
_BRIEF = 6  # characters, so that a figure keeps to its place

Write = Callable[[float | None, int], str]
"""Writes a value with at least so many digits behind the point, as `percent` and `loss` do."""


def digits_apart(write: Write, groups: Iterable[Sequence[float | None]], least: int, most: int = _MOST_DIGITS) -> int:
    """Return how many digits, from `least` to `most`, tell apart the different values within each group.

    Groups that not even the most digits tell apart do not count: such a difference is of no use to a reader.
    """
    different = [{value for value in group if value is not None and math.isfinite(value)} for group in groups]

    def told_apart(digits: int) -> list[bool]:
        return [len({write(value, digits) for value in values}) == len(values) for values in different]

    best = told_apart(most)
    return next(digits for digits in range(least, most + 1) if all(map(operator.ge, told_apart(digits), best)))


def apart(values: Sequence[float | None], write: Write, least: int) -> list[str]:
    """Write values that stand side by side so that different ones read differently: 98.71% and 98.74%."""
    digits = digits_apart(write, [values], least)
    return [write(value, digits) for value in values]


def accuracies(values: Sequence[float | None]) -> list[str]:
    """Write accuracies that stand side by side; they are held apart from 100%, too, which says that all are right.

    Of two, the difference that `points` writes can be checked.
    """
    digits = digits_to_check(values, digits_apart(percent, [[*values, 1.0]], 1))
    return [percent(value, digits) for value in values]


def points(lead: float) -> str:
    """Write the size of a difference of two accuracies in percentage points: 0.3."""
    size = round(100 * abs(lead), 6)  # else 55 of 10,000 are a little less than 0.55
    return f"{size:.{1 if size >= 0.1 else 2}f}"


def digits_to_check(values: Sequence[float | None], least: int) -> int:
    """Return how many digits two accuracies need, at least and one more at most, for their difference to be checked.

    79.24% and 79.87% are 0.6 points apart, as 79.2% and 79.9% do not seem to be.
    """
    known = [value for value in values if value is not None and math.isfinite(value)]
    if len(values) != 2 or len(known) != 2:
        return least
    shown = [float(percent(value, least)[:-1]) / 100 for value in known]
    return least if points(shown[0] - shown[1]) == points(known[0] - known[1]) else least + 1


def capitalize_first(words: str) -> str:
    """Capitalise the first letter and leave the others as they are: Only A wrong."""
    return words[:1].upper() + words[1:]


def count(number: float | None) -> str:
    """Format a whole number: 60,000."""
    return UNKNOWN if number is None or not math.isfinite(number) else f"{number:,.0f}"


def number_of(number: float, thing: str) -> str:
    """Format a number of things: 1 epoch, 60,000 images."""
    return f"{count(number)} {thing}{'s' if number != 1 else ''}"


def short_epoch(epoch: float) -> str:
    """Format a place within a training: 8.26, 3."""
    return f"{round(epoch, 2):g}"


def percent(share: float | None, digits: int = 1) -> str:
    """Format a share from 0 to 1: 98.4%."""
    return UNKNOWN if share is None or not math.isfinite(share) else f"{100 * share:.{digits}f}%"


def loss(value: float | None, digits: int = 3) -> str:
    """Format a loss: 0.052; 0.00031, as three digits would leave nothing of it; 9.27e+26, grown beyond all bounds."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value and not 1e-6 <= abs(value) < 10_000:
        return f"{value:.3g}"
    zeros = -math.floor(math.log10(abs(value))) if value else 0
    return f"{value:.{max(digits, digits - 2 + zeros)}f}"


def brief_loss(value: float | None, digits: int = 3, most: int = _BRIEF) -> str:
    """Format a loss in `most` characters, at most, if it is not beyond 1e±99: 0.052, 12.345, 5.6e33."""
    if value is None or not math.isfinite(value):
        return UNKNOWN
    if value and not 1e-3 <= abs(value) < 1_000:
        forms = (f"{value:.{shown}e}".partition("e") for shown in (1, 0))
        longer, shorter = (f"{mantissa}e{int(power)}" for mantissa, _, power in forms)
        return longer if len(longer) <= most else shorter
    before = len(f"{value:.0f}.")
    return f"{value:.{min(digits, most - before)}f}"


def setting(value: float | str) -> str:
    """Format the value of a setting: 60,000, 0.001, 10 for 10.0; a word stays as it is."""
    if isinstance(value, str):
        return value
    return f"{value:,}" if isinstance(value, int) else f"{value:.10g}"


def spelled(whole: int) -> str:
    """Write a small number as a word: two; 12 stays 12."""
    return _SMALL[whole] if whole < len(_SMALL) else f"{whole:,}"


def moment(when: datetime) -> str:
    """Format a time in the time zone of this machine: 3 Nov 2026, 08:15."""
    return when.astimezone().strftime("%d %b %Y, %H:%M").lstrip("0")


def clock(seconds: float | None) -> str:
    """Format a duration in minutes and seconds, with hours if there are any: 0:07, 1:02:09."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def brief_clock(seconds: float | None) -> str:
    """Format a duration in at most six characters: 0:07, 59:59, 1 h 02."""
    if seconds is None or not math.isfinite(seconds):
        return UNKNOWN
    hours, minutes = divmod(round(seconds) // 60, 60)
    if not hours:
        return clock(seconds)
    return f"{hours} h {minutes:02}" if hours < 10 else f"{hours:,} h"


def with_minus(text: str) -> str:
    """Write the sign of a number below zero as a minus, not as a hyphen: −3."""
    return text.replace("-", "−")


def shape(sides: tuple[int, ...]) -> str:
    """Format the shape of a layer's output: 16 × 14 × 14."""
    return " × ".join(f"{side:,}" for side in sides)


def mebibytes(size_bytes: float) -> str:
    """Format bytes: 41 MiB."""
    return in_mebibytes(size_bytes)


def in_line(position: int) -> str:
    """Format a position in the queue: next in line, 2nd in line, 11th in line."""
    if position == 1:
        return "next in line"
    ending = "th" if position % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(position % 10, "th")
    return f"{position:,}{ending} in line"


def one_of(noun: str, one: object, among: Sequence[object]) -> str:
    """Count one among several: seed 2 of 5; empty where it is the only one."""
    return f"{noun} {among.index(one) + 1} of {len(among):,}" if len(among) > 1 else ""


def span(seconds: float) -> str:
    """Format a duration roughly: 40 s, 2 min, 1.5 h."""
    if seconds < 55:
        return f"{max(1, round(seconds))} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 90 else f"{seconds / 3600:.1f} h".replace(".0", "")


def waiting(position: int, seconds: float | None) -> str:
    """Describe a position in the queue, with the expected wait if it is known."""
    return f"Waiting: {in_line(position)}" + (f", about {span(seconds)}" if seconds is not None else "")
