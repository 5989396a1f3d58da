"""Which model is better, by how much, and whether that is more than chance."""

import math
from dataclasses import dataclass

from nncompare.analysis.chance import LIKELY, Guessing, binomial_tail, guessing_of
from nncompare.analysis.outcomes import Group, Outcomes
from nncompare.analysis.seeds import SeedsVerdict

_NORMAL_QUANTILE_975 = 1.959963984540054


@dataclass(frozen=True)
class Verdict:
    """The comparison of two models on the same images; accuracies are shares from 0 to 1, differences are A − B.

    The intervals are of 95% confidence: of an accuracy after Wilson (1927), of the difference for paired proportions,
    as in Agresti, Categorical Data Analysis, section 11.1. The p value is that of the exact two-sided McNemar test: the
    probability of so uneven a split of the images that only one model gets right, if both were equally good. `guess_a`
    and `guess_b` hold each model against guessing. Where the pair was trained more than once, `seeds` compares all
    seeds; the other fields are of one.
    """

    images: int
    accuracy_a: float
    accuracy_b: float
    interval_a: tuple[float, float]
    interval_b: tuple[float, float]
    difference: float
    difference_interval: tuple[float, float]
    only_a_right: int
    only_b_right: int
    both_right: int
    p_value: float
    guess_a: Guessing
    guess_b: Guessing
    seeds: SeedsVerdict | None = None

    @property
    def lead(self) -> float:
        """Accuracy of A − accuracy of B, over all seeds if there are several."""
        return self.seeds.difference if self.seeds is not None else self.difference

    @property
    def better(self) -> str:
        """The model with the higher accuracy, "A" or "B"; empty where chance would often make such a difference.

        That is a p value of at least 0.05, over all seeds if there are several, or none that can be known.
        """
        p_value = self.seeds.p_value if self.seeds is not None else self.p_value
        if p_value is None or p_value >= LIKELY:
            return ""
        return "A" if self.lead > 0 else "B"


def judge(outcomes: Outcomes) -> Verdict:
    """Compare both models on all images.

    Raises
    ------
    ValueError
        If there are no images.
    """
    images = len(outcomes.labels)
    if not images:
        raise ValueError("Without images there is nothing to judge.")
    counts = outcomes.counts()
    only_a, only_b, both = counts[Group.ONLY_B_WRONG], counts[Group.ONLY_A_WRONG], counts[Group.BOTH_RIGHT]
    right_a, right_b = both + only_a, both + only_b
    return Verdict(
        images=images,
        accuracy_a=right_a / images,
        accuracy_b=right_b / images,
        interval_a=wilson_interval(right_a, images),
        interval_b=wilson_interval(right_b, images),
        difference=(only_a - only_b) / images,
        difference_interval=_paired_interval(only_a, only_b, images),
        only_a_right=only_a,
        only_b_right=only_b,
        both_right=both,
        p_value=mcnemar_p(only_a, only_b),
        guess_a=guessing_of(outcomes.labels, right_a),
        guess_b=guessing_of(outcomes.labels, right_b),
    )


def wilson_interval(right: int, images: int) -> tuple[float, float]:
    """Return the 95% confidence interval of a share after Wilson (1927)."""
    z = _NORMAL_QUANTILE_975
    share, weight = right / images, z**2 / images
    middle = (share + weight / 2) / (1 + weight)
    half = z * math.sqrt(share * (1 - share) / images + weight / (4 * images)) / (1 + weight)
    return max(0.0, middle - half), min(1.0, middle + half)


def newcombe_interval(right: int, images: int, other_right: int, other_images: int) -> tuple[float, float]:
    """Return the 95% confidence interval of a share minus another one, of other images.

    Newcombe, Interval Estimation for the Difference Between Independent Proportions, 1998, method 10.
    """
    share, other = right / images, other_right / other_images
    (low, high), (other_low, other_high) = wilson_interval(right, images), wilson_interval(other_right, other_images)
    down, up = math.hypot(share - low, other_high - other), math.hypot(high - share, other - other_low)
    return share - other - down, share - other + up


def mcnemar_p(only_a: int, only_b: int) -> float:
    """Return the exact two-sided p value of McNemar's test: twice the binomial tail with even odds, at most 1."""
    return min(1.0, 2 * binomial_tail(max(only_a, only_b), only_a + only_b, 0.5))


def _paired_interval(only_a: int, only_b: int, images: int) -> tuple[float, float]:
    difference = (only_a - only_b) / images
    variance = (only_a + only_b - (only_a - only_b) ** 2 / images) / images**2
    half = _NORMAL_QUANTILE_975 * math.sqrt(max(0.0, variance))
    return max(-1.0, difference - half), min(1.0, difference + half)
