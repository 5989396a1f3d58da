"""Which of the two ways through the network is taken; nothing above knows."""

from typing import Protocol

from torch import Tensor, nn

from nncompare.config import Precision
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.backends.plain import PlainNetwork


class Network(Protocol):
    """The network of the brief, as it learns and as it predicts. B images, K classes.

    Attributes
    ----------
    parameters : list of Tensor
        What an update changes.
    """

    parameters: list[Tensor]

    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        """Compute the gradient of one piece; give its summed loss and its number of right answers."""

    def log_probabilities(self, images: Tensor) -> Tensor:
        """Predict log class probabilities (B, K) in evaluation mode."""


# The one switch: `PlainNetwork` computes the same, more slowly.
BACKEND: type[FastNetwork] | type[PlainNetwork] = FastNetwork


def make_network(model: nn.Sequential, precision: Precision, label_smoothing: float = 0.0) -> Network:
    """Take the chosen way through a model, whose parameters stay those of the network."""
    return BACKEND(model, precision, label_smoothing)
