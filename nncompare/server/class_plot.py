"""The guesses of a class above an axis and the results below it, a dot for each page, as SVG."""

import math
import statistics
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from nncompare.engine.class_report import Answer
from nncompare.server.class_axis import axis_of, written
from nncompare.server.class_view import ClassAnswers
from nncompare.templates import fill
from nncompare.words import count

WIDTH, HALF_HEIGHT, SIDE = 420, 84, 20
_ROOM = WIDTH - 2 * SIDE
_LEAST_HALF_HEIGHT, _LINE = 36, 18
_LARGEST_RADIUS, _MOST_ABREAST = 5.5, 8


@dataclass(frozen=True)
class _Dots:
    """How large dots are, and how many of a pile stand in a row."""

    radius: float
    abreast: int

    @classmethod
    def for_pile(cls, number: int, width: float) -> "_Dots":
        """Return the largest dots of which so many have room."""

        def radius(abreast: int) -> float:
            rows = math.ceil(number / abreast)
            return min(_LARGEST_RADIUS, width / (2 * abreast), HALF_HEIGHT / (2 * rows + 1))

        abreast = max(range(1, _MOST_ABREAST + 1), key=radius)
        return cls(radius(abreast), abreast)

    def height(self, number: int) -> float:
        """Return how far from the axis a pile reaches."""
        return self.radius * (2 * math.ceil(number / self.abreast) + 1)

    def pile(self, x: float, number: int) -> Iterator[tuple[float, float]]:
        """Yield where the dots of a pile stand: x, and the distance from the axis."""
        for dot in range(number):
            row, place = divmod(dot, self.abreast)
            beside = min(self.abreast, number - row * self.abreast)
            yield x + (2 * place - beside + 1) * self.radius, self.radius * (2 * row + 1.6)


def class_plot(answers: ClassAnswers) -> Markup:
    """Draw the answers; empty where there are none."""
    values = [*answers.guesses.values(), *answers.results.values()]
    if not values:
        return Markup()
    axis = axis_of(answers, values)
    halves = [axis.piles(part.values()) for part in (answers.guesses, answers.results)]
    dots = _Dots.for_pile(max(number for piles in halves for number in piles.values()), _ROOM * axis.width)
    return fill(
        "nncompare.server",
        "class_plot.svg",
        width=WIDTH,
        side=SIDE,
        line=_LINE,
        radius=dots.radius,
        halves=[_half(piles, dots, has_numbers=axis.are_choices) for piles in halves],
        names=[(_x(share), lines) for share, lines in axis.names],
        words=" ".join(f"{words}." for words in summaries(answers).values()),
    )


def _half(piles: Mapping[float, int], dots: _Dots, *, has_numbers: bool) -> dict[str, Any]:
    """Return what stands on one side of the axis, with the numbers of dots where there is room for them."""
    reach = dots.height(max(piles.values(), default=0)) + (_LINE if has_numbers else 0)
    return {
        "height": round(max(_LEAST_HALF_HEIGHT, reach)),
        "dots": [place for share, number in piles.items() for place in dots.pile(_x(share), number)],
        "numbers": [(_x(share), dots.height(number), number) for share, number in piles.items() if has_numbers],
    }


def summaries(answers: ClassAnswers) -> dict[str, str]:
    """Return how many guesses and how many results there are, with the median where they are numbers."""
    return {
        "guesses": _summary(answers, [*answers.guesses.values()], ("guess", "guesses")),
        "results": _summary(answers, [*answers.results.values()], ("result", "results")),
    }


def _summary(answers: ClassAnswers, values: Sequence[Answer], names: tuple[str, str]) -> str:
    numbers = [value for value in values if isinstance(value, float)]
    median = f", median {written(float(f'{statistics.median(numbers):.3g}'), answers)}{answers.unit}" if numbers else ""
    return f"{count(len(values))} {names[len(values) != 1]}{median}"


def _x(share: float) -> float:
    return SIDE + share * _ROOM
