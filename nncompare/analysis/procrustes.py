"""Two pictures of the same images laid onto each other. N images, each of which is a point of both pictures."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_NOTHING = 1e-12  # what rounding leaves of equal points whose mean was taken away


@dataclass(frozen=True)
class Alignment:
    """Two pictures in one frame.

    Attributes
    ----------
    a, b : ndarray of float64, shape (N, 2)
        The points of both, centred, with a sum of squares of 1 each; those of `b` are turned, and mirrored where that
        fits better. A picture whose points are all at one place stays at the origin.
    fit : float
        The share of one picture that the other explains: 1 where both are the same picture, 0 where they have nothing
        in common.
    """

    a: NDArray[np.float64]
    b: NDArray[np.float64]
    fit: float


def align(a: NDArray[np.floating], b: NDArray[np.floating]) -> Alignment:
    """Turn, mirror and scale the points of `b`, shape (N, 2), onto those of `a`, shape (N, 2), by Procrustes.

    Unlike ``scipy.spatial.procrustes`` both pictures stay of the same size: scipy then shrinks `b` by the root of
    `fit`, and a picture that agrees little would look like a dense one. Its disparity is ``1 - fit``.

    Raises
    ------
    ValueError
        If the shapes are not the same, or not (N, 2), or a number is not finite.

    References
    ----------
    Gower and Dijksterhuis, *Procrustes Problems*, Oxford University Press, 2004, chapters 3 and 4.
    """
    a, b = normalised(a), normalised(b)
    if a.shape != b.shape:
        raise ValueError(f"Two pictures of the same points are needed; got {a.shape} and {b.shape}.")
    left, scales, right = np.linalg.svd(b.T @ a)
    return Alignment(a, b @ (left @ right), min(1.0, float(scales.sum()) ** 2))


def normalised(points: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return points, shape (N, 2), around the origin and with a sum of squares of 1; errors are those of `align`."""
    found: NDArray[np.float64] = np.asarray(points, np.float64)
    if found.ndim != 2 or found.shape[1] != 2 or not np.isfinite(found).all():
        raise ValueError(f"Points (N, 2) of finite numbers are needed; got {found.shape}.")
    largest = np.abs(found).max(initial=0.0)
    if not largest:
        return found
    found = found / largest  # so that no square overflows
    found = found - found.mean(axis=0)
    size = np.linalg.norm(found)
    return found / size if size > _NOTHING else np.zeros_like(found)
