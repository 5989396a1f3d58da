"""Strokes of a pen: told from the lines and specks of paper, and from noise. Values (H, W) go from 0 to 1."""

import numpy as np
from numpy.typing import NDArray

from nncompare.pictures.parts import box_of, large_parts
from nncompare.pictures.sampling import Values, narrowed, widened

# From where to where a difference from the paper becomes ink. The first is taken of which nothing runs across, as the
# lines of squared paper do.
_THRESHOLDS = ((0.1, 0.9), (0.25, 0.8), (0.4, 0.8), (0.55, 0.85))


def strokes_of(difference: Values, noise: float) -> Values:
    """Return how much ink there is at each pixel, of a difference from the paper that has such noise."""
    for low, high in _THRESHOLDS:
        ink = np.clip((difference - low) / (high - low), 0, 1)
        if low > 3 * noise and not _runs_across(ink > 0.1):
            break
    else:
        ink = _without_thin_lines(ink)
    return ink * large_parts(ink)


def width_of(ink: Values) -> float:
    """Return the usual width of a stroke in pixels: twice its area, divided by its outline."""
    across, down = (float(np.abs(np.diff(np.pad(ink, 1), axis=axis)).sum()) for axis in (0, 1))
    outline = (across + down) * np.pi / 4
    return 2 * float(ink.sum()) / outline if outline else 0.0


def is_dot(ink: Values) -> bool:
    """Whether it is one round spot, of a pen that was set down and not moved."""
    part = ink[box_of(ink)]
    height, width = part.shape
    longest, shortest = max(height, width), min(height, width)
    is_small = longest <= max(3, 0.16 * max(ink.shape))
    return is_small and (longest <= 3 or (shortest > 0.6 * longest and float(part.mean()) > 0.6))


def _runs_across(mask: NDArray[np.bool_]) -> bool:
    return bool((mask[0].any() and mask[-1].any()) or (mask[:, 0].any() and mask[:, -1].any()))


def _without_thin_lines(ink: Values) -> Values:
    """Leave what is thicker than a third of the usual stroke, and what is near to it."""
    strong = ink * (ink > 0.9)
    radius = int(width_of(strong) / 6)
    return ink * widened(narrowed(strong, radius), 2 * radius)
