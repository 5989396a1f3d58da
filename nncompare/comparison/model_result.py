"""What one trained model leaves behind."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare import words
from nncompare.architectures import parameter_count
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, SplitName, require_split
from nncompare.data import CATALOG
from nncompare.messages import PredictionRequest
from nncompare.store.tables import write_arrays
from nncompare.whole_file import replace_file

Predictor = Callable[[PredictionRequest], NDArray[np.float32]]
"""Returns the class probabilities (N, K) of the requested images."""


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ModelResult(RunView):
    """One trained model: its settings, what was used of them, its history, its weights and its predictions.

    `seconds` is the wall clock of training and evaluation, `epoch` the epochs done, such as 1.5; `message` is a
    sentence when something went wrong, else empty. `weights` are the parameters, by PyTorch's names: the last finite
    ones of a run that diverged, None of one that was lost.
    """

    comparison: Comparison
    predictor: Predictor
    _predicted: dict[str, NDArray[np.float32]] = field(default_factory=dict, init=False)

    __eq__, __hash__ = object.__eq__, object.__hash__

    def __repr__(self) -> str:
        done = self.history.test_accuracy
        tested = f", test accuracy {words.percent(done[-1], 2)} after epoch {len(done)}" if done else ""
        return f"<Model {self.name}: {self.state}, epoch {self.epoch:.4g} of {self.config.epochs}{tested}>"

    @classmethod
    def of(cls, run: RunView, comparison: Comparison, predictor: Predictor) -> "ModelResult":
        """Make a result of a run as it stands, and of what predicts with its weights."""
        return cls(**vars(run), comparison=comparison, predictor=predictor)

    @property
    def parameters(self) -> int | None:
        """Count the trained numbers; None when the run never began."""
        return parameter_count(self.plan.channels) if self.plan is not None else None

    def save_weights(self, file: str | Path) -> None:
        """Write what `weights_file` returns, whole or not at all; raises as it does, and OSError if that fails."""
        replace_file(file, self.weights_file())

    def weights_file(self) -> bytes:
        """Return the weights as the content of a safetensors file, which any PyTorch can load.

        The metadata says what the weights belong to: ``config`` (JSON), ``channels`` (those that were used),
        ``dataset``, ``seed``, ``epoch``, and ``mean`` and ``std``: the network takes (pixel / 255 - mean) / std.

        Raises
        ------
        ValueError
            When the model has no weights.
        """
        if self.weights is None or self.plan is None:
            raise ValueError(f"Model {self.name} has no weights to save. {self.message}".strip())
        info = CATALOG[self.comparison.dataset]
        metadata = {
            "format": "pt",
            "config": self.config.model_dump_json(),
            "channels": str(self.plan.channels),
            "dataset": info.name,
            "seed": str(self.comparison.model_copy(update={"seed": self.seed}).seed_of(self.name)),
            "epoch": f"{self.epoch:g}",
            "mean": repr(info.mean),
            "std": repr(info.std),
        }
        return write_arrays(self.weights, metadata)

    def probabilities(self, split: SplitName = "test") -> NDArray[np.float32]:
        """Return the class probabilities (N, 10) of every image of a split, in the order of the data set.

        The training images are those that were trained with; they are predicted when first asked for.

        Raises
        ------
        ValueError
            When there is no such split, or the model has no weights.
        """
        require_split(split)
        if split == "test" and self.test is not None and self.is_tested:
            return self.test.probabilities
        if split not in self._predicted:
            count = self.comparison.train_images if split == "train" else None
            self._predicted[split] = self.predict(split, tuple(range(count)) if count is not None else None)
        return self._predicted[split]

    def predict(self, split: SplitName, indices: tuple[int, ...] | None) -> NDArray[np.float32]:
        """Predict chosen images of a split (None: all) on a worker: (N, 10); raises as `probabilities`."""
        if self.weights is None or self.plan is None or self.precision is None:
            raise ValueError(f"Model {self.name} has no weights to predict with. {self.message}".strip())
        return self.predictor(PredictionRequest(self.setup, self.weights, self.comparison.dataset, split, indices))
