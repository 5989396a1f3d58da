"""Asks trained networks of one seed about images: one's own, and those of the data set. N images, K classes."""

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from nncompare.architectures import CLASSES
from nncompare.catalog import dataset_info
from nncompare.comparison.state import State
from nncompare.config import Comparison, SplitName, require_split
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
    def state(self) -> State:
        """Whether they train, or have ended."""

    @property
    def networks(self) -> tuple[NetworkState, ...]:
        """The one or two models that have weights."""

    def inspect(self, inquiry: Inquiry) -> Answer:
        """Wait for a worker's answer."""


class AsksNetworks:
    """What can be asked of the networks of a pair by those who write Python."""

    def predict_images(self: Inspectable, images: NDArray[Any]) -> dict[str, NDArray[np.float32]]:
        """Return the class probabilities (N, 10) of any images, by model ("A", "B"), computed on a worker.

        Parameters
        ----------
        images : ndarray, shape (N, 28, 28), or (28, 28) for one
            Grey values, bright on dark as in the data sets: whole numbers from 0 to 255, of any type, or floats from
            0 to 1. `nncompare.pictures` makes such images of drawings and photos.

        Raises
        ------
        ValueError
            When the images have another shape or other values, or no model has weights.
        EngineError
            When there is no worker, or it is lost meanwhile.
        """
        networks, dataset = networks_of(self), self.comparison.dataset
        pixels = grey_values(images, dataset_info(dataset).side)
        by_model = {network.name: [np.zeros((0, CLASSES), np.float32)] for network in networks}
        for first in range(0, len(pixels), _AT_ONCE):
            for network in self.inspect(Inquiry(networks, dataset, pixels[first : first + _AT_ONCE])).networks:
                by_model[network.name].append(network.probabilities)
        return {name: np.concatenate(tables) for name, tables in by_model.items()}

    def feature_maps(
        self: Inspectable, name: str, index: int, split: SplitName = "test"
    ) -> tuple[NDArray[np.float32], ...]:
        """Return what each block of model "a" or "b" makes of an image: (C, H, W) after pooling and ReLU.

        The sides H and W are 14, 7 and 3; C is the number of channels of the block. `index` is the position in the
        split, from 0.

        Raises
        ------
        ValueError
            When there is no such image, or no such model with weights.
        EngineError, DataError
            When there is no worker, or the data set is not here.
        """
        require_split(split)
        dataset = self.comparison.dataset
        count = len(load(dataset).labels(split))
        if index not in range(count):
            raise ValueError(f"There is no {split} image {index}; there are 0 to {count - 1:,}.")
        network = next((network for network in self.networks if network.name == name.upper()), None)
        if network is None:
            raise ValueError(f"There is no model {name!r} with weights in this comparison.")
        (found,) = self.inspect(Inquiry((network,), dataset, VisibleImages(split, (index,)), "inside")).networks
        assert found.inside is not None
        return found.inside.maps


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
    if pixels.size and not (0 <= pixels.min() <= pixels.max() <= _WHITE):  # which NaN is not, either
        raise ValueError(f"Grey values must be from 0 to 255; got {pixels.min():g} to {pixels.max():g}.")
    is_share = is_share and (not pixels.size or pixels.max() <= 1)
    if not is_share and not np.array_equal(pixels, np.rint(pixels)):
        raise ValueError(f"Grey values must be whole numbers to 255, or shares to 1; got {pixels.max():g} at most.")
    return np.rint(pixels * (_WHITE if is_share else 1)).astype(np.uint8)
