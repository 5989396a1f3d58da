"""What chance alone would give: the exact binomial test, and guessing. N images, K classes."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

LIKELY = 0.05
"""What chance makes this often, or more often, is not called a difference."""


@dataclass(frozen=True)
class Guessing:
    """How many of N images a model has right, beside what guessing would have.

    `chance` is the share of the commonest class, at least 1/K: always to name that class gets so many right, and no
    other way of guessing gets more. `p_value` is that of the exact one-sided binomial test: the probability that
    guessing has at least as many right as the model.
    """

    right: int
    images: int
    chance: float
    p_value: float

    @property
    def is_likely(self) -> bool:
        """Whether guessing would do as well often enough: nothing shows that the model has learned."""
        return self.p_value >= LIKELY


def guessing(labels: NDArray[np.integer], predicted: NDArray[np.integer]) -> Guessing:
    """Hold predicted classes (N,) for images with these labels (N,), at least one, against guessing."""
    return guessing_of(labels, int((labels == predicted).sum()))


def guessing_of(labels: NDArray[np.integer], right: int) -> Guessing:
    """Hold a number of right answers for images with these labels (N,), at least one, against guessing."""
    images = len(labels)
    chance = int(np.bincount(labels).max()) / images
    return Guessing(right, images, chance, binomial_tail(right, images, chance))


def binomial_tail(right: int, images: int, share: float) -> float:
    """Return the exact probability that at least `right` of `images` are right, each with probability `share`."""
    if right <= 0 or share >= 1:
        return 1.0
    wrong = np.arange(images - right + 1)
    # log C(n, k) as a running sum of log ratios: accurate for thousands of images, where factorials overflow.
    steps = np.log(images - wrong[:-1]) - np.log(wrong[:-1] + 1)
    ways = np.concatenate([[0.0], np.cumsum(steps)])
    logs = ways + (images - wrong) * math.log(share) + wrong * math.log1p(-share)
    peak = logs.max()
    return min(1.0, math.exp(peak) * float(np.exp(logs - peak).sum()))
