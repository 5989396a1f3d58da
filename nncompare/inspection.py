"""What is asked of trained networks beyond their predictions, and what they answer: plain frozen values, without torch.

N images, K classes, C channels, H/W pixels.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nncompare.architectures import CLASSES, IMAGE_SIDE
from nncompare.catalog import dataset_info
from nncompare.config import require_split
from nncompare.disturbances import Disturbance
from nncompare.messages import Setup, VisibleImages, Weights

Look = Literal["answers", "inside", "map"]
"""Class probabilities alone; also what happens inside, for one image; also where each image lies on a map."""
MOST_SEEN = 100
_WANTED = f"Images must be an array of bytes (uint8), N x {IMAGE_SIDE} x {IMAGE_SIDE}"


@dataclass(frozen=True)
class NetworkState:
    """A network as it is at one moment: model "A" or "B", how it is computed, its weights, and the epochs done.

    The worker that trains it may know these weights by a `key`: then they need not be sent there.
    """

    name: str
    setup: Setup
    weights: Weights
    epoch: float
    key: str = ""

    @property
    def named(self) -> "NetworkState":
        """The same without weights, where there is a key in their place."""
        return replace(self, weights={}) if self.key else self


@dataclass(frozen=True)
class Inquiry:
    """Networks, the images that they are to look at, and what is wanted of them.

    Attributes
    ----------
    images : ndarray of uint8, shape (N, 28, 28), or VisibleImages
        Grey values, bright on dark as in the data sets; or which images of `dataset`.
    disturbance : Disturbance, optional
        What is done to the images before.
    target : int, optional
        The class of which "inside" tells where a network looks for it; the predicted one if not given.
    """

    networks: tuple[NetworkState, ...]
    dataset: str
    images: NDArray[np.uint8] | VisibleImages
    look: Look = "answers"
    disturbance: Disturbance | None = None
    target: int | None = None

    def check(self) -> None:
        """Raise a ValueError, a sentence for the user, where this cannot be asked."""
        if problem := self._problem():
            raise ValueError(problem)

    def _problem(self) -> str:
        if not self.networks:
            return "There is no network to ask: none has weights."
        if self.target is not None and self.target not in range(CLASSES):
            return f"There is no class {self.target!r}; there are 0 to {CLASSES - 1}."
        images = self.images
        problem = _no_such_images(self.dataset, images) if isinstance(images, VisibleImages) else _no_images(images)
        return problem or self._too_many(len(images.indices if isinstance(images, VisibleImages) else images))

    def _too_many(self, count: int) -> str:
        is_wrong = self.look == "inside" and count != 1
        return f"What happens inside is told of one image at a time, not of {count:,}." if is_wrong else ""


def _no_such_images(dataset: str, images: VisibleImages) -> str:
    require_split(images.split)
    info = dataset_info(dataset)
    known = info.train_count if images.split == "train" else info.test_count
    if not images.indices:
        return "There is no image to look at."
    wrong = next((index for index in images.indices if not 0 <= index < known), None)
    return "" if wrong is None else f"There is no image {wrong:,} among the {known:,} of this split."


def _no_images(images: object) -> str:
    if not isinstance(images, np.ndarray):
        return f"{_WANTED}; got {type(images).__name__}."
    if images.ndim != 3 or images.shape[1:] != (IMAGE_SIDE, IMAGE_SIDE) or images.dtype != np.uint8:
        return f"{_WANTED}; got {' x '.join(map(str, images.shape)) or 'a single number'} as {images.dtype}."
    return "" if len(images) else "There is no image to look at."


@dataclass(frozen=True)
class Inside:
    """What happens in a network with one image.

    Attributes
    ----------
    maps : tuple of ndarray of float32, shape (C, H, W)
        The output of each block, after pooling and ReLU: sides 14, 7 and 3.
    filters : ndarray of float32, shape (C, 3, 3)
        The kernels of the first convolution.
    gradient : ndarray of float32, shape (28, 28)
        Gradient of the target's score (before softmax) by the normalised image, times that image.
    occlusion : ndarray of float32, shape (28, 28)
        By how much the target's probability falls when a dark square around a pixel hides it.
    target : int
        The class that both are about.
    """

    maps: tuple[NDArray[np.float32], ...]
    filters: NDArray[np.float32]
    gradient: NDArray[np.float32]
    occlusion: NDArray[np.float32]
    target: int


@dataclass(frozen=True)
class MapOfImages:
    """Images as points: the first two principal components of their last features.

    Attributes
    ----------
    points : ndarray of float32, shape (N, 2)
        Centred; the first component has the larger variance.
    shares : tuple of float
        The share of the whole variance that each of the two shows.
    """

    points: NDArray[np.float32]
    shares: tuple[float, float]


@dataclass(frozen=True)
class NetworkAnswer:
    """What one network answered, after `epoch` epochs: probabilities (N, K), and what else was wanted."""

    name: str
    epoch: float
    probabilities: NDArray[np.float32]
    inside: Inside | None = None
    map: MapOfImages | None = None


@dataclass(frozen=True)
class Refusal:
    """Why a worker has no answer: a sentence for the user.

    It is returned, not raised: Dask writes the arguments of what failed to its log, and with them a user's picture.
    """

    message: str


class Forgotten(Refusal):
    """A worker does not know weights of which it was told the key alone."""


@dataclass(frozen=True)
class Answer:
    """What the networks answered, and the images (N, 28, 28) uint8 as they saw them; of many the first `MOST_SEEN`."""

    images: NDArray[np.uint8]
    networks: tuple[NetworkAnswer, ...] = ()

    def of(self, name: str) -> NetworkAnswer | None:
        """Return the answer of model "A" or "B"; None when it was not asked."""
        return next((answer for answer in self.networks if answer.name == name), None)
