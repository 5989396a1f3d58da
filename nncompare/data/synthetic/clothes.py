"""Outlines of clothes, each a little different every time.

Each is described by its right half, from the neck or waist down to the hem.
"""

import numpy as np

from nncompare.data.synthetic.outlines import Drawing, Line, Point, between, both_halves, mirrored

Random = np.random.Generator


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
