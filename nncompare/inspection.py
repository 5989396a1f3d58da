"""What is asked of trained networks beyond their predictions, and what they answer: plain frozen values, without torch.

N images, K classes, C channels, H/W pixels.
"""

from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nncompare.disturbances import Disturbance
from nncompare.messages import Setup, VisibleImages, Weights

Look = Literal["answers", "inside", "map"]
"""Class probabilities alone; also what happens inside, for one image; also where each image lies on a map."""


@dataclass(frozen=True)
class NetworkState:
    """A network as it is at one moment: model "A" or "B", how it is computed, its weights, and the epochs done."""

    name: str
    setup: Setup
    weights: Weights
    epoch: float


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
class Answer:
    """What the networks answered, and the images (N, 28, 28) uint8 as they saw them."""

    images: NDArray[np.uint8]
    networks: tuple[NetworkAnswer, ...] = field(default_factory=tuple)

    def of(self, name: str) -> NetworkAnswer | None:
        """Return the answer of model "A" or "B"; None when it was not asked."""
        return next((answer for answer in self.networks if answer.name == name), None)
