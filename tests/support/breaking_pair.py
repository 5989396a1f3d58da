"""Pairs that answer inquiries at once: no worker, no training."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.data import load
from nncompare.inspection import Answer, Inquiry, Inside, NetworkAnswer, NetworkState
from nncompare.messages import Setup, VisibleImages

Accuracy = Callable[[float], float]
"""The share of right answers at a strength."""


class BreakingPair:
    """Two networks, or fewer, that are right on so many test images as `accuracies` say, by model.

    Which images these are does not depend on the model; a wrong answer is the class after the right one. `asked` are
    the inquiries; `before` is called with each of them before it is answered.
    """

    seed, state = 0, State.FINISHED

    def __init__(
        self,
        accuracies: Mapping[str, Accuracy],
        before: Callable[[Inquiry], None] = lambda _: None,
        dataset: str = "synthetic-digits",
    ) -> None:
        self.comparison = Comparison(dataset=dataset, a=RunConfig(), b=RunConfig())
        self.networks = tuple(NetworkState(name, Setup(RunConfig()), {}, 2.0) for name in accuracies)
        self.asked: list[Inquiry] = []
        self._accuracies, self._before = accuracies, before

    def inspect(self, inquiry: Inquiry) -> Answer:
        self._before(inquiry)
        self.asked.append(inquiry)
        images = self._images(inquiry)
        answers = [self._answer(network, inquiry, len(images)) for network in inquiry.networks]
        return Answer(images, tuple(answers))

    def _images(self, inquiry: Inquiry) -> NDArray[np.uint8]:
        if isinstance(inquiry.images, VisibleImages):
            return load(inquiry.dataset).images(inquiry.images.split)[list(inquiry.images.indices)]
        return inquiry.images

    def _answer(self, network: NetworkState, inquiry: Inquiry, count: int) -> NetworkAnswer:
        labels = np.zeros(count, int)
        if isinstance(inquiry.images, VisibleImages):
            labels = load(inquiry.dataset).labels(inquiry.images.split)[list(inquiry.images.indices)].astype(int)
        strength = inquiry.disturbance.strength if inquiry.disturbance is not None else 0.0
        rank = np.random.default_rng(0).permutation(count)
        said = np.where(rank < round(self._accuracies[network.name](strength) * count), labels, (labels + 1) % 10)
        table = np.eye(10, dtype=np.float32)[said]
        return NetworkAnswer(network.name, network.epoch, table, _inside() if inquiry.look == "inside" else None)


def _inside() -> Inside:
    maps = tuple(np.full((2 * side, side, side), side, np.float32) for side in (14, 7, 3))
    plane = np.zeros((28, 28), np.float32)
    return Inside(maps, np.zeros((28, 3, 3), np.float32), plane, plane, 0)


def falling(start: float, least: float = 0.1, at: float = 25.0) -> Accuracy:
    """Return an accuracy that stays at `start` below a strength, and is `least` from there on."""
    return lambda strength: start if strength < at else least
