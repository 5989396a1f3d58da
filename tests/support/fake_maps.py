"""Networks that put test images on a map without computing anything, for panels without workers."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.data import ImageData
from nncompare.inspection import Answer, Inquiry, MapOfImages, NetworkAnswer, NetworkState
from nncompare.messages import Setup, VisibleImages

SHARES = {"A": (0.2, 0.14), "B": (0.25, 0.16)}
CLASSES = 10


class FakeMaps:
    """Stands for a `SeedRun`: the classes lie around a circle, in B's picture turned and mirrored; each errs at times.

    What is asked is kept in `asked`; an `error` is raised instead of an answer. `points` are those of each network.
    """

    def __init__(self, images: ImageData, names: str = "AB", state: State = State.FINISHED) -> None:
        self.images, self.state, self.comparison = images, state, Comparison(dataset=images.info.name)
        self.asked: list[Inquiry] = []
        self.error: Exception | None = None
        self.points: Callable[[str, NDArray[np.intp]], NDArray[np.float32]] = self._around_a_circle
        self.networks: tuple[NetworkState, ...] = ()
        self.learn(*((name, 1.0) for name in names))

    def learn(self, *epochs: tuple[str, float]) -> None:
        """Have trained for so many epochs, by name."""
        setup = Setup(RunConfig(channels=1))
        self.networks = tuple(NetworkState(name, setup, {}, epoch) for name, epoch in epochs)

    def inspect(self, inquiry: Inquiry) -> Answer:
        """Answer at once."""
        self.asked.append(inquiry)
        if self.error is not None:
            raise self.error
        assert isinstance(inquiry.images, VisibleImages)
        places = np.array(inquiry.images.indices)
        return Answer(self.images.images("test")[places], tuple(self._answer(one, places) for one in inquiry.networks))

    def said(self, name: str, places: NDArray[np.intp]) -> NDArray[np.intp]:
        """Return the answers: A is wrong with every fifth image, B with every seventh."""
        labels = self.images.labels("test")[places].astype(np.intp)
        return np.where(places % {"A": 5, "B": 7}[name] == 0, (labels + 1) % CLASSES, labels)

    def _answer(self, network: NetworkState, places: NDArray[np.intp]) -> NetworkAnswer:
        probabilities = np.eye(CLASSES, dtype=np.float32)[self.said(network.name, places)]
        found = MapOfImages(self.points(network.name, places), SHARES[network.name])
        return NetworkAnswer(network.name, network.epoch, probabilities, map=found)

    def _around_a_circle(self, name: str, places: NDArray[np.intp]) -> NDArray[np.float32]:
        turns = self.images.labels("test")[places] / CLASSES * math.tau
        random = np.random.default_rng(int(places[-1]) + len(places))
        spread = random.normal(0, 0.22, (2, len(places), 2))
        points = np.stack([1.5 * np.cos(turns), np.sin(turns)], axis=1) + spread[0]
        if name == "B":
            points = 7 * (points + 0.6 * spread[1]) @ np.array([[0.6, 0.8], [0.8, -0.6]])
        return (points - points.mean(axis=0)).astype(np.float32)
