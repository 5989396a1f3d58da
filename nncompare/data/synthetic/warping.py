"""Random smooth maps that turn, shift, stretch and bend a drawing while it is made small.

A map says for each of the 28 x 28 pixels where in the large drawing to look. It is a weighted sum of a few fixed
fields (constant, slopes, slow cosine waves), so that a batch of maps is one matrix product.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

SIDE = 28
OVERSAMPLING = 4
BANK_SIDE = SIDE * OVERSAMPLING
_WAVES = tuple((i, j) for i in range(4) for j in range(4) if i + j >= 2)


@dataclass(frozen=True)
class Wobble:
    """How strong the random changes are.

    ``degrees`` and ``shift_pixels`` (of the small image) and ``shear`` are limits to either side. ``zoom`` and
    ``stretch`` are the least and greatest size, and ratio of width to height; ``bend_pixels`` is a standard deviation.
    """

    degrees: float
    shear: float
    zoom: tuple[float, float]
    stretch: tuple[float, float]
    shift_pixels: float
    bend_pixels: float


def random_lookups(rng: np.random.Generator, count: int, wobble: Wobble) -> NDArray[np.int64]:
    """Draw maps, (B, H * W): for each small pixel the place to look in a flattened square of `BANK_SIDE`."""
    weights = np.concatenate([_affine_weights(rng, count, wobble), _bend_weights(rng, count, wobble)], axis=2)
    # Short binary fractions add up without rounding: the same images whatever the processor and its threads.
    places = (np.rint(weights * 1024) / 1024) @ _fields()  # (B, 2, H * W), in small pixels from the middle
    pixels = np.rint((places + SIDE / 2) * OVERSAMPLING - 0.5).astype(np.int64)
    np.clip(pixels, 0, BANK_SIDE - 1, out=pixels)
    return pixels[:, 0] * BANK_SIDE + pixels[:, 1]


def random_relief(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Draw smooth random hills and valleys, (B, 28, 28) float32 with mean 0 and standard deviation about 1."""
    waves = _fields()[3:]
    weights = rng.standard_normal((count, len(waves)))
    relief = (np.rint(weights * 1024) / 1024) @ waves * (2 / np.sqrt(len(waves)))
    return relief.astype(np.float32).reshape(-1, SIDE, SIDE)


def gather(bank: NDArray[np.int8], chosen: NDArray[np.int64], lookups: NDArray[np.int64]) -> NDArray[np.float32]:
    """Look up the chosen drawings of a bank, (N, S, S), through maps; (B, 28, 28) float32."""
    values = bank.reshape(-1).take(chosen[:, None] * BANK_SIDE**2 + lookups)
    return values.astype(np.float32).reshape(-1, SIDE, SIDE)


def per_image(values: NDArray[np.float64]) -> NDArray[np.float32]:
    """Shape one number for each image, (B,), so that it applies to all of its pixels: (B, 1, 1) float32."""
    return values.astype(np.float32)[:, None, None]


@cache
def _fields() -> NDArray[np.float64]:
    middle = np.arange(SIDE) - (SIDE - 1) / 2
    y, x = (grid.reshape(-1) for grid in np.meshgrid(middle, middle, indexing="ij"))
    waves = [_wave(i, y) * _wave(j, x) for i, j in _WAVES]
    return np.rint(np.stack([y, x, np.ones_like(x), *waves]) * 1024) / 1024


def _wave(order: int, places: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.cos(np.pi * order * (places + SIDE / 2) / SIDE)


def _affine_weights(rng: np.random.Generator, count: int, wobble: Wobble) -> NDArray[np.float64]:
    angle = np.deg2rad(rng.uniform(-wobble.degrees, wobble.degrees, count))
    shear = rng.uniform(-wobble.shear, wobble.shear, count)
    height = rng.uniform(*wobble.zoom, count)
    width = height * rng.uniform(*wobble.stretch, count)
    sine, cosine = np.sin(angle), np.cos(angle)
    rows = np.array([[cosine, -sine], [sine + shear * cosine, cosine - shear * sine]])  # (2, 2, B), source from target
    rows /= np.array([height, width])[:, None]
    shift = rng.uniform(-wobble.shift_pixels, wobble.shift_pixels, (count, 2, 1))
    return np.concatenate([np.moveaxis(rows, 2, 0), shift], axis=2)  # (B, 2, 3)


def _bend_weights(rng: np.random.Generator, count: int, wobble: Wobble) -> NDArray[np.float64]:
    gentleness = np.array([1 / (i + j) ** 2 for i, j in _WAVES])
    return rng.standard_normal((count, 2, len(_WAVES))) * (gentleness * 4 * wobble.bend_pixels)
