"""Whether a model is as often right as it is sure. N images, K classes, M bins."""

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
        Images in each bin of confidence; the bins cut 0 to 1 into M equal parts, open below and closed above.
    confidence, accuracy : ndarray of float, shape (M,)
        Means over the images of each bin; NaN where there are none.
    error : float
        Expected calibration error: the mean over all images of the gap between accuracy and confidence of their bin.
        Guo et al., On Calibration of Modern Neural Networks, 2017.
    """

    counts: NDArray[np.int64]
    confidence: NDArray[np.float64]
    accuracy: NDArray[np.float64]
    error: float


def calibration(labels: NDArray[np.integer], probabilities: NDArray[np.floating], bins: int = BINS) -> Calibration:
    """Compare confidence and accuracy for labels (N,) and class probabilities (N, K)."""
    sure = probabilities.max(axis=1).astype(float)
    right = probabilities.argmax(axis=1) == labels
    place = np.clip(np.ceil(sure * bins).astype(int) - 1, 0, bins - 1)
    counts = np.bincount(place, minlength=bins)
    with np.errstate(invalid="ignore"):
        confidence = np.bincount(place, weights=sure, minlength=bins) / counts
        accuracy = np.bincount(place, weights=right, minlength=bins) / counts
    gaps = np.abs(accuracy - confidence)[counts > 0]
    error = float((gaps * counts[counts > 0]).sum() / max(1, len(labels)))
    return Calibration(counts, confidence, accuracy, error)
