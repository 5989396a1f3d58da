"""Whether one model is better over several seeds, or was only lucky with one. R seeds."""

import math
from dataclasses import dataclass
from statistics import stdev


@dataclass(frozen=True)
class SeedsVerdict:
    """The comparison of two configurations that were trained from the same R seeds; accuracies are shares from 0 to 1.

    `difference` is the mean over the seeds of accuracy A − B, exactly 0 if both are right on equally many images. Its
    95% confidence interval is that of Student's t with R - 1 degrees of freedom, within -1 and 1; the p value is that
    of the paired two-sided t test: the probability of a mean difference this large if both configurations were equally
    good. It assumes normally distributed differences (Student, The Probable Error of a Mean, 1908). Both are None if
    the difference is the same for every seed: its variance is unknown then. From `guesses_a` and `guesses_b` seeds a
    model did no better than guessing. Seeds are `left_out` from which a model failed, was stopped, or has other
    settings.
    """

    accuracies_a: tuple[float, ...]
    accuracies_b: tuple[float, ...]
    difference: float
    difference_interval: tuple[float, float] | None
    p_value: float | None
    guesses_a: int = 0
    guesses_b: int = 0
    left_out: int = 0

    @property
    def seeds(self) -> int:
        """Number of seeds."""
        return len(self.accuracies_a)

    @property
    def better_a(self) -> int:
        """Number of seeds with which A has more right."""
        return sum(a > b for a, b in zip(self.accuracies_a, self.accuracies_b, strict=True))

    @property
    def better_b(self) -> int:
        """Number of seeds with which B has more right."""
        return sum(b > a for a, b in zip(self.accuracies_a, self.accuracies_b, strict=True))


def judge_seeds(right_a: tuple[int, ...], right_b: tuple[int, ...], images: int, **counts: int) -> SeedsVerdict:
    """Compare two configurations by the images that each gets right, paired by seed.

    `counts` are `guesses_a`, `guesses_b` and `left_out` of the verdict.

    Raises
    ------
    ValueError
        If there are fewer than two seeds, or not as many of A as of B.
    """
    if len(right_a) != len(right_b) or len(right_a) < 2:
        raise ValueError("Two seeds or more are needed, each with the figures of both models.")
    # In whole numbers a tie is exactly a tie, and equal differences are equal.
    leads = [a - b for a, b in zip(right_a, right_b, strict=True)]
    difference = sum(leads) / (len(leads) * images)
    interval, p_value = None, None
    if len(set(leads)) > 1:
        error, freedom = stdev(leads) / images / math.sqrt(len(leads)), len(leads) - 1
        half = error * t_quantile(0.975, freedom)
        interval = max(-1.0, difference - half), min(1.0, difference + half)
        p_value = max(0.0, 1 - t_probability(difference / error, freedom))
    return SeedsVerdict(
        tuple(right / images for right in right_a),
        tuple(right / images for right in right_b),
        difference,
        interval,
        p_value,
        **counts,
    )


def t_probability(t: float, freedom: int) -> float:
    """Return the probability that Student's t with `freedom` degrees of freedom lies within ±t.

    Abramowitz and Stegun, Handbook of Mathematical Functions, 26.7.3 and 26.7.4.
    """
    angle = math.atan(abs(t) / math.sqrt(freedom))
    square = math.cos(angle) ** 2
    term, total = 1.0, 0.0
    for k in range(freedom // 2):
        total += term
        odd = freedom % 2
        term *= square * (2 * k + 1 + odd) / (2 * k + 2 + odd)
    if freedom % 2 == 0:
        return math.sin(angle) * total
    return 2 / math.pi * (angle + math.sin(angle) * math.cos(angle) * total)


def t_quantile(share: float, freedom: int) -> float:
    """Return the quantile of Student's t at `share` (above one half), by bisection."""
    low, high = 0.0, 1.0
    while (1 + t_probability(high, freedom)) / 2 < share:
        low, high = high, 2 * high
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if (1 + t_probability(middle, freedom)) / 2 < share else (low, middle)
    return high
