"""Which classes are mistaken for which. N images, K classes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class ClassScores:
    """Precision, recall and F1 of each class, shape (K,) each; 0 for a class without predictions or images."""

    precision: NDArray[np.float64]
    recall: NDArray[np.float64]
    f1: NDArray[np.float64]


def confusion_matrix(labels: NDArray[np.integer], predicted: NDArray[np.integer], classes: int) -> NDArray[np.int64]:
    """Return the number of images by true class (rows) and predicted class (columns), shape (K, K)."""
    cells = labels.astype(np.int64) * classes + predicted
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes)


def class_scores(matrix: NDArray[np.integer]) -> ClassScores:
    """Return precision, recall and F1 of each class from a confusion matrix (K, K) with true classes in its rows."""
    right = matrix.diagonal().astype(float)
    precision, recall = _share(right, matrix.sum(axis=0)), _share(right, matrix.sum(axis=1))
    return ClassScores(precision, recall, _share(2 * precision * recall, precision + recall))


def _share(part: NDArray[np.float64], whole: NDArray[np.number]) -> NDArray[np.float64]:
    return np.divide(part, whole, out=np.zeros(len(part)), where=whole > 0)
