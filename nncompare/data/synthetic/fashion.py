"""Clothes that look a little like photographs: outlines filled with folds and stripes, then warped."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from nncompare.data.synthetic import garments
from nncompare.data.synthetic.distance_field import STEPS, signed_distance
from nncompare.data.synthetic.garments import Drawing, Line
from nncompare.data.synthetic.warping import (
    BANK_SIDE,
    OVERSAMPLING,
    SIDE,
    Wobble,
    gather,
    per_image,
    random_lookups,
    random_relief,
)

# In the order of Fashion-MNIST.
_CLOTHES = (garments.t_shirt, garments.trouser, garments.pullover, garments.dress, garments.coat)
_GARMENTS = (*_CLOTHES, garments.sandal, garments.shirt, garments.sneaker, garments.bag, garments.ankle_boot)
_WOBBLE = Wobble(degrees=6, shear=0.08, zoom=(0.9, 1.05), stretch=(0.88, 1.08), shift_pixels=0.8, bend_pixels=0.5)
_DIRECTIONS = np.array([[0, 1], [1, 0], [0.7, 0.7], [0.7, -0.7]])
_VARIANTS = 32
_BANK_SEED = 1


def draw_garments(labels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one garment for each label, (B,) uint8 from 0 to 9: bright on black, (B, 28, 28) uint8."""
    count = len(labels)
    outlines, seams = _bank()
    chosen = labels * np.int64(_VARIANTS) + rng.integers(_VARIANTS, size=count)
    lookups = random_lookups(rng, count, _WOBBLE)
    distance = gather(outlines, chosen, lookups) / np.float32(STEPS * OVERSAMPLING)
    cover = np.clip(0.5 + distance * per_image(rng.uniform(0.6, 1.2, count)), 0, 1)
    visible = gather(seams, chosen, lookups) / 100 * per_image(rng.uniform(0.1, 0.65, count))
    tone = _cloth(rng, count) * (1 - visible)
    grain = rng.standard_normal(tone.shape, dtype=np.float32) * per_image(rng.uniform(0, 0.05, count))
    return np.clip(255 * cover * np.clip(tone + grain, 0.08, 1), 0, 255).astype(np.uint8)


def _cloth(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    folds = random_relief(rng, count) * per_image(rng.uniform(0.02, 0.14, count))
    striped = rng.uniform(0, 0.4, count) * (rng.random(count) < 0.4)
    return per_image(rng.uniform(0.4, 0.95, count)) + folds - _stripes(rng, count) * per_image(striped)


def _stripes(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Draw a wave between 0 and 1 across each image: level, upright or slanted stripes."""
    y, x = np.mgrid[:SIDE, :SIDE].astype(np.float32)
    slope = _DIRECTIONS[rng.choice(len(_DIRECTIONS), count, p=[0.5, 0.3, 0.1, 0.1])]
    slope /= rng.uniform(2.5, 7, (count, 1))  # pixels from stripe to stripe
    phase = x * per_image(slope[:, 0]) + y * per_image(slope[:, 1]) + per_image(rng.random(count))
    return 2 * np.abs(phase % 1 - np.float32(0.5))


@cache
def _bank() -> tuple[NDArray[np.int8], NDArray[np.int8]]:
    """Draw variants of every garment: distances to the outline, and seams from 0 to 100; (classes * variants, S, S)."""
    rng = np.random.Generator(np.random.PCG64(_BANK_SEED))
    drawn = [_drawn(garment(rng)) for garment in _GARMENTS for _ in range(_VARIANTS)]
    return signed_distance(np.stack([solid for solid, _ in drawn])), np.stack([seams for _, seams in drawn])


def _drawn(drawing: Drawing) -> tuple[NDArray[np.bool_], NDArray[np.int8]]:
    from PIL import Image, ImageDraw

    pages = [Image.new("L", (BANK_SIDE, BANK_SIDE)) for _ in range(2)]
    solid_pen, seam_pen = map(ImageDraw.Draw, pages)
    for solid in drawing.solids:
        solid_pen.polygon(_enlarged(solid), fill=255)
    for strap, width in drawing.straps:
        solid_pen.line(_enlarged(strap), fill=255, width=round(width * OVERSAMPLING), joint="curve")
    for seam in drawing.seams:
        seam_pen.line(_enlarged(seam), fill=100, width=OVERSAMPLING)
    return np.asarray(pages[0]) > 0, np.asarray(pages[1]).astype(np.int8)


def _enlarged(line: Line) -> list[tuple[float, float]]:
    return [(x * OVERSAMPLING, y * OVERSAMPLING) for x, y in line]


BANKS = (_bank,)
"""What is kept between two drawings."""
