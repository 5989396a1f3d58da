"""Images on cards, each with its label and what both models predict. N images."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.data import ImageData, png_data_uri
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.elements import Place
from nncompare.ui.panels.newest_predictions import Changes

_CHOICES = 3


@dataclass(frozen=True)
class TopPrediction:
    """One model's prediction for one image.

    `before` is what it predicted before, if that was something else; `others` are its second and third choice.
    """

    label: str
    confidence: float
    is_right: bool
    before: str
    others: tuple[tuple[str, float], ...] = ()


class Cards:
    """The cards of the images that are shown."""

    def __init__(self) -> None:
        self.box = Place("nnc-cards", "no_images.html")
        self._changes = Changes()

    def forget(self) -> None:
        """Compare no longer with what was predicted before."""
        self._changes = Changes()

    def draw(
        self, images: ImageData, shown: VisibleImages, newest: Mapping[str, Prediction | None], *, with_others: bool
    ) -> None:
        """Draw a card for each image, with the predictions of each model in `newest`."""
        classes, labels, pixels = images.info.classes, labels_of(images, shown), images.images(shown.split)
        found = {name: self._top(name, prediction, classes, labels, with_others) for name, prediction in newest.items()}
        cards = [
            {
                "index": index,
                "label": classes[int(label)],
                "src": png_data_uri(pixels[index]),
                "predictions": {name: tops[place] for name, tops in found.items()},
            }
            for place, (index, label) in enumerate(zip(shown.indices, labels, strict=True))
        ]
        self.box.show("cards.html", cards=cards, has_words=max(map(len, classes)) > 1)

    def _top(
        self,
        name: str,
        prediction: Prediction | None,
        classes: Sequence[str],
        labels: NDArray[np.uint8],
        with_others: bool,
    ) -> list[TopPrediction | None]:
        """Return the top prediction for each image; Nones where nothing is predicted yet."""
        if prediction is None:
            return [None] * len(labels)
        before = self._changes.before(name, prediction)
        ranks = np.argsort(-prediction.probabilities, axis=1, kind="stable")[:, :_CHOICES]
        found: list[TopPrediction | None] = []
        for scores, (best, *rest), label, then in zip(prediction.probabilities, ranks, labels, before, strict=True):
            others = tuple((classes[other], float(scores[other])) for other in rest) if with_others else ()
            was = "" if then is None else classes[then]
            found.append(TopPrediction(classes[best], float(scores[best]), bool(best == label), was, others))
        return found


def labels_of(images: ImageData, shown: VisibleImages) -> NDArray[np.uint8]:
    """Return the true classes of the images that are shown, shape (N,)."""
    return np.asarray(images.labels(shown.split)[list(shown.indices)])
