"""What a comparison leaves behind."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nncompare import analysis
from nncompare.analysis import Calibration, ClassScores, Group, Outcomes, Robustness, SeedsVerdict, Verdict
from nncompare.architectures import CLASSES
from nncompare.comparison.inspectable import AsksNetworks
from nncompare.comparison.model_result import ModelResult
from nncompare.comparison.robustness import measure_robustness
from nncompare.comparison.state import State
from nncompare.config import Comparison, SplitName
from nncompare.data import load
from nncompare.disturbances import DisturbanceName
from nncompare.history import History, SeedBand, seed_band
from nncompare.inspection import Answer, Inquiry, NetworkState

__all__ = ["ComparisonError", "ComparisonResult", "ModelResult"]

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


@dataclass(frozen=True, repr=False)
class ComparisonResult(AsksNetworks):
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
    inspector: Inspector = field(default=_nobody, compare=False)

    def __repr__(self) -> str:
        seeds = [f"<Seed {seed}: {result.models}>" for seed, result in self.by_seed.items()]
        return f"<Comparison on {self.comparison.dataset}: {', '.join(seeds)}>"

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

        Raises
        ------
        ValueError
            As `outcomes` does.
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

    def verdict(self, split: SplitName = "test", *, without: Sequence[int] | NDArray[np.intp] = ()) -> Verdict:
        """Return which model is better, by how much, and how likely that is by chance alone.

        On the test set, `seeds` of the answer compares all seeds from which both models finished, if they are several.
        The images at the positions `without` are left out, such as those that `suspects` lists. Raises as `outcomes`
        does, and ValueError for a position at which there is no image.
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
