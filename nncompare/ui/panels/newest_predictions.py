"""The newest predictions for the images on the screen: where they come from, and which have changed.

While a network learns, its worker sends them along; at the end of an epoch they are part of the whole test set;
and what neither covers after the end is predicted when it is asked for.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.seed_run import SeedRun
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.refresher import Refresher


class Changes:
    """Remembers the last two predictions of each model: which have changed since the last look at the same images."""

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


class NewestPredictions:
    """The newest predictions of both models of one pair."""

    def __init__(self, pair: SeedRun, refresher: Refresher) -> None:
        self._pair, self._refresher = pair, refresher
        self._answers: dict[tuple[str, VisibleImages], Prediction] = {}
        self._asked: set[tuple[str, VisibleImages, float]] = set()

    def of(self, name: str, shown: VisibleImages) -> Prediction | None:
        """Return the newest prediction of model `name` for `shown`, None when there is none yet."""
        found = [self._answers.get((name, shown))]
        for run in self._pair.runs:
            if run.name == name:
                found += [run.shown, _part(run.test, shown)]
        return max((one for one in found if one and one.of == shown), key=lambda one: one.epoch, default=None)

    def ask_for_missing(self, shown: VisibleImages, failed: Callable[[str], None]) -> None:
        """Predict, after the end, what no earlier prediction covers."""
        for run in self._pair.runs:
            newest, question = self.of(run.name, shown), (run.name, shown, run.epoch)
            is_final = newest is not None and newest.epoch == run.epoch
            can_be_asked = run.weights is not None and (run.state.is_over or run.is_suspended)
            if can_be_asked and not is_final and question not in self._asked:
                self._asked.add(question)
                self._ask(*question, failed)

    def _ask(self, name: str, shown: VisibleImages, epoch: float, failed: Callable[[str], None]) -> None:
        (model,) = (model for model in self._pair.result().models if model.name == name)
        self._refresher.in_background(
            lambda: model.predict(shown.split, shown.indices),
            lambda answer: self._answers.update({(name, shown): Prediction(epoch, answer, shown)}),
            lambda error: failed(f"Model {name} could not predict these images. {error}"),
        )


def _part(whole: Prediction | None, shown: VisibleImages) -> Prediction | None:
    if whole is None or shown.split != "test":
        return None
    return Prediction(whole.epoch, whole.probabilities[list(shown.indices)], shown)
