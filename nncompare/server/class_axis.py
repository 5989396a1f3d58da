"""Where the answers of a class stand on an axis: numbers along it, choices at places of their own."""

import math
import statistics
import textwrap
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from nncompare.engine.class_report import Answer
from nncompare.server.class_view import ClassAnswers

_COLUMNS = 33
_MOST_CHOICES, _LINES_OF_A_NAME, _LETTERS = 6, 2, 46  # letters in a line of the whole axis
_MARGIN = 0.8
_OTHERS = "others"
_SPREADS = 3  # a value that is farther out than so many times the middle half is wide is put to the edge
_MOST_TICKS, _NO_FRACTIONS = 7, 1_000


@dataclass(frozen=True)
class Axis:
    """Where a value stands, from 0 to 1, and the places that have a name; numbers are put into so many columns."""

    place: Callable[[Answer], float | None]
    ticks: Sequence[tuple[float, str]]
    columns: int = 0

    @property
    def are_choices(self) -> bool:
        """Whether each value has a place of its own, far from the others."""
        return not self.columns

    @property
    def width(self) -> float:
        """How wide a pile of dots may be."""
        return _MARGIN / len(self.ticks) if self.are_choices else 1 / self.columns

    def piles(self, values: Iterable[Answer]) -> dict[float, int]:
        """Count the values at each place, from left to right."""
        places = [share for value in values if (share := self.place(value)) is not None]
        found = places if self.are_choices else [round(share * self.columns) / self.columns for share in places]
        return dict(sorted(Counter(found).items()))

    @property
    def names(self) -> list[tuple[float, list[str]]]:
        """The names of places, each in as many lines as it needs; a number is never broken."""
        wrap = textwrap.TextWrapper(_LETTERS // len(self.ticks), max_lines=_LINES_OF_A_NAME, placeholder="…")
        return [(share, wrap.wrap(name) if self.are_choices else [name]) for share, name in self.ticks]


def written(answer: Answer, answers: ClassAnswers) -> str:
    """Return a guess or a result as the lesson words it; without its unit, which is the same for the whole class."""
    return in_figures(answer) if isinstance(answer, float) else answers.choices.get(answer or "", answer or "")


def in_figures(number: float) -> str:
    """Write a number that a page has reported, however large."""
    text = f"{number:,.0f}" if abs(number) >= _NO_FRACTIONS else f"{number:.4g}"
    return text.replace("-", "−")


def axis_of(answers: ClassAnswers, values: Sequence[Answer]) -> Axis:
    """Return the axis for these values: of numbers, unless most are choices."""
    numbers = [value for value in values if isinstance(value, float)]
    if 2 * len(numbers) >= len(values):
        return _of_numbers(numbers)
    return _of_choices(answers, [written(value, answers) for value in values])


def _of_numbers(numbers: Sequence[float]) -> Axis:
    low, high = _limits(numbers)
    step = _round_step((high - low) / (_MOST_TICKS - 1))
    low, high = step * math.floor(low / step), step * math.ceil(high / step)
    ticks = [low + step * number for number in range(round((high - low) / step) + 1)]

    def place(value: Answer) -> float | None:
        return min(1.0, max(0.0, (value - low) / (high - low))) if isinstance(value, float) else None

    named = [((tick - low) / (high - low), f"{tick + 0.0:.6g}".replace("-", "−")) for tick in ticks]
    return Axis(place, named, columns=_COLUMNS)


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


def _of_choices(answers: ClassAnswers, given: Iterable[str]) -> Axis:
    """Give every choice of the lesson a place, in its order; then what else was reported, the commonest first."""
    names = [*dict.fromkeys([*answers.choices.values(), *(name for name, _ in Counter(given).most_common())])]
    shown = names if len(names) <= _MOST_CHOICES else [*names[: _MOST_CHOICES - 1], _OTHERS]
    places = {name: (number + 0.5) / len(shown) for number, name in enumerate(shown)}
    ticks = [(share, name) for name, share in places.items()]

    def place(value: Answer) -> float | None:
        return places.get(written(value, answers), places.get(_OTHERS))

    return Axis(place, ticks)
