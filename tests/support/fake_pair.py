"""A pair of networks that were never trained: what they say, and when, a test decides."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, RunConfig
from nncompare.inspection import Answer, Inquiry, NetworkAnswer, NetworkState
from nncompare.messages import Prediction, Setup

CLASSES = 10


class FakePair:
    """Stands for a `SeedRun`: what was asked is in `asked`, and answered with the classes in `says`.

    Without `networks` it has no weights. With an `error` it answers nothing else.
    """

    def __init__(self, comparison: Comparison, state: State = State.RUNNING) -> None:
        self.comparison, self.seed, self.state = comparison, comparison.seed, state
        configs = {"A": comparison.a, "B": comparison.b}
        self._setups = {name: Setup(config) for name, config in configs.items() if config is not None}
        self.runs = [RunView(setup, state=state, name=name) for name, setup in self._setups.items()]
        self.says, self.error = dict.fromkeys(self._setups, 7), ""
        self.asked: list[Inquiry] = []
        self.networks: tuple[NetworkState, ...] = ()
        self.learn(0.5)

    def learn(self, epoch: float) -> None:
        """Have weights of this epoch."""
        self.networks = tuple(NetworkState(name, setup, {}, epoch) for name, setup in self._setups.items())

    def test(self, **said: list[int]) -> None:
        """Have ended an epoch, after which A and B said these classes of the first test images."""
        tests = {name: Prediction(1.0, np.eye(CLASSES, dtype=np.float32)[classes]) for name, classes in said.items()}
        self.runs = [replace(run, test=tests[run.name]) for run in self.runs]

    def inspect(self, inquiry: Inquiry) -> Answer:
        self.asked.append(inquiry)
        if self.error:
            raise ValueError(self.error)
        return answer_to(inquiry, self.says)


def answer_to(inquiry: Inquiry, says: Mapping[str, int] | None = None) -> Answer:
    """Answer with these classes, or with 7 and 1; what is disturbed becomes its negative."""
    says = says or {"A": 7, "B": 1}
    assert isinstance(inquiry.images, np.ndarray)
    images = inquiry.images if inquiry.disturbance is None else 255 - inquiry.images
    return Answer(images, tuple(NetworkAnswer(one.name, one.epoch, shares(says[one.name])) for one in inquiry.networks))


def shares(class_: int) -> NDArray[np.float32]:
    """Return probabilities (1, 10): 0.75 for a class, 0.2 for the next one, and little for the others."""
    made = np.full((1, CLASSES), 0.05 / (CLASSES - 2), np.float32)
    made[0, class_], made[0, (class_ + 1) % CLASSES] = 0.75, 0.2
    return made


def pair_of(state: State = State.RUNNING, *, is_alone: bool = False) -> FakePair:
    """Make a pair that trains on digits."""
    b = None if is_alone else RunConfig(channels=2)
    return FakePair(Comparison(dataset="synthetic-digits", a=RunConfig(channels=1), b=b, train_images=1_000), state)
