"""What is found once models have ended, or of an earlier epoch, away from the thread that draws. K classes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import Outcomes, Verdict, class_scores, judge
from nncompare.comparison.past import after_epoch
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import CATALOG
from nncompare.figures import figure_svg
from nncompare.messages import Prediction, VisibleImages
from nncompare.report import PICTURES
from nncompare.report.conclusion import Conclusion, conclude
from nncompare.report.suspicion import suspicion
from nncompare.report.tables import ScoresOfClass, score_rows


@dataclass(frozen=True, eq=False)
class Subject:
    """What is judged: the models of one seed on a split, and all seeds once they have ended."""

    pair: ComparisonResult | None = None
    whole: ComparisonResult | None = None
    split: SplitName = "test"

    @property
    def is_predicted(self) -> bool:
        """Whether all models have said already what they will be judged by."""
        models = self.pair.models if self.pair is not None else []
        return self.split == "test" and all(model.is_tested for model in models if model.weights is not None)


@dataclass(frozen=True, eq=False)
class Findings:
    """What the models that can predict make of a split; of one alone, A and B of `outcomes` are that one.

    `matrices` (K, K) are by name, with true classes in rows; `scores` and `pictures` are there where there are two, at
    the end. `doubts` are sentences on images whose labels may be wrong. `epoch` is the earlier one that was asked for;
    None for the end.
    """

    conclusion: Conclusion
    models: Sequence[ModelResult]
    outcomes: Outcomes | None = None
    verdict: Verdict | None = None
    matrices: Mapping[str, NDArray[np.integer]] = field(default_factory=dict)
    scores: Sequence[ScoresOfClass] = ()
    pictures: Sequence[str] = ()
    doubts: Sequence[str] = ()
    epoch: int | None = None

    @property
    def names(self) -> list[str]:
        """The models that can predict."""
        return [model.name for model in self.models]

    @property
    def is_over_seeds(self) -> bool:
        """Whether the verdict is of all seeds."""
        return self.verdict is not None and self.verdict.seeds is not None

    def of_test_images(self, name: str, shown: VisibleImages) -> Prediction | None:
        """Return what a model predicts for some of the test images; None where it has not predicted them."""
        test = next((model.test for model in self.models if model.name == name), None)
        if test is None or shown.split != "test":
            return None
        return Prediction(test.epoch, test.probabilities[list(shown.indices)], shown)


def ended(runs: ComparisonRun | SeedRun | None) -> ComparisonResult | None:
    """Return the result of what has ended; None before."""
    return runs.result() if runs is not None and runs.wait(0) else None


def find(subject: Subject) -> Findings:
    """Predict the whole split and judge it: slow on training images, which are predicted when first asked for."""
    pair, split = subject.pair, subject.split
    assert pair is not None
    found = _judged(pair, [model for model in pair.models if model.weights is not None], split, subject.whole)
    if len(found.models) < 2:
        return found
    a, b = (class_scores(matrix) for matrix in found.matrices.values())
    scores = score_rows(a, b, CATALOG[pair.comparison.dataset].classes)
    pictures = [figure_svg(*picture.draw(pair, split)) for picture in PICTURES.values() if picture.on_page]
    return replace(found, scores=scores, pictures=pictures)


def find_after(pair: SeedRun, epoch: int) -> Findings:
    """Judge what the models predicted for the test set after an epoch, which may be read from disk."""
    then = after_epoch(pair, epoch)
    found = _judged(then, [model for model in then.models if model.test is not None], "test", None)
    return replace(found, epoch=epoch)


def _judged(
    pair: ComparisonResult, models: Sequence[ModelResult], split: SplitName, whole: ComparisonResult | None
) -> Findings:
    if not models:
        return Findings(conclude(pair, None, split), models)
    outcomes = Outcomes(pair.labels(split), models[0].probabilities(split), models[-1].probabilities(split))
    verdict, matrices = judge(outcomes), {model.name: pair.confusion(model.name, split) for model in models}
    if len(models) == 1:
        return Findings(conclude(pair, None, split), models, outcomes, verdict, matrices)
    if whole is not None and split == "test":
        verdict = replace(verdict, seeds=whole.over_seeds())
    doubted = suspicion(whole if whole is not None and verdict.seeds is not None else pair, split)
    outcomes = replace(outcomes, suspects=doubted.images)
    conclusion = conclude(pair, verdict, split, whole)
    return Findings(conclusion, models, outcomes, verdict, matrices, doubts=doubted.sentences)
