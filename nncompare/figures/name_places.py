"""Where the names of the lines go: in one column behind the longest line, each at the height of its own end."""

from collections.abc import Sequence

from nncompare.figures.frame import BOTTOM, TOP
from nncompare.figures.named_line import Place

GAP = 14
"""Pixels between two names, from middle to middle."""


def name_places(ends: Sequence[Place]) -> list[Place]:
    """Find places for the names of lines that end at `ends`, none of them over another."""
    heights = spread([end.y for end in ends], GAP, BOTTOM + 3, TOP)
    # Behind the longest line nothing is drawn: a name there never lies over another model's curve.
    return [Place(max(end.x for end in ends), height) for height in heights]


def spread(wishes: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move positions apart, as little as possible in the sum of squares, until none is closer than `gap` to the next.

    Their order stays. All lie in low..high, which must have room for them.
    """
    order = sorted(range(len(wishes)), key=wishes.__getitem__)
    # Less its place in the order times the gap, each position needs only not to be below the one before it.
    rising = _rising([wishes[index] - gap * place for place, index in enumerate(order)])
    room = high - gap * (len(wishes) - 1)
    heights = {index: min(max(rising[place], low), room) + gap * place for place, index in enumerate(order)}
    return [heights[index] for index in range(len(wishes))]


def _rising(values: Sequence[float]) -> list[float]:
    """Isotonic regression by pooling adjacent violators (Ayer et al., 1955)."""
    pools: list[list[float]] = []
    for value in values:
        pools.append([value])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            last = pools.pop()
            pools[-1] += last
    return [_mean(pool) for pool in pools for _ in pool]


def _mean(pool: list[float]) -> float:
    return sum(pool) / len(pool)
