"""Lines and shapes that garments are drawn with.

Coordinates are (x, y) in pixels of the small image, 28 x 28, y downwards.
"""

from dataclasses import dataclass

from nncompare.data.synthetic.warping import SIDE

Point = tuple[float, float]
Line = tuple[Point, ...]


@dataclass(frozen=True)
class Drawing:
    """A garment: filled shapes, straps (lines with a width), and seams (lines that are darker or lighter)."""

    solids: tuple[Line, ...]
    straps: tuple[tuple[Line, float], ...] = ()
    seams: tuple[Line, ...] = ()


def both_halves(right: Line) -> Line:
    """Close an outline whose right half is given, from top to bottom."""
    return right + mirrored(right)[::-1]


def mirrored(line: Line) -> Line:
    """Swap left and right."""
    return tuple((SIDE - x, y) for x, y in line)


def rounded(corners: Line) -> Line:
    """Cut every corner of a closed line at a quarter of its sides (Chaikin, 1974)."""
    nexts = corners[1:] + corners[:1]
    pairs = [(between(a, b, 0.25), between(a, b, 0.75)) for a, b in zip(corners, nexts, strict=True)]
    return tuple(point for pair in pairs for point in pair)


def between(a: Point, b: Point, share: float) -> Point:
    """Return the point a share of the way from a to b."""
    return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
