"""Arrays of pixels made smaller, wider and narrower."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Values = NDArray[np.float32]


def resized(values: Values, width: int, height: int) -> Values:
    """Return values (H, W) at another size: each the mean of what it covers, or what lies between."""
    if values.shape == (height, width):
        return values
    image = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    is_larger = width > image.width or height > image.height
    way = Image.Resampling.BILINEAR if is_larger else Image.Resampling.BOX
    return np.array(image.resize((width, height), way), dtype=np.float32)


def within(values: Values, longest: int) -> Values:
    """Return values of which neither side is longer than `longest`, in their proportions."""
    height, width = values.shape
    share = min(1.0, longest / max(height, width))
    return resized(values, max(1, round(width * share)), max(1, round(height * share)))


def widened(values: Values, pixels: int) -> Values:
    """Return the largest value within so many pixels to each side."""
    return _slid(values, pixels, np.maximum)


def narrowed(values: Values, pixels: int) -> Values:
    """Return the smallest value within so many pixels to each side."""
    return _slid(values, pixels, np.minimum)


def _slid(values: Values, pixels: int, choose: np.ufunc) -> Values:
    for axis in (0, 1):
        pad = [(pixels, pixels) if axis == other else (0, 0) for other in (0, 1)]
        padded, length = np.pad(values, pad, mode="edge"), values.shape[axis]
        values = reduce(choose, (padded.take(range(at, at + length), axis) for at in range(2 * pixels + 1)))
    return values
