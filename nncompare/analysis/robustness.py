"""How two models bear a disturbance that grows, on the same images at every strength. N images, S strengths."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis.chance import LIKELY
from nncompare.analysis.verdict import mcnemar_p, wilson_interval
from nncompare.disturbances import DisturbanceName

_UNBROKEN_SHARE = 0.5  # of the right answers undisturbed
_ABOVE_GUESSING = 2  # times as many right answers


@dataclass(frozen=True)
class Stretch:
    """Neighbouring strengths, from position `first` to `last`, at each of which the lead of the same model counts.

    `p_value` is the largest of the corrected p values there.
    """

    better: str
    first: int
    last: int
    p_value: float


@dataclass(frozen=True)
class Robustness:
    """What models have right of the same N images at S strengths of a disturbance, the first of which changes nothing.

    Attributes
    ----------
    strengths : tuple of float
        In the unit of the disturbance, from nothing to the strongest.
    right : mapping of str to tuple of int
        For each model ("A", "B") the number of right answers at each strength.
    only_a_right, only_b_right : tuple of int
        Images that only one of both has right, at each strength; empty where one model was tried alone.
    seed : int
        That of the models.
    epochs : mapping of str to float
        After how many epochs each was tried.
    guessed : int
        What a guess has right that is the same for every image: how many show the most frequent class.
    """

    disturbance: DisturbanceName
    strengths: tuple[float, ...]
    images: int
    right: Mapping[str, tuple[int, ...]]
    only_a_right: tuple[int, ...] = ()
    only_b_right: tuple[int, ...] = ()
    seed: int = 0
    epochs: Mapping[str, float] = field(default_factory=dict)
    guessed: int = 0

    def accuracy(self, name: str) -> list[float]:
        """Return the share of right answers of a model at each strength."""
        return [right / self.images for right in self.right[name]]

    def band(self, name: str) -> list[tuple[float, float]]:
        """Return the 95% confidence interval after Wilson (1927) at each strength, each for itself."""
        return [wilson_interval(right, self.images) for right in self.right[name]]

    @cached_property
    def p_values(self) -> tuple[float, ...]:
        """Those of the exact McNemar test at each strength, corrected for as many looks after Holm (1979)."""
        return holm([mcnemar_p(*counts) for counts in self._only_one_right])

    @property
    def better(self) -> list[str]:
        """At each strength the model that is better there, "A" or "B"; empty where no difference is shown."""
        pairs = zip(self._only_one_right, self.p_values, strict=True)
        return ["" if p_value >= LIKELY else "A" if only_a > only_b else "B" for (only_a, only_b), p_value in pairs]

    @property
    def leads(self) -> list[str]:
        """The models that are `better`, but only where theirs is a lead worth a word.

        It is none where both are near guessing: the better one must be right twice as often as whoever always says the
        most frequent class.
        """
        enough = _ABOVE_GUESSING * self.guessed
        return [name if name and self.right[name][here] >= enough else "" for here, name in enumerate(self.better)]

    @property
    def stretches(self) -> list[Stretch]:
        """The longest stretches of neighbouring strengths at which the lead of one model counts, in their order."""
        leads = self.leads
        starts = [here for here, name in enumerate(leads) if name and (not here or leads[here - 1] != name)]
        return [self._stretch(leads, first) for first in starts]

    @property
    def breaking(self) -> Stretch | None:
        """The first stretch in which one model has broken and the other one, whose lead it is, has not.

        A model breaks at the first strength at which it has fewer than half of the right answers that it has
        undisturbed. It does not break first where the other one was better before anything was disturbed.
        """
        grown = [found for found in self.stretches if found.better != self.better[0]]
        return next((found for found in grown if self._is_broken_by_one(found)), None)

    @property
    def breaks_first(self) -> str:
        """The model that breaks first, "A" or "B"; empty where that is not shown."""
        return _other(self.breaking.better) if self.breaking is not None else ""

    @property
    def _only_one_right(self) -> list[tuple[int, int]]:
        return list(zip(self.only_a_right, self.only_b_right, strict=True))

    def _is_broken_by_one(self, stretch: Stretch) -> bool:
        ends = self._place_of_break(stretch.better)
        begins = self._place_of_break(_other(stretch.better))
        return max(begins, stretch.first) < min(ends, stretch.last + 1)

    def _place_of_break(self, name: str) -> int:
        counts = self.right[name]
        return next((at for at, right in enumerate(counts) if right < _UNBROKEN_SHARE * counts[0]), len(counts))

    def _stretch(self, leads: Sequence[str], first: int) -> Stretch:
        end = next((here for here in range(first, len(leads)) if leads[here] != leads[first]), len(leads))
        return Stretch(leads[first], first, end - 1, max(self.p_values[first:end]))


def robustness(
    disturbance: DisturbanceName,
    strengths: Sequence[float],
    labels: NDArray[np.integer],
    predicted: Mapping[str, Sequence[NDArray[np.integer]]],
    *,
    seed: int = 0,
    epochs: Mapping[str, float] | None = None,
) -> Robustness:
    """Count what models have right of the same images with these labels (N,) at each strength.

    `predicted` gives for each model ("A", "B") its classes (N,) at each of the S strengths.

    Raises
    ------
    ValueError
        If there are no images, or not as many predictions as strengths.
    """
    if not len(labels) or any(len(of_model) != len(strengths) for of_model in predicted.values()):
        raise ValueError("Each model needs predictions for at least one image at every strength.")
    hits = {name: np.stack(of_model) == labels for name, of_model in predicted.items()}  # (S, N) each
    only_a, only_b = (hits["A"] & ~hits["B"], hits["B"] & ~hits["A"]) if len(hits) > 1 else ([], [])
    return Robustness(
        disturbance,
        tuple(strengths),
        len(labels),
        {name: _counts(right) for name, right in hits.items()},
        _counts(only_a),
        _counts(only_b),
        seed,
        epochs or {},
        int(np.unique(labels, return_counts=True)[1].max()),
    )


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Correct p values for their number: each is at most 0.05 with a chance of 5% that any of them is by chance.

    Holm, A Simple Sequentially Rejective Multiple Test Procedure, 1979.
    """
    corrected, least = [0.0] * len(p_values), 0.0
    for rank, here in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        least = max(least, min(1.0, (len(p_values) - rank) * p_values[here]))
        corrected[here] = least
    return tuple(corrected)


def _other(name: str) -> str:
    return "B" if name == "A" else "A"


def _counts(rows: NDArray[np.bool_] | Sequence[NDArray[np.bool_]]) -> tuple[int, ...]:
    return tuple(int(row.sum()) for row in rows)
