"""Networks made of weights that were sent here, for those who look into them while another may be training.

B images of a shard, N images, F features, K classes, H/W pixels.
"""

import threading
from dataclasses import dataclass
from functools import lru_cache
from typing import cast

import numpy as np
import torch
from torch import Tensor, nn

from nncompare import architectures
from nncompare.architectures import Architecture
from nncompare.inspection import NetworkState
from nncompare.messages import LiveWeights
from nncompare.training.shards import Crew, shard_size
from nncompare.training.tensors import normalise

_KEPT_NETWORKS = 2  # both models of a page
_REMEMBERED = 2  # the kernel may not have heard of the newest yet
_MOST_AT_ONCE = 512  # on a card, where a shard has no limit


@dataclass(frozen=True)
class TrainedNetwork:
    """A network in evaluation mode and float32, the normalisation of its images, and the threads that compute it.

    Images are grey values (N, 1, H, W) uint8 on the device of the network.
    """

    model: nn.Sequential
    mean: float
    std: float
    crew: Crew

    def normalised(self, images: Tensor) -> Tensor:
        """Return the images as the network takes them."""
        return normalise(images, self.mean, self.std)

    def features(self, images: Tensor) -> Tensor:
        """Return what the last layer makes its scores of, (N, F)."""
        size = min(shard_size(next(self.model.parameters())), _MOST_AT_ONCE)
        found: list[Tensor] = []
        self.crew.run(iter(images.split(size)), -(-len(images) // size), self._features, found.append)
        return torch.cat(found)

    @torch.inference_mode()
    def probabilities(self, features: Tensor) -> Tensor:
        """Return class probabilities (N, K) by the last features."""
        return torch.softmax(cast(Tensor, self.model[-1](features)), dim=1)

    @torch.inference_mode()
    def _features(self, shard: Tensor) -> Tensor:
        return cast(Tensor, self.model[:-1](self.normalised(shard)).flatten(1))


_remembered: tuple[LiveWeights, ...] = ()


class ForgottenError(Exception):
    """Weights are asked for by a key that is not known here, or no more."""


def remember(live: LiveWeights) -> None:
    """Know the weights of a network that learns here by their key, until others have come after them."""
    global _remembered
    _remembered = (*_remembered, live)[-_REMEMBERED:]


def trained_model(state: NetworkState, device: torch.device) -> nn.Sequential:
    """Return the network with these weights; it is of use until the same thread asks for another one.

    Raise a ForgottenError when a key is given in place of weights, and unknown.
    """
    known = {live.key: live.weights for live in _remembered}
    weights = state.weights or known.get(state.key)
    if weights is None:
        raise ForgottenError(state.key)
    plan, _ = state.setup.resolved
    model = _built(architectures.of(state.setup.config), plan.channels, threading.get_ident())
    laid_out = {name: _laid_out(torch.from_numpy(np.array(array))).to(device) for name, array in weights.items()}
    model.load_state_dict(laid_out, assign=True)
    return model


@lru_cache(maxsize=_KEPT_NETWORKS)
def _built(architecture: Architecture, channels: int, thread: int) -> nn.Sequential:
    """Build a network into which one thread alone puts weights; that takes longer than an answer."""
    # Without memory, a layer draws no first weights: the random numbers belong to the training.
    with torch.device("meta"):
        model = architecture.build(channels, dropout=0.0)
    return model.eval().requires_grad_(False)


def _laid_out(weights: Tensor) -> Tensor:
    """Lay kernels out with the channels last: max pooling on the other layout is several times slower on a CPU."""
    if weights.dim() != 4:
        return weights
    # Of one channel, `contiguous` would take either layout for the right one.
    return torch.empty_like(weights, memory_format=torch.channels_last).copy_(weights)
