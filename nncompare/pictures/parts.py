"""What belongs together in a picture, and where it lies. Values (H, W) go from 0 for paper to 1."""

import numpy as np
from numpy.typing import NDArray

from nncompare.pictures.sampling import Values, widened, within

_COARSE = 64
_SMALL_PART = 0.04
_NO_PAPER = 0.06


def box_of(ink: Values, least: float = 0.2) -> tuple[slice, slice]:
    """Return the rows and the columns in which there is ink."""
    mask = ink >= least * ink.max()
    return _span(mask.any(axis=1)), _span(mask.any(axis=0))


def thing_of(difference: Values, noise: float) -> Values:
    """Return a difference from the paper, but nothing of its noise and of small things beside the large one."""
    is_there = (difference > max(_NO_PAPER, 3 * noise)).astype(np.float32)
    return np.minimum(difference, 1) * is_there * large_parts(is_there)


def large_parts(ink: Values) -> Values:
    """Return 1 where a connected part of at least a twenty-fifth of the largest one is, else 0."""
    coarse = within(ink, _COARSE)
    labels = _labels(coarse > 0.1)
    weights = np.bincount(labels.ravel(), coarse.ravel())
    weights[0] = 0
    is_kept = (weights >= _SMALL_PART * weights.max()) & (weights > 0)
    rows, columns = (_nearest(small, large) for small, large in zip(coarse.shape, ink.shape, strict=True))
    return widened(is_kept[labels].astype(np.float32), 1)[np.ix_(rows, columns)]


def _nearest(small: int, large: int) -> NDArray[np.int64]:
    return np.arange(large) * small // large


def _labels(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Return numbers of the connected parts: each pixel takes the largest near it, until nothing changes."""
    labels = np.where(mask, np.arange(1, mask.size + 1).reshape(mask.shape), 0).astype(np.float32)
    while not np.array_equal(grown := widened(labels, 1) * mask, labels):
        labels = grown
    return labels.astype(np.int64)


def _span(is_there: NDArray[np.bool_]) -> slice:
    places = np.flatnonzero(is_there)
    return slice(int(places[0]), int(places[-1]) + 1)
