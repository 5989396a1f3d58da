"""Outlines of shoes, seen from the side with the toe to the right, and of bags; each a little different every time."""

import numpy as np

from nncompare.data.synthetic.outlines import Drawing, Line, both_halves, rounded

Random = np.random.Generator


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
