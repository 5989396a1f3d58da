"""The map of the test set in numbers: where each network puts each image, and what it says. N images, M networks."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis.nearest_classes import nearest_classes
from nncompare.analysis.procrustes import align, normalised
from nncompare.inspection import Answer, NetworkAnswer

_NEAREST = 3


@dataclass(frozen=True, eq=False)
class MapPicture:
    """What the map shows.

    Attributes
    ----------
    places : ndarray of int, shape (N,)
        Which images these are: their positions in the test set.
    labels : ndarray of uint8, shape (N,)
        Their true classes.
    networks : tuple of NetworkAnswer
        What the M networks answered.
    points : ndarray of float32, shape (M, N, 2)
        The picture of each network, all in one frame.
    fit : float, optional
        How well the pictures of two networks agree, from 0 to 1; None for one alone.
    """

    places: NDArray[np.intp]
    labels: NDArray[np.uint8]
    networks: tuple[NetworkAnswer, ...]
    points: NDArray[np.float32]
    fit: float | None

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the networks."""
        return tuple(network.name for network in self.networks)

    @property
    def said(self) -> NDArray[np.uint8]:
        """The most probable class by each network, shape (M, N)."""
        return np.stack([network.probabilities.argmax(axis=1).astype(np.uint8) for network in self.networks])

    @property
    def shares(self) -> tuple[float, ...]:
        """The share of the variance that the picture of each network shows."""
        return tuple(sum(network.map.shares) for network in self.networks if network.map is not None)

    @property
    def accuracies(self) -> tuple[float, ...]:
        """The share of these images that each network gets right."""
        return tuple(float(share) for share in (self.said == self.labels).mean(axis=1))

    def nearest(self) -> list[list[tuple[int, int]]]:
        """Return the pairs of classes that lie nearest to each other, for each network."""
        return [nearest_classes(points, self.labels, _NEAREST) for points in self.points]

    def worst_first(self, points: Sequence[int], count: int) -> list[int]:
        """Return `count` of these points: those that most networks get wrong first, else in their order."""
        right = (self.said == self.labels).sum(axis=0)
        return sorted(points, key=lambda point: int(right[point]))[:count]


def picture_of(
    answer: Answer, places: Sequence[int], labels: NDArray[np.uint8], before: MapPicture | None = None
) -> MapPicture:
    """Lay the pictures of all networks onto that of the first, and that one onto the picture `before`.

    So nothing turns over from one picture to the next.

    Raises
    ------
    ValueError
        When nothing can be drawn: a sentence that says so.
    """
    drawn = [(network, network.map.points) for network in answer.networks if network.map is not None]
    finite = [(network, points) for network, points in drawn if np.isfinite(points).all()]
    if not finite:
        raise ValueError("There is no picture of these networks: what they compute are no finite numbers.")
    networks, (first, *others) = zip(*finite, strict=True)
    is_alike = before is not None and before.names == tuple(network.name for network in networks)
    turned = align(before.points[0], first).b if before is not None and is_alike else normalised(first)
    aligned = [align(turned, other) for other in others]
    points = np.stack([turned, *(one.b for one in aligned)]).astype(np.float32)
    chosen = np.asarray(places, np.intp)
    return MapPicture(chosen, labels[chosen], networks, points, aligned[0].fit if aligned else None)
