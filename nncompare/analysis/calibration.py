"""Whether the confidence of a model matches its accuracy. N images, K classes, M bins."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BINS = 15


@dataclass(frozen=True)
class Calibration:
    """A reliability diagram and its expected calibration error.

    Attributes
    ----------
    counts : ndarray of int, shape (M,)
        Images in each confidence bin; the bins divide 0 to 1 into M equal intervals, open below and closed above.
    confidence, accuracy : ndarray of float, shape (M,)
        Means over the images of each bin; NaN for an empty bin.
    error : float
        Expected calibration error: the mean over all images of the gap between accuracy and confidence of their bin.
        Guo et al., On Calibration of Modern Neural Networks, 2017.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    error: float


def calibration(labels: NDArray[np.integer], probabilities: NDArray[np.floating], bins: int = BINS) -> Calibration:
    """Return the calibration for labels (N,) and class probabilities (N, K)."""
    top = probabilities.max(axis=1).astype(float)
    is_right = probabilities.argmax(axis=1) == labels
    index = np.clip(np.ceil(top * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(index, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(index, weights=top, minlength=bins) / counts
        accuracy = np.bincount(index, weights=is_right, minlength=bins) / counts
    gaps = np.abs(accuracy - confidence)[counts > 0]
    error = float((gaps * counts[counts > 0]).sum() / max(1, len(labels)))
    return Calibration(counts, confidence, accuracy, error)
