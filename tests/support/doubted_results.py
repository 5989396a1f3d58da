"""Results that nobody had to train, whose networks contradict the labels of chosen images."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from stored_runs import TRAIN_COUNT, finished
from wrong_labels import contradict

from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, RunConfig
from nncompare.data import load
from nncompare.messages import Prediction, PredictionRequest

COMPARISON = Comparison(
    dataset="synthetic-digits",
    train_images=TRAIN_COUNT,
    a=RunConfig(channels=1, epochs=1),
    b=RunConfig(channels=2, epochs=1),
)
Margins = dict[int, float]
"""By how much a network puts the next class over the label, by image."""


def doubted(seed: int, a: Margins, b: Margins, *others: ComparisonResult) -> ComparisonResult:
    """Make a result of two networks that are right but on these images, of the test set as of the training images."""
    comparison = COMPARISON.model_copy(update={"repeat": 1 + len(others)})
    first, second = (_model(name, seed, margins) for name, margins in (("A", a), ("B", b)))
    return ComparisonResult(comparison, seed, first, second, 1.0, State.FINISHED, others)


def _model(name: str, seed: int, margins: Margins) -> ModelResult:
    config = getattr(COMPARISON, name.lower())
    record = finished(config, labels("test"), 0)
    test = Prediction(1.0, contradict(labels("test"), margins))
    view: dict[str, Any] = {**vars(record), "state": State.FINISHED, "name": name, "seed": seed, "test": test}

    def predict(request: PredictionRequest) -> NDArray[np.float32]:
        return contradict(labels(request.split)[: len(request.indices or ())], margins)

    return ModelResult.of(RunView(**view), COMPARISON, predict)


def labels(split: Any) -> NDArray[np.integer]:
    """Return the labels of all images of a split."""
    return load(COMPARISON.dataset).labels(split)
