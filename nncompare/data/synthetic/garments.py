"""Outlines of clothes, shoes and bags, each a little different every time.

Coordinates are (x, y) in pixels of the small image, 28 x 28, y downwards. Clothes are described by their right half,
from the neck or waist down to the hem; shoes are seen from the side, with the toe to the right.
"""

from dataclasses import dataclass

import numpy as np

from nncompare.data.synthetic.warping import SIDE

Random = np.random.Generator
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


def _top(rng: Random, neck: Point, sleeve: float, hem: Point) -> Line:
    """Return the right half of a top; ``sleeve`` is its length, 0 at the shoulder to 1 at the wrist."""
    shoulder, armpit = (18.7 + rng.uniform(-0.5, 0.7), 5.6), (hem[0] - rng.uniform(0.2, 0.8), 11.3)
    wrist = (24.6 + rng.uniform(-2.5, 0.5), 23 + rng.uniform(-2, 0.5))
    cuff = between(shoulder, wrist, sleeve)
    inner = (cuff[0] - 3.4 + rng.uniform(-0.4, 0.4), cuff[1] + 0.9)
    inner = (max(inner[0], armpit[0] + 0.4), max(inner[1], armpit[1] + 0.6))
    bulge = between(shoulder, cuff, 0.4)
    return ((14, neck[1]), (neck[0], 4.2), shoulder, (bulge[0] + 1.2, bulge[1] - 0.4), cuff, inner, armpit, hem)


def _neck(rng: Random, depth: tuple[float, float]) -> Point:
    return 16 + rng.uniform(-0.3, 0.9), rng.uniform(*depth)


def _hem(rng: Random, length: tuple[float, float], widening: float = 0) -> Point:
    return 19 + rng.uniform(-1, 0.6) + widening, rng.uniform(*length)


def t_shirt(rng: Random) -> Drawing:
    """Draw a top with short sleeves and a round neck."""
    hem = _hem(rng, (21.5, 24.5))
    half = _top(rng, _neck(rng, (5.2, 7.2)), rng.uniform(0.22, 0.48), hem)
    return Drawing((both_halves(half),))


def pullover(rng: Random) -> Drawing:
    """Draw a top with long sleeves, ribbed at the hem."""
    hem = _hem(rng, (21.5, 24))
    half = _top(rng, _neck(rng, (4.4, 5.8)), rng.uniform(0.85, 1), hem)
    rib = ((14, hem[1] - 1.5), (hem[0], hem[1] - 1.5))
    collar = ((14, half[0][1] + 1), (half[1][0], 5.2))
    return Drawing((both_halves(half),), seams=(both_halves(rib), both_halves(collar)))


def coat(rng: Random) -> Drawing:
    """Draw a long top, open in front, with lapels and pockets."""
    hem = _hem(rng, (24, 26), widening=rng.uniform(0, 1))
    half = _top(rng, _neck(rng, (5, 6.5)), rng.uniform(0.85, 1), hem)
    lapel: Line = (half[1], (15.6, 9.5), (14, rng.uniform(11, 14)))
    pocket_y = rng.uniform(16, 18)
    pocket: Line = ((15.8, pocket_y), (18, pocket_y + rng.uniform(-1, 1)))
    front: Line = ((14, half[0][1]), (14, hem[1]))
    return Drawing((both_halves(half),), seams=(lapel, mirrored(lapel), pocket, mirrored(pocket), front))


def shirt(rng: Random) -> Drawing:
    """Draw a top with a collar and a row of buttons; sleeves of any length."""
    hem = _hem(rng, (21.5, 25))
    sleeve = rng.uniform(0.3, 0.5) if rng.random() < 0.4 else rng.uniform(0.8, 1)
    half = _top(rng, _neck(rng, (5, 6.5)), sleeve, hem)
    collar: Line = ((14, half[0][1]), (15.6, 7.4), (half[1][0] + 0.9, 5))
    buttons = tuple(((13.8, y), (14.3, y)) for y in np.linspace(8.5, hem[1] - 2, 5).tolist())
    tails = (*half[:-1], (hem[0], hem[1] - 1.5), (hem[0] - 2.5, hem[1]))
    return Drawing((both_halves(tails),), seams=(collar, mirrored(collar), *buttons))


def dress(rng: Random) -> Drawing:
    """Narrow at the waist, wide at the hem, with short sleeves or none."""
    waist: Point = (16.1 + rng.uniform(0, 1.3), rng.uniform(10.5, 13.5))
    hem: Point = (17.3 + rng.uniform(0, 3.2), rng.uniform(24.5, 26.5))
    chest: Line = ((18.2 + rng.uniform(-1, 0), 4), (17.8 + rng.uniform(-0.8, 0), 8.5))
    if rng.random() < 0.4:
        chest = ((18.4, 4.2), (21 + rng.uniform(-1, 1), 9 + rng.uniform(-1, 1)), (18.8, 9.8), (17.6, 8.8))
    half: Line = ((14, rng.uniform(4.5, 8)), (16.3, 3), *chest, waist, hem)
    belt = (((14, waist[1]), (waist[0], waist[1])),) if rng.random() < 0.6 else ()
    return Drawing((both_halves(half),), seams=tuple(both_halves(line) for line in belt))


def trouser(rng: Random) -> Drawing:
    """Two legs that meet at the waist."""
    waist, hip = 16.8 + rng.uniform(0, 1), 17.6 + rng.uniform(0, 1)
    ankle, inner = 17.3 + rng.uniform(0, 2), 14.7 + rng.uniform(0, 0.9)
    length = rng.uniform(24, 26.5)
    half: Line = ((14, 2.5), (waist, 2.3), (hip, 8.5), (ankle, length), (inner, length), (14.15, rng.uniform(9, 12)))
    return Drawing((half, mirrored(half)), seams=(both_halves(((14, 4.2), (waist, 4.2))),))


def sandal(rng: Random) -> Drawing:
    """Draw a thin sole, flat or with a heel, and a few straps."""
    heel, low = rng.uniform(13, 20), rng.uniform(21, 22.5)
    insole: Line = ((3, heel), (9, heel + 0.6), (17, low - 1.7), (25.5, low - 1.2))
    outsole: Line = ((25.5, low), (16, low), (8, heel + 2.3), (3, heel + 1.8))
    post: Line = ((3.2, heel), (6.2 + rng.uniform(-1, 1), heel), (5, low), (3.4, low))
    top = heel - rng.uniform(4, 6.5)
    straps: list[Line] = [
        ((16.5, low - 1.5), (19, low - rng.uniform(4.5, 6.5)), (24, low - 1.4)),
        ((3.6, heel), (4.2, top), (9, top + 1), (11, heel + 1)),
    ]
    if rng.random() < 0.5:
        straps.append(((9, top + 1), (14, low - 5), (19, low - 5)))
    width = rng.uniform(0.9, 1.8)
    return Drawing((rounded(insole + outsole), post), straps=tuple((strap, width) for strap in straps))


def sneaker(rng: Random) -> Drawing:
    """Draw a low shoe with laces and a pale sole."""
    top, low = 11.5 + rng.uniform(-1.5, 1.5), 21.5 + rng.uniform(-0.5, 1)
    half_way = 17 + rng.uniform(-1, 1)
    collar: Line = ((2.6, top), (5, top + 1.4), (9, top + 1.2), (11.5, top - 0.6))
    toe: Line = ((17, half_way - 1.3), (23, half_way), (26, low - 2.2), (25.8, low))
    laces = tuple(((11.5 + 1.7 * i, top + 0.8 * i + 2.6), (13.3 + 1.7 * i, top + 0.8 * i + 0.6)) for i in range(3))
    sole: Line = ((2.6, low - 1.7), (26, low - 1.7))
    swoosh: Line = ((7, low - 3), (11, low - 4.5), (15, low - 3.5))
    return Drawing((rounded((*collar, *toe, (2.6, low))),), seams=(*laces, sole, swoosh))


def bag(rng: Random) -> Drawing:
    """Draw a box with a handle and often a flap."""
    side, top, low = 23.2 + rng.uniform(-2.5, 1.5), 12.5 + rng.uniform(-2.5, 2), 23.5 + rng.uniform(-1.5, 1.5)
    body = both_halves(((14, top), (side + rng.uniform(-2.5, 0.3), top), (side, low), (14, low)))
    reach, peak = rng.uniform(3, 6.5), top - rng.uniform(4, 8)
    handle = both_halves(((14 + reach, top + 0.5), (14 + reach * 0.85, (top + peak) / 2), (14 + reach * 0.4, peak)))
    flap_y = top + rng.uniform(3, 6)
    flap = both_halves(((14, flap_y), (side, flap_y - rng.uniform(0, 3))))
    clasp: Line = ((13.3, flap_y + 0.8), (14.7, flap_y + 0.8))
    return Drawing((rounded(body),), straps=((handle, rng.uniform(1, 1.9)),), seams=(flap, clasp))


def ankle_boot(rng: Random) -> Drawing:
    """Draw a shoe with a shaft, flat or with a heel."""
    top, low, shaft = 6.5 + rng.uniform(-1.5, 3), 22.8 + rng.uniform(-0.6, 1), 13 + rng.uniform(-1.2, 1.2)
    toe, heel = 17.5 + rng.uniform(-1, 1), rng.uniform(0, 2.8)
    front: Line = ((5, top), (shaft, top), (shaft + 0.3, 13.5), (17, 15.3), (22, toe), (25.6, low - 2), (25.4, low))
    sole: Line = ((14, low), (12, low - heel), (9.3, low - heel), (9, low), (4.6, low))
    back: Line = ((4.3, 17), (5.2, 12))
    shin: Line = ((5.2, top + 3.5), (shaft, top + 3.5))
    return Drawing((front + sole + back,), seams=(((4.4, low - 1.5), (25.6, low - 1.5)), shin))
