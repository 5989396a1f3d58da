"""Networks that were never trained, computed with numpy alone: for panels that ask what happens inside."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.inspection import Answer, Inquiry, Inside, NetworkAnswer, NetworkState
from nncompare.messages import Setup, VisibleImages

CLASSES, SQUARE = 10, 7
Floats = NDArray[np.float32]


@dataclass
class FakePair:
    """A pair as the panels know it; A and B have so many `channels`, and what was asked is kept in `asked`.

    `error` is raised instead of an answer; the weights of the models in `broken` are not numbers.
    """

    channels: Mapping[str, int] = field(default_factory=lambda: {"A": 8, "B": 16})
    dataset: str = "mnist"
    epoch: float = 3.0
    error: Exception | None = None
    broken: tuple[str, ...] = ()
    seed: int = 0
    state: State = State.RUNNING
    asked: list[Inquiry] = field(default_factory=list)

    @property
    def comparison(self) -> Comparison:
        configs = {name: RunConfig(channels=count) for name, count in self.channels.items()}
        return Comparison(dataset=self.dataset, a=configs.get("A", RunConfig()), b=configs.get("B"))

    @property
    def networks(self) -> tuple[NetworkState, ...]:
        return tuple(
            NetworkState(name, Setup(RunConfig(channels=count)), {}, self.epoch)
            for name, count in self.channels.items()
        )

    def inspect(self, inquiry: Inquiry) -> Answer:
        self.asked.append(inquiry)
        if self.error is not None:
            raise self.error
        assert not isinstance(inquiry.images, VisibleImages)
        answers = (answer_of(state, inquiry.images, inquiry.target) for state in inquiry.networks)
        return Answer(inquiry.images, tuple(self._maybe_broken(answer) for answer in answers))

    def _maybe_broken(self, answer: NetworkAnswer) -> NetworkAnswer:
        if answer.name not in self.broken:
            return answer
        return replace(answer, probabilities=np.full_like(answer.probabilities, np.nan))


def answer_of(state: NetworkState, images: NDArray[np.uint8], target: int | None) -> NetworkAnswer:
    """Send the first of the images through random filters; where it looks is made up, but plausible."""
    random = np.random.default_rng([ord(state.name), state.setup.config.channels])
    image = (images[0].astype(np.float32) / 255 - 0.13) / 0.31
    maps, filters = maps_of(image, state.setup.config.channels, random)
    scores = random.normal(size=(CLASSES, maps[-1].size)) @ maps[-1].ravel()
    shares = np.exp(scores - scores.max()) / np.exp(scores - scores.max()).sum()
    chosen = int(shares.argmax()) if target is None else target
    slope = np.roll(_smooth(random.normal(size=(28, 28)).astype(np.float32)), chosen, axis=1)
    inside = Inside(maps, filters, slope * image, np.clip(3 * _smooth(slope * np.maximum(image, 0)), -1, 1), chosen)
    return NetworkAnswer(state.name, state.epoch, shares[None].astype(np.float32), inside)


def maps_of(image: Floats, channels: int, random: np.random.Generator) -> tuple[tuple[Floats, ...], Floats]:
    """Return the maps of three blocks of random filters, and the filters of the first."""
    found, before, first = [], image[None], None
    for count in (channels, 2 * channels, 4 * channels):
        weights = random.normal(size=(count, len(before), 3, 3)).astype(np.float32) / (3 * len(before) ** 0.5)
        first = weights[:, 0] if first is None else first
        windows = sliding_window_view(np.pad(before, ((0, 0), (1, 1), (1, 1))), (3, 3), axis=(1, 2))
        convolved = np.einsum("ihwab,oiab->ohw", windows, weights, optimize=True)
        side = convolved.shape[1] // 2
        pooled = convolved[:, : 2 * side, : 2 * side].reshape(count, side, 2, side, 2).max(axis=(2, 4))
        before = np.maximum(pooled, 0).astype(np.float32)
        found.append(before)
    assert first is not None
    return tuple(found), first


def _smooth(values: Floats) -> Floats:
    padded = np.pad(values, SQUARE // 2, mode="edge")
    return sliding_window_view(padded, (SQUARE, SQUARE)).mean(axis=(2, 3))
