"""Arrays of pixels made smaller, wider and narrower."""

from functools import reduce

import numpy as np
from numpy.typing import NDArray
from PIL import Image


def resized(values: NDArray[np.float32], width: int, height: int) -> NDArray[np.float32]:
    """Return values (H, W) at another size: each the mean of what it covers, or what lies between."""
    if values.shape == (height, width):
        return values
    image = Image.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    is_larger = width > image.width or height > image.height
    way = Image.Resampling.BILINEAR if is_larger else Image.Resampling.BOX
    return np.array(image.resize((width, height), way), dtype=np.float32)


def within(values: NDArray[np.float32], longest: int) -> NDArray[np.float32]:
    """Return values of which neither side is longer than `longest`, in their proportions."""
    height, width = values.shape
    share = min(1.0, longest / max(height, width))
    return resized(values, max(1, round(width * share)), max(1, round(height * share)))


def widened(values: NDArray[np.float32], pixels: int) -> NDArray[np.float32]:
    """Return the largest value within so many pixels to each side."""
    return _slid(values, pixels, np.maximum)


def narrowed(values: NDArray[np.float32], pixels: int) -> NDArray[np.float32]:
    """Return the smallest value within so many pixels to each side."""
    return _slid(values, pixels, np.minimum)


def _slid(values: NDArray[np.float32], pixels: int, choose: np.ufunc) -> NDArray[np.float32]:
    for axis in (0, 1):
        pad = [(pixels, pixels) if axis == other else (0, 0) for other in (0, 1)]
        padded, length = np.pad(values, pad, mode="edge"), values.shape[axis]
        values = reduce(choose, (padded.take(range(at, at + length), axis) for at in range(2 * pixels + 1)))
    return values
