"""The guesses of a class above an axis and the results below it, a dot for each page, as SVG."""

import math
import statistics
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from nncompare.engine.class_report import Answer
from nncompare.server.class_answers import ClassAnswers
from nncompare.templates import fill
from nncompare.words import count

WIDTH, HALF_HEIGHT, SIDE = 420, 84, 20
_LEAST_HALF_HEIGHT = 36
_COLUMNS, _LARGEST_RADIUS = 34, 5.5
_MOST_CHOICES, _LONGEST_NAME = 6, 16
_OTHERS = "others"
_SPREADS = 3  # a value that is farther out than so many times the middle half is wide is put to the edge
_MOST_TICKS = 7


@dataclass(frozen=True)
class _Axis:
    """Where a value stands, from 0 to 1, and the places that have a name."""

    place: Callable[[Answer], float | None]
    ticks: Sequence[tuple[float, str]]


def class_plot(answers: ClassAnswers) -> Markup:
    """Draw the answers; empty where there are none."""
    values = [*answers.guesses.values(), *answers.results.values()]
    if not values:
        return Markup()
    numbers = [value for value in values if isinstance(value, float)]
    axis = _of_numbers(numbers) if 2 * len(numbers) >= len(values) else _of_choices(values)
    above, below = (_columns(part, axis) for part in (answers.guesses, answers.results))
    highest = max([1, *above.values(), *below.values()])
    radius = min(_LARGEST_RADIUS, HALF_HEIGHT / (2 * highest + 1))
    return fill(
        "nncompare.server",
        "class_plot.svg",
        width=WIDTH,
        above=_height(above, radius),
        below=_height(below, radius),
        side=SIDE,
        radius=radius,
        guesses=_dots(above, radius, -1),
        results=_dots(below, radius, 1),
        ticks=[(_x(share), name) for share, name in axis.ticks],
        words=_words(answers),
    )


def _words(answers: ClassAnswers) -> str:
    parts = {"Guesses": answers.guesses, "Results": answers.results}
    return " ".join(f"{name}: {_summary(part)}." for name, part in parts.items())


def _summary(part: Mapping[int, Answer]) -> str:
    numbers = [value for value in part.values() if isinstance(value, float)]
    if numbers:
        return f"{count(len(part))}, median {statistics.median(numbers):.3g}"
    choices = Counter(map(_named, part.values())).most_common(_MOST_CHOICES)
    return ", ".join(f"{number} {name}" for name, number in choices) or "none"


def _of_numbers(numbers: Sequence[float]) -> _Axis:
    low, high = _limits(numbers)
    step = _round_step((high - low) / (_MOST_TICKS - 1))
    low, high = step * math.floor(low / step), step * math.ceil(high / step)
    ticks = [low + step * number for number in range(round((high - low) / step) + 1)]

    def place(value: Answer) -> float | None:
        return min(1.0, max(0.0, (value - low) / (high - low))) if isinstance(value, float) else None

    return _Axis(place, [((tick - low) / (high - low), f"{tick + 0.0:.6g}") for tick in ticks])


def _limits(numbers: Sequence[float]) -> tuple[float, float]:
    """Return where the axis begins and ends: nonsense that one page reports must not squeeze all others."""
    lower, _, upper = statistics.quantiles(numbers, n=4, method="inclusive") if len(numbers) > 1 else [numbers[0]] * 3
    reach = _SPREADS * (upper - lower) or max(abs(upper) / 2, 1e-6)
    low, high = max(min(numbers), lower - reach), min(max(numbers), upper + reach)
    return (low, high) if high - low > 1e-9 * max(abs(low), abs(high), 1e-6) else (low - reach, high + reach)


def _round_step(least: float) -> float:
    """Return 1, 2 or 5 times a power of ten, not less than `least`."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least * (1 - 1e-9))


def _of_choices(values: Iterable[Answer]) -> _Axis:
    names = [name for name, _ in Counter(map(_named, values)).most_common()]
    shown = names if len(names) <= _MOST_CHOICES else [*names[: _MOST_CHOICES - 1], _OTHERS]
    places = {name: (number + 0.5) / len(shown) for number, name in enumerate(shown)}
    ticks = [(share, name) for name, share in places.items()]
    return _Axis(lambda value: places.get(_named(value), places.get(_OTHERS)), ticks)


def _named(value: Answer) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else str(value)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def _columns(part: Mapping[int, Answer], axis: _Axis) -> Counter[int]:
    """Count the dots in each column of the plot."""
    places = [axis.place(value) for value in part.values()]
    return Counter(round(share * (_COLUMNS - 1)) for share in places if share is not None)


def _height(columns: Counter[int], radius: float) -> int:
    return round(max(_LEAST_HALF_HEIGHT, radius * (2 * max(columns.values(), default=0) + 1)))


def _dots(columns: Counter[int], radius: float, direction: int) -> list[tuple[float, float]]:
    return [
        (_x(column / (_COLUMNS - 1)), direction * radius * (2 * height + 1.6))
        for column, number in sorted(columns.items())
        for height in range(number)
    ]


def _x(share: float) -> float:
    return SIDE + share * (WIDTH - 2 * SIDE)
