"""What a comparison leaves behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare import analysis
from nncompare.analysis import Calibration, ClassScores, Group, Outcomes, Robustness, SeedsVerdict, Verdict
from nncompare.architectures import CLASSES, parameter_count
from nncompare.comparison.inspectable import feature_maps, predict_images
from nncompare.comparison.robustness import measure_robustness
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, SplitName
from nncompare.data import CATALOG, load
from nncompare.disturbances import DisturbanceName
from nncompare.history import History, SeedBand, seed_band
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.messages import PredictionRequest
from nncompare.store.tables import write_arrays
from nncompare.whole_file import replace_file

Predictor = Callable[[PredictionRequest], NDArray[np.float32]]
"""Returns the class probabilities (N, K) of the requested images."""
Inspector = Callable[[Inquiry], Answer]
"""Asks a worker, as `SeedRun.inspect`."""


def _nobody(inquiry: Inquiry) -> Answer:
    raise ValueError("There is no worker to ask about this result.")


class ComparisonError(Exception):
    """A model failed; the message is a sentence for the user.

    `result` holds what was reached; `is_refused` is whether the settings asked for what is not there.
    """

    def __init__(self, message: str, result: "ComparisonResult") -> None:
        super().__init__(message)
        self.result = result
        self.is_refused = any(model.is_refused for one in (result, *result.others) for model in one.models)


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

    __eq__, __hash__, __repr__ = object.__eq__, object.__hash__, object.__repr__

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
        if split not in ("test", "train"):
            raise ValueError(f"There is no split named {split!r}; there are test and train.")
        if split == "test" and self.test is not None and self.test.epoch == self.epoch:
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


@dataclass(frozen=True)
class ComparisonResult:
    """Both models of a comparison, after the end; of several seeds, those of the first that can be compared.

    `comparison` is what was asked for, with the epochs that were added; `seed` is that of these two models, and `b` is
    None when A was trained alone. `seconds` is the wall clock from the start to the end of all, pauses included.
    `others` are the results of the further seeds.
    """

    comparison: Comparison
    seed: int
    a: ModelResult
    b: ModelResult | None
    seconds: float
    state: State
    others: tuple["ComparisonResult", ...] = ()
    inspector: Inspector = field(default=_nobody, repr=False, compare=False)

    @property
    def by_seed(self) -> dict[int, "ComparisonResult"]:
        """The result of each seed that has begun."""
        found = {result.seed: result for result in (self, *self.others)}
        return {seed: found[seed] for seed in self.comparison.seeds if seed in found}

    @property
    def models(self) -> list[ModelResult]:
        """The one or two models of this seed."""
        return [self.a] if self.b is None else [self.a, self.b]

    def curves(self) -> dict[str, History | SeedBand]:
        """Return for each model ("A", "B") its history; where there are several seeds, their band."""
        by_model = zip(*(result.models for result in self.by_seed.values()), strict=True)
        found = {runs[0].name: [run.history for run in runs] for runs in by_model}
        return {name: seed_band(several) if len(several) > 1 else several[0] for name, several in found.items()}

    @property
    def can_be_compared(self) -> bool:
        """Whether both models are there, with weights to predict with."""
        return self.b is not None and self.a.weights is not None and self.b.weights is not None

    @property
    def networks(self) -> tuple[NetworkState, ...]:
        """The models that have weights: what an `Inquiry` is made of."""
        return tuple(network for model in self.models if (network := model.network) is not None)

    def inspect(self, inquiry: Inquiry) -> Answer:
        """Ask what the networks say to images, and what happens inside, on a worker; the calling thread waits.

        Raises
        ------
        EngineError
            When no worker answers.
        ValueError
            When this cannot be asked: images of a wrong shape, a class that there is not.
        """
        return self.inspector(inquiry)

    def outcomes(self, split: SplitName = "test") -> Outcomes:
        """Return what both models predict for every image of a split: the base of everything below.

        Raises
        ------
        ValueError
            When A was trained alone, a model has no weights, or there is no such split.
        """
        if self.b is None:
            raise ValueError("Model A was trained alone; there is nothing to compare it with.")
        a, b = self.a.probabilities(split), self.b.probabilities(split)
        return Outcomes(self.labels(split), a, b)

    def labels(self, split: SplitName = "test") -> NDArray[np.uint8]:
        """Return the true class of every image of a split that was used, shape (N,), in the order of the data set."""
        labels = load(self.comparison.dataset).labels(split)
        return np.asarray(labels[: self.comparison.train_images] if split == "train" else labels)

    def disagreements(self, split: SplitName = "test") -> NDArray[np.intp]:
        """List the images for which the models say different classes: positions in the data set, ascending."""
        return self.outcomes(split).select(Group.DISAGREE)

    def suspects(self, split: SplitName = "test") -> NDArray[np.intp]:
        """List the images whose labels all networks contradict: positions in the data set, the widest margin first.

        A suspicion, no proof: of an image of which they are sure that it is of the same other class, by confident
        learning (`analysis.suspects`). On the test set the networks are those of all seeds from which both models
        finished alike, if they are several; on training images, whose labels they have learned, those of this seed.

        Returns
        -------
        ndarray of int, shape (S,)
            May be empty.

        Raises
        ------
        ValueError
            When A was trained alone, a model has no weights, or there is no such split.
        """
        labels, alike = self.outcomes(split).labels, self.alike if split == "test" else []
        networks = [model for result in (alike if len(alike) > 1 else [self]) for model in result.models]
        return analysis.suspects(labels, [network.probabilities(split) for network in networks])

    def confusion(self, name: str, split: SplitName = "test") -> NDArray[np.int64]:
        """Count the images of each true class (rows) that model "a" or "b" puts into each class (columns): (10, 10)."""
        predicted = self._model(name).probabilities(split).argmax(axis=1)
        return analysis.confusion_matrix(self.labels(split), predicted, CLASSES)

    def class_scores(self, name: str, split: SplitName = "test") -> ClassScores:
        """Return precision, recall and F1 of model "a" or "b" for each class, shape (10,) each."""
        return analysis.class_scores(self.confusion(name, split))

    def calibration(self, name: str, split: SplitName = "test") -> Calibration:
        """Return the reliability diagram of model "a" or "b", and its expected calibration error."""
        return analysis.calibration(self.labels(split), self._model(name).probabilities(split))

    def predict_images(self, images: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Return the class probabilities (N, 10) of any images, by model ("A", "B"), computed on a worker.

        Parameters
        ----------
        images : ndarray, shape (N, 28, 28), or (28, 28) for one
            Grey values, bright on dark as in the data sets: whole numbers from 0 to 255, or floats from 0 to 1.
            `nncompare.pictures` makes such images of drawings and photos.

        Raises
        ------
        ValueError
            When the images have another shape or other values, or no model has weights.
        EngineError
            When there is no worker, or it is lost meanwhile.
        """
        return predict_images(self, images)

    def robustness(
        self, disturbance: DisturbanceName, on_progress: Callable[[int, int], None] = lambda _done, _all: None
    ) -> Robustness:
        """Try both models on the same 1,000 test images, evenly spaced, at nine strengths of a disturbance.

        Parameters
        ----------
        disturbance : str
            One of `nncompare.disturbances.DISTURBANCES`, such as "rotate", whose strengths are in degrees, or "shift",
            in pixels.
        on_progress : callable, optional
            Called with (done, all) strengths.

        Raises
        ------
        ValueError
            When there is no such disturbance, or no model has weights.
        EngineError, DataError
            When there is no worker, or the data set is not here.
        """
        found = measure_robustness(self, disturbance, on_progress)
        assert found is not None  # nobody can cancel it
        return found

    def feature_maps(self, name: str, index: int, split: SplitName = "test") -> tuple[NDArray[np.float32], ...]:
        """Return what each block of model "a" or "b" makes of an image: (C, H, W) after pooling and ReLU.

        The sides H and W are 14, 7 and 3; C is the number of channels of the block. `index` is the position in the
        split, from 0.

        Raises
        ------
        ValueError
            When there is no such image, or no such model with weights.
        EngineError, DataError
            When there is no worker, or the data set is not here.
        """
        return feature_maps(self, name, index, split)

    def verdict(self, split: SplitName = "test", *, without: Sequence[int] | NDArray[np.intp] = ()) -> Verdict:
        """Return which model is better, by how much, and how likely that is by chance alone.

        On the test set, `seeds` of the answer compares all seeds from which both models finished, if they are several.
        The images at the positions `without` are left out, such as those that `suspects` lists.
        """
        judged = analysis.judge(self.outcomes(split).without(without))
        return replace(judged, seeds=self.over_seeds(without=without) if split == "test" else None)

    def over_seeds(self, *, without: Sequence[int] | NDArray[np.intp] = ()) -> SeedsVerdict | None:
        """Compare both models on the test set over the seeds from which both finished alike; None of fewer than two.

        Alike: with the same settings and the same width as here, the epochs that were added included. The images at the
        positions `without` are left out.
        """
        alike = self.alike
        if len(alike) < 2:
            return None
        judged = [analysis.judge(result.outcomes().without(without)) for result in alike]
        return analysis.judge_seeds(
            tuple(one.guess_a.right for one in judged),
            tuple(one.guess_b.right for one in judged),
            judged[0].images,
            guesses_a=sum(one.guess_a.is_likely for one in judged),
            guesses_b=sum(one.guess_b.is_likely for one in judged),
            left_out=len(self.others) + 1 - len(alike),
        )

    @property
    def alike(self) -> list["ComparisonResult"]:
        """The results of the seeds from which both models finished alike, those that `over_seeds` compares."""
        return [result for result in self.by_seed.values() if result._is_like(self)]

    def _is_like(self, other: "ComparisonResult") -> bool:
        both = [[(model.config, model.plan and model.plan.channels) for model in one.models] for one in (self, other)]
        return self.can_be_compared and self.state is State.FINISHED and both[0] == both[1]

    def _model(self, name: str) -> ModelResult:
        for model in self.models:
            if model.name == name.upper():
                return model
        raise ValueError(f"There is no model {name!r} in this comparison.")

    def raise_for_failure(self) -> None:
        """Raise `ComparisonError` when a model failed."""
        models = [model for result in (self, *self.others) for model in result.models]
        failures = dict.fromkeys(model.message for model in models if model.state is State.FAILED)
        if failures:
            raise ComparisonError(" ".join(failures), self)
