"""Tries both models of a pair on ever stronger disturbed test images."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nncompare.analysis import Robustness, robustness
from nncompare.comparison.inspectable import Inspectable, networks_of
from nncompare.data import evenly_spaced, load
from nncompare.disturbances import Disturbance, DisturbanceName, disturbance_info
from nncompare.inspection import Inquiry
from nncompare.messages import VisibleImages

IMAGES = 1_000


def measure_robustness(
    pair: Inspectable,
    name: DisturbanceName,
    on_progress: Callable[[int, int], None] = lambda _done, _all: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Robustness | None:
    """Return what both models have right of the same 1,000 test images, evenly spaced, at each strength.

    Networks that train are tried with the weights that they have now, at every strength.

    Parameters
    ----------
    on_progress : callable, optional
        Called with (done, all) strengths, at first with none.
    is_cancelled : callable, optional
        Asked before each strength; None is returned once it says so.

    Raises
    ------
    ValueError
        When there is no such disturbance, or no model has weights.
    EngineError, DataError
        When there is no worker, or the data set is not here.
    """
    strengths, networks, dataset = disturbance_info(name).strengths, networks_of(pair), pair.comparison.dataset
    labels = load(dataset).labels("test")
    indices = evenly_spaced(len(labels), IMAGES)
    images = VisibleImages("test", tuple(indices.tolist()))
    predicted: dict[str, list[NDArray[np.intp]]] = {network.name: [] for network in networks}
    for done, strength in enumerate(strengths):
        on_progress(done, len(strengths))
        if is_cancelled():
            return None
        answer = pair.inspect(Inquiry(networks, dataset, images, disturbance=Disturbance(name, strength)))
        for network in answer.networks:
            predicted[network.name].append(network.probabilities.argmax(axis=1))
    on_progress(len(strengths), len(strengths))
    epochs = {network.name: network.epoch for network in networks}
    return robustness(name, strengths, labels[indices], predicted, seed=pair.seed, epochs=epochs)
