"""Images on cards, each with its label and what both models predict. N images."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.data import ImageData, png_data_uri
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.panels.newest_predictions import Changes
from nncompare.words import digits_apart, percent

_MOST_DIGITS = 3


@dataclass(frozen=True)
class TopPrediction:
    """One model's prediction for one image; `before` is what it predicted before, if that was something else."""

    label: str
    confidence: float
    is_right: bool
    before: str


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
    best = prediction.probabilities.argmax(axis=1)
    sure = prediction.probabilities.max(axis=1)
    return [
        TopPrediction(classes[said], float(share), bool(said == label), "" if then is None else classes[then])
        for said, share, label, then in zip(best, sure, labels, before, strict=True)
    ]


def enlarged(
    images: ImageData, shown: VisibleImages, newest: Mapping[str, Prediction], index: int
) -> dict[str, object]:
    """Return one of the images that are shown, with the probabilities of all classes by each model."""
    place, classes = shown.indices.index(index), images.info.classes
    columns = {name: prediction.probabilities[place].tolist() for name, prediction in newest.items()}
    digits = digits_apart(percent, [[max(shares) for shares in columns.values()]], 1, _MOST_DIGITS)
    return {
        "index": index,
        "label": classes[int(images.labels(shown.split)[index])],
        "src": png_data_uri(images.images(shown.split)[index]),
        "names": list(columns),
        "rows": [{"name": name, "shares": _shares(columns, k, digits)} for k, name in enumerate(classes)],
    }


def _shares(columns: Mapping[str, Sequence[float]], class_: int, digits: int) -> list[tuple[str, float, str]]:
    return [(model, shares[class_], percent(shares[class_], digits)) for model, shares in columns.items()]


def labels_of(images: ImageData, shown: VisibleImages) -> NDArray[np.uint8]:
    """Return the true classes of the images that are shown, shape (N,)."""
    return np.asarray(images.labels(shown.split)[list(shown.indices)])
