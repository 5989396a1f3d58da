"""Which predictions have changed since the last look at the same images."""

import numpy as np
from numpy.typing import NDArray

from nncompare.messages import Prediction


class Changes:
    """Remembers the last two predictions of each model."""

    def __init__(self) -> None:
        self._seen: dict[str, tuple[Prediction, NDArray[np.intp]]] = {}

    def before(self, name: str, prediction: Prediction) -> list[int | None]:
        """Return for each image the class that was predicted before, where it was another; None elsewhere."""
        classes = prediction.probabilities.argmax(axis=1)
        last, before = self._seen.get(name, (prediction, classes))
        if last.of != prediction.of:
            before = classes
        elif last.epoch != prediction.epoch:
            before = last.probabilities.argmax(axis=1)
        self._seen[name] = prediction, before
        return [int(then) if then != now else None for then, now in zip(before, classes, strict=True)]
