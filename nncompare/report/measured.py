"""What a comparison measured of the quantity that a lesson asks for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis.verdict import newcombe_interval, wilson_interval
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.state import State
from nncompare.config import SplitName
from nncompare.lessons import ChoiceName, NumberName
from nncompare.report.fairness import seconds_per_epoch

_NO_FASTER, _NO_SURER = 0.1, 0.01  # below this nobody would notice


@dataclass(frozen=True)
class Measured:
    """A number with its interval, where it has one; or a choice ("A", "B", "same"), and the numbers behind it.

    The interval is of 95% confidence; of a ratio of seconds it is the range over the epochs.
    """

    value: float | str
    low: float | None = None
    high: float | None = None


def measured(of: NumberName | ChoiceName, result: ComparisonResult) -> Measured | None:
    """Measure a quantity; None where a model has not come far enough for that. It may have images predicted."""
    return _MEASURES[of](result) if result.can_be_compared and not unfinished(result) else None


def unfinished(result: ComparisonResult) -> str:
    """Return a sentence where not all was trained that was asked for, and so nothing is answered; else an empty one.

    A model that diverged has come to its end: training again would lead there again.
    """
    models = [model for one in result.by_seed.values() for model in one.models]
    if any(model.state is State.FAILED and model.history.diverged is None for model in models):
        return "It failed before the end, so the question is not answered. Train again."
    is_whole = len(result.by_seed) == len(result.comparison.seeds)
    if is_whole and all(model.state in (State.FINISHED, State.FAILED) for model in models):
        return ""
    return "It was stopped before the end, so the question is not answered. Train again."


def _accuracy_difference(result: ComparisonResult) -> Measured:
    verdict = result.verdict()
    interval = verdict.seeds.difference_interval if verdict.seeds is not None else verdict.difference_interval
    low, high = interval or (None, None)
    return Measured(-100 * verdict.lead, None if high is None else -100 * high, None if low is None else -100 * low)


def _accuracy(place: int, result: ComparisonResult) -> Measured:
    right = _right(result.models[place], result)
    low, high = wilson_interval(int(right.sum()), len(right))
    return Measured(100 * float(right.mean()), 100 * low, 100 * high)


def _gap(place: int, result: ComparisonResult) -> Measured:
    """Compare training and test images as two samples: no image is in both."""
    model = result.models[place]
    learned, new = _right(model, result, "train"), _right(model, result, "test")
    low, high = newcombe_interval(int(learned.sum()), len(learned), int(new.sum()), len(new))
    return Measured(100 * float(learned.mean() - new.mean()), 100 * low, 100 * high)


def _seconds_ratio(result: ComparisonResult) -> Measured | None:
    a, b = (seconds_per_epoch(model.history) for model in result.models)
    if not a or not b:
        return None
    both = (pairwise([0.0, *model.history.epoch_seconds]) for model in result.models)
    ratios = [(b1 - b0) / (a1 - a0) for (a0, a1), (b0, b1) in zip(*both, strict=False)]
    return Measured(b / a, min(ratios), max(ratios)) if len(ratios) > 1 else Measured(b / a)


def _memory_ratio(result: ComparisonResult) -> Measured | None:
    a, b = (model.plan for model in result.models)
    return Measured(b.training_bytes / a.training_bytes) if a is not None and b is not None else None


def _disagreements(result: ComparisonResult) -> Measured:
    count, images = len(result.disagreements()), len(result.labels())
    low, high = wilson_interval(count, images)
    return Measured(count, round(images * low), round(images * high))


def _better(result: ComparisonResult) -> Measured:
    difference = _accuracy_difference(result)
    return Measured(result.verdict().better or "same", difference.low, difference.high)


def _sooner(result: ComparisonResult) -> Measured | None:
    first = [model.history.test_accuracy[:1] for model in result.models]
    if not all(first):
        return None
    images = len(result.labels())
    a, b = (round(accuracy * images) for (accuracy,) in first)
    low, high = newcombe_interval(b, images, a, images)
    return Measured("B" if low > 0 else "A" if high < 0 else "same", 100 * low, 100 * high)


def _faster(result: ComparisonResult) -> Measured | None:
    ratio = _seconds_ratio(result)
    if ratio is None or isinstance(ratio.value, str):
        return None
    is_alike = 1 - _NO_FASTER < ratio.value < 1 / (1 - _NO_FASTER)
    return Measured("same" if is_alike else "B" if ratio.value < 1 else "A")


def _surer(result: ComparisonResult) -> Measured:
    a, b = (float(model.probabilities().max(axis=1).mean()) for model in result.models)
    return Measured("same" if abs(b - a) < _NO_SURER else "B" if b > a else "A")


def _right(model: ModelResult, result: ComparisonResult, split: SplitName = "test") -> NDArray[np.bool_]:
    return np.asarray(model.probabilities(split).argmax(axis=1) == result.labels(split))


_MEASURES: Mapping[NumberName | ChoiceName, Callable[[ComparisonResult], Measured | None]] = {
    "accuracy_difference": _accuracy_difference,
    "accuracy_a": partial(_accuracy, 0),
    "accuracy_b": partial(_accuracy, 1),
    "gap_a": partial(_gap, 0),
    "gap_b": partial(_gap, 1),
    "seconds_ratio": _seconds_ratio,
    "memory_ratio": _memory_ratio,
    "disagreements": _disagreements,
    "better": _better,
    "sooner": _sooner,
    "faster": _faster,
    "surer": _surer,
}
