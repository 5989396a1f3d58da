"""What a model says differently since the last look at the same images."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.messages import Prediction, VisibleImages


@dataclass(frozen=True)
class _Look:
    shown: VisibleImages | None
    epoch: float
    classes: NDArray[np.int64]
    before: NDArray[np.int64]


class Changes:
    """Remembers the last two looks of each model."""

    def __init__(self) -> None:
        self._looks: dict[str, _Look] = {}

    def before(self, name: str, shown: VisibleImages, prediction: Prediction) -> list[int | None]:
        """Give for each image the class of the look before, where it was another; None elsewhere."""
        classes = prediction.probabilities.argmax(axis=1)
        last = self._looks.get(name)
        if last is None or last.shown != shown:
            last = _Look(shown, prediction.epoch, classes, classes)
        elif last.epoch != prediction.epoch:
            last = _Look(shown, prediction.epoch, classes, last.classes)
        self._looks[name] = last
        return [int(then) if then != now else None for then, now in zip(last.before, classes, strict=True)]
