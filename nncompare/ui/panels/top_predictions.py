"""What a model says of images, as the cards show it. N images."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.messages import Prediction

_CHOICES = 3


@dataclass(frozen=True)
class TopPrediction:
    """One model's prediction for one image.

    `before` is what it said at the look before, if that was something else; `others` are its second and third choice.
    """

    label: str
    confidence: float
    is_right: bool
    before: str
    others: tuple[tuple[str, float], ...] = ()


def top_predictions(
    prediction: Prediction | None,
    classes: Sequence[str],
    labels: NDArray[np.integer],
    before: Sequence[int | None],
    *,
    with_others: bool,
) -> list[TopPrediction | None]:
    """Make the guesses for images with these true labels (N,); Nones before the model has said anything."""
    if prediction is None:
        return [None] * len(labels)
    ranks = np.argsort(-prediction.probabilities, axis=1, kind="stable")[:, :_CHOICES]
    found: list[TopPrediction | None] = []
    for scores, (best, *rest), label, then in zip(prediction.probabilities, ranks, labels, before, strict=True):
        others = tuple((classes[other], float(scores[other])) for other in rest) if with_others else ()
        was = "" if then is None else classes[then]
        found.append(TopPrediction(classes[best], float(scores[best]), bool(best == label), was, others))
    return found
