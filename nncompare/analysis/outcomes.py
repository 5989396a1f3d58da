"""Which model is right on which image, and orders to look at the images in. N images, K classes."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

_LEAST = 1e-12  # a probability of 0 has an infinite loss


class Group(StrEnum):
    """A group of images, by which models are right; or those whose labels may be wrong."""

    ALL = "all"
    DISAGREE = "disagree"
    ONLY_A_WRONG = "only A wrong"
    ONLY_B_WRONG = "only B wrong"
    BOTH_WRONG = "both wrong"
    BOTH_RIGHT = "both right"
    SUSPECT = "perhaps mislabelled"


class Order(StrEnum):
    """An order of the images; equal ones keep the order of the data set.

    The surest mistake is the wrong answer of either model that has the highest confidence; images that both get right
    come last. Loss and confidence are those of the less certain model, margin is the lead of its first over its second
    class, and difference is half the sum of the absolute differences of both models' probabilities (total variation).
    The margin over the label is the lead of the first class over the true one, in the model that contradicts it less.
    """

    DATA_SET = "data set"
    MISTAKE = "surest mistake"
    LOSS = "highest loss"
    CONFIDENCE = "lowest confidence"
    MARGIN = "smallest margin"
    DIFFERENCE = "largest difference"
    AGAINST_LABEL = "widest margin over the label"


@dataclass(frozen=True)
class Outcomes:
    """The predictions of both models for the same images.

    Attributes
    ----------
    labels : ndarray of int, shape (N,)
        The true classes.
    a, b : ndarray of float, shape (N, K)
        Class probabilities of each model.
    suspects : sequence of int
        The positions of images whose labels may be wrong, where that was looked into.

    Raises
    ------
    ValueError
        If the shapes do not match.
    """

    labels: NDArray[np.integer]
    a: NDArray[np.floating]
    b: NDArray[np.floating]
    suspects: Sequence[int] | NDArray[np.intp] = ()

    def __post_init__(self) -> None:
        if self.a.ndim != 2 or self.a.shape != self.b.shape or len(self.labels) != len(self.a):
            shapes = ", ".join(str(array.shape) for array in (self.labels, self.a, self.b))
            raise ValueError(f"Labels (N,) and two arrays of probabilities (N, K) are needed; got {shapes}.")

    @cached_property
    def predicted_by_a(self) -> NDArray[np.intp]:
        """The most probable class by A, shape (N,); of equals the first."""
        return self.a.argmax(axis=1)

    @cached_property
    def predicted_by_b(self) -> NDArray[np.intp]:
        """The most probable class by B, shape (N,); of equals the first."""
        return self.b.argmax(axis=1)

    def members(self, group: Group) -> NDArray[np.bool_]:
        """Return whether each image belongs to a group, shape (N,)."""
        right_a, right_b = self.predicted_by_a == self.labels, self.predicted_by_b == self.labels
        match group:
            case Group.ALL:
                return np.ones(len(self.labels), bool)
            case Group.DISAGREE:
                return self.predicted_by_a != self.predicted_by_b
            case Group.ONLY_A_WRONG:
                return ~right_a & right_b
            case Group.ONLY_B_WRONG:
                return right_a & ~right_b
            case Group.BOTH_WRONG:
                return ~right_a & ~right_b
            case Group.BOTH_RIGHT:
                return right_a & right_b
            case Group.SUSPECT:
                return np.isin(np.arange(len(self.labels)), self.suspects)

    def counts(self) -> dict[Group, int]:
        """Return the number of images in each group."""
        return {group: int(self.members(group).sum()) for group in Group}

    def without(self, positions: Sequence[int] | NDArray[np.intp]) -> "Outcomes":
        """Return the outcomes of the images at all other positions; raise ValueError for what is no position."""
        left_out = np.asarray(positions) if len(positions) else np.empty(0, np.intp)
        if not np.issubdtype(left_out.dtype, np.integer):
            raise ValueError(f"Positions of images are whole numbers; got {left_out.dtype}.")
        if left_out.size and not 0 <= left_out.min() <= left_out.max() < len(self.labels):
            raise ValueError(f"There are images 0 to {len(self.labels) - 1:,} to leave out.")
        return Outcomes(*(np.delete(array, left_out, axis=0) for array in (self.labels, self.a, self.b)))

    def select(
        self,
        group: Group = Group.ALL,
        order: Order = Order.DATA_SET,
        *,
        true_class: int | None = None,
        predicted: int | None = None,
        by: str = "",
    ) -> NDArray[np.intp]:
        """Return the positions of the images of a group, in an order: at most N.

        Where classes are given, only images of the `true_class`, and those for which the model `by` ("a", "b", or ""
        for either of them) has `predicted` this class.
        """
        chosen = self.members(group)
        if true_class is not None:
            chosen = chosen & (self.labels == true_class)
        if predicted is not None:
            by_a, by_b = self.predicted_by_a == predicted, self.predicted_by_b == predicted
            chosen = chosen & {"a": by_a, "b": by_b}.get(by, by_a | by_b)
        positions = np.flatnonzero(chosen)
        return positions[np.argsort(self._rank(order)[positions], kind="stable")]

    def _rank(self, order: Order) -> NDArray[np.floating]:
        match order:
            case Order.DATA_SET:
                return np.zeros(len(self.labels))
            case Order.MISTAKE:
                return -np.maximum(*(self._confidence_of_mistakes(scores) for scores in (self.a, self.b)))
            case Order.LOSS:
                return np.minimum(*(self._of_true_class(scores) for scores in (self.a, self.b)))
            case Order.CONFIDENCE:
                return np.minimum(self.a.max(axis=1), self.b.max(axis=1))
            case Order.MARGIN:
                return np.minimum(_margin(self.a), _margin(self.b))
            case Order.DIFFERENCE:
                return -np.abs(self.a - self.b).sum(axis=1) / 2
            case Order.AGAINST_LABEL:
                return -np.minimum(*(self._margin_over_label(scores) for scores in (self.a, self.b)))

    def _confidence_of_mistakes(self, scores: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.where(scores.argmax(axis=1) != self.labels, scores.max(axis=1), 0)

    def _margin_over_label(self, scores: NDArray[np.floating]) -> NDArray[np.floating]:
        return scores.max(axis=1) - scores[np.arange(len(scores)), self.labels]

    def _of_true_class(self, scores: NDArray[np.floating]) -> NDArray[np.floating]:
        return np.maximum(scores[np.arange(len(scores)), self.labels], _LEAST)


def _margin(scores: NDArray[np.floating]) -> NDArray[np.floating]:
    second, first = np.partition(scores, -2, axis=1)[:, -2:].T
    return first - second
