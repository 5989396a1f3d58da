"""Asks trained networks of one seed about images: one's own, and those of the data set. N images, K classes."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nncompare.architectures import CLASSES
from nncompare.catalog import dataset_info
from nncompare.config import Comparison, SplitName
from nncompare.data import DataError, load
from nncompare.engine.client import EngineError
from nncompare.inspection import Answer, Inquiry, NetworkState
from nncompare.messages import VisibleImages

TOLD_AS_THEY_ARE = (DataError, EngineError, ValueError)
"""What asking networks raises with a sentence for the user."""
_AT_ONCE = 1_000  # images; so that other short work need not wait for long
_WHITE = 255


class Inspectable(Protocol):
    """What has networks to ask: a pair that trains, or a result."""

    @property
    def comparison(self) -> Comparison:
        """What was asked for."""

    @property
    def seed(self) -> int:
        """That of the models."""

    @property
    def networks(self) -> tuple[NetworkState, ...]:
        """The one or two models that have weights."""

    def inspect(self, inquiry: Inquiry) -> Answer:
        """Wait for a worker's answer."""


def predict_images(pair: Inspectable, images: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
    """Return the class probabilities (N, K) by model; images and errors are those of `ComparisonResult`."""
    side = dataset_info(pair.comparison.dataset).side
    pixels = grey_values(images, side)
    networks = networks_of(pair)
    parts = [
        pair.inspect(Inquiry(networks, pair.comparison.dataset, pixels[first : first + _AT_ONCE]))
        for first in range(0, len(pixels), _AT_ONCE)
    ]
    nothing = np.zeros((0, CLASSES), np.float32)
    by_model = {network.name: [nothing] for network in networks}
    for answer in parts:
        for network in answer.networks:
            by_model[network.name].append(network.probabilities)
    return {name: np.concatenate(tables) for name, tables in by_model.items()}


def feature_maps(
    pair: Inspectable, name: str, index: int, split: SplitName = "test"
) -> tuple[NDArray[np.float32], ...]:
    """Return the output of each block of a model; parameters and errors are those of `ComparisonResult`."""
    dataset = pair.comparison.dataset
    if split not in ("test", "train"):
        raise ValueError(f"There is no split named {split!r}; there are test and train.")
    count = len(load(dataset).labels(split))
    if not 0 <= index < count:
        raise ValueError(f"There is no {split} image {index:,}; there are 0 to {count - 1:,}.")
    network = next((network for network in pair.networks if network.name == name.upper()), None)
    if network is None:
        raise ValueError(f"There is no model {name!r} with weights in this comparison.")
    answer = pair.inspect(Inquiry((network,), dataset, VisibleImages(split, (index,)), "inside")).of(network.name)
    assert answer is not None
    assert answer.inside is not None
    return answer.inside.maps


def networks_of(pair: Inspectable) -> tuple[NetworkState, ...]:
    """Return the networks of a pair; raise ValueError where there are none."""
    if not pair.networks:
        raise ValueError("No model of this comparison has weights yet, or they are lost.")
    return pair.networks


def grey_values(images: NDArray[Any], side: int) -> NDArray[np.uint8]:
    """Return images as (N, H, W) uint8; raise ValueError for what could be meant in several ways."""
    given = np.asarray(images)
    pixels = given[None] if given.ndim == 2 else given
    if pixels.ndim != 3 or pixels.shape[1:] != (side, side):
        raise ValueError(f"Images must be of shape (N, {side}, {side}); got {given.shape}.")
    if pixels.dtype == np.uint8:
        return np.ascontiguousarray(pixels)
    is_share, is_whole = (np.issubdtype(pixels.dtype, kind) for kind in (np.floating, np.integer))
    if not is_share and not is_whole:
        raise ValueError(f"Grey values must be whole numbers or shares; got {pixels.dtype}.")
    highest = 1 if is_share else _WHITE
    if pixels.size and not (0 <= pixels.min() <= pixels.max() <= highest):  # which NaN is not, either
        kind = "Shares of white must be from 0 to 1" if is_share else "Whole grey values must be from 0 to 255"
        raise ValueError(f"{kind}; got {pixels.min():g} to {pixels.max():g}.")
    return np.rint(pixels * _WHITE).astype(np.uint8) if is_share else pixels.astype(np.uint8)
