"""Images whose labels may be wrong, by the rule of confident learning. N images, K classes."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

WIDE = 0.5
"""The least margin over the label that casts doubt on it, as a difference of probabilities."""
_ROUNDING = 1e-6
_NO_CLASS = -1


def suspects(labels: NDArray[np.integer], probabilities: Sequence[NDArray[np.floating]]) -> NDArray[np.intp]:
    """Return the images whose labels all networks contradict: positions, the widest margin first.

    A network is sure of a class where it gives it at least its self-confidence in it: the mean probability of the class
    over the images with that label (Northcutt, Jiang, Chuang, Confident Learning: Estimating Uncertainty in Dataset
    Labels, 2021, section 3.1). An image is suspect where all networks predict the same other class, are sure of it, and
    give it at least `WIDE` more than the label. Its margin is that of the least convinced network; equal ones keep the
    order of the data set.

    What a network is sure of against the labels more often than with them is its own mistake and casts no doubt, as of
    one that predicts one class every time. The rule is meant for images that the networks have not learned: a wrong
    label that is known by heart is not contradicted.

    Parameters
    ----------
    labels : ndarray of int, shape (N,)
        The classes that may be wrong.
    probabilities : sequence of ndarray of float, shape (N, K) each
        The class probabilities of each network, at least one.

    Raises
    ------
    ValueError
        If the shapes do not match, or there is no network.
    """
    if not probabilities or any(scores.ndim != 2 or len(scores) != len(labels) for scores in probabilities):
        shapes = ", ".join(str(array.shape) for array in (labels, *probabilities))
        raise ValueError(f"Labels (N,) and probabilities (N, K) of at least one network are needed; got {shapes}.")
    doubts = [_doubt(labels, scores.astype(float)) for scores in probabilities]
    classes, margins = (np.stack(arrays) for arrays in zip(*doubts, strict=True))
    found = np.flatnonzero((classes[0] != _NO_CLASS) & (classes == classes[0]).all(axis=0))
    return found[np.argsort(-margins.min(axis=0)[found], kind="stable")]


def _doubt(
    labels: NDArray[np.integer], scores: NDArray[np.floating]
) -> tuple[NDArray[np.integer], NDArray[np.floating]]:
    """Return the class that a network holds against each label, where it does, and its margin."""
    predicted, most, own = scores.argmax(axis=1), scores.max(axis=1), scores[np.arange(len(labels)), labels]
    is_sure = most >= _self_confidence(labels, own, scores.shape[1])[predicted] - _ROUNDING
    margin = most - own
    is_held = is_sure & (margin >= WIDE) & _is_credible(labels, predicted, is_sure, scores.shape[1])[predicted]
    return np.where(is_held, predicted, _NO_CLASS), margin


def _self_confidence(labels: NDArray[np.integer], own: NDArray[np.floating], classes: int) -> NDArray[np.floating]:
    """Return the mean probability of each class over the images with its label; infinite where there are none."""
    images = np.bincount(labels, minlength=classes)
    return np.divide(np.bincount(labels, own, classes), images, out=np.full(classes, np.inf), where=images > 0)


def _is_credible(
    labels: NDArray[np.integer], predicted: NDArray[np.integer], is_sure: NDArray[np.bool_], classes: int
) -> NDArray[np.bool_]:
    sure, right = (
        np.bincount(predicted[which], minlength=classes) for which in (is_sure, is_sure & (predicted == labels))
    )
    return 2 * right > sure
