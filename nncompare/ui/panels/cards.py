"""Images on cards, each with its label and what both models predict. N images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.data import ImageData, png_data_uri
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.panels.newest_predictions import Changes
from nncompare.words import digits_apart, percent

_CHOICES = 3
_MOST_DIGITS = 3


@dataclass(frozen=True)
class TopPrediction:
    """One model's prediction for one image.

    `before` is what it predicted before, if that was something else; `others` are its second and third choice.
    """

    label: str
    confidence: float
    is_right: bool
    before: str
    others: tuple[tuple[str, float], ...]


def cards_of(
    images: ImageData, shown: VisibleImages, newest: Mapping[str, Prediction | None], changes: Changes
) -> list[dict[str, object]]:
    """Return a card for each image, with the predictions of each model in `newest`, and which have changed."""
    classes, labels, pixels = images.info.classes, labels_of(images, shown), images.images(shown.split)
    found = {
        name: _top(prediction, changes.before(name, prediction), classes, labels)
        for name, prediction in newest.items()
        if prediction is not None
    }
    tops = [{name: found[name][number] if name in found else None for name in newest} for number in range(len(labels))]
    return [
        {
            "index": index,
            "label": classes[int(label)],
            "src": png_data_uri(pixels[index]),
            "predictions": predictions,
            "digits": _digits(predictions.values()),
        }
        for index, label, predictions in zip(shown.indices, labels, tops, strict=True)
    ]


def _digits(tops: Iterable[TopPrediction | None]) -> int:
    """Return how many digits tell apart how sure the models are of the same class."""
    sure = [top for top in tops if top is not None]
    groups = [[top.confidence for top in sure if top.label == label] for label in {top.label for top in sure}]
    return digits_apart(percent, groups, 0, _MOST_DIGITS)


def _top(
    prediction: Prediction, before: Sequence[int | None], classes: Sequence[str], labels: NDArray[np.uint8]
) -> list[TopPrediction]:
    ranks = np.argsort(-prediction.probabilities, axis=1, kind="stable")[:, :_CHOICES]
    found = []
    for scores, (best, *rest), label, then in zip(prediction.probabilities, ranks, labels, before, strict=True):
        others = tuple((classes[other], float(scores[other])) for other in rest)
        was = "" if then is None else classes[then]
        found.append(TopPrediction(classes[best], float(scores[best]), bool(best == label), was, others))
    return found


def labels_of(images: ImageData, shown: VisibleImages) -> NDArray[np.uint8]:
    """Return the true classes of the images that are shown, shape (N,)."""
    return np.asarray(images.labels(shown.split)[list(shown.indices)])
