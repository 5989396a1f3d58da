"""Which classes lie next to each other on a map of images. N images, K classes."""

from itertools import combinations

import numpy as np
from numpy.typing import NDArray


def nearest_classes(points: NDArray[np.floating], labels: NDArray[np.integer], count: int) -> list[tuple[int, int]]:
    """Return the `count` pairs of classes whose middles are nearest to each other, the nearest first.

    `points` (N, 2) are places, `labels` (N,) the classes of the images. A class without images has no middle.
    """
    middles = {int(k): points[labels == k].mean(axis=0) for k in np.unique(labels)}
    apart = {pair: float(np.linalg.norm(middles[pair[0]] - middles[pair[1]])) for pair in combinations(middles, 2)}
    return sorted(apart, key=lambda pair: apart[pair])[:count]
