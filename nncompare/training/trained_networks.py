"""Networks made of weights that were sent here, for whoever looks into them while another one may be training.

B images of a shard, N images, F features, K classes, H/W pixels.
"""

import hashlib
import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from torch import Tensor, nn

from nncompare import architectures
from nncompare.inspection import NetworkState
from nncompare.messages import LiveWeights, Weights
from nncompare.training.shards import Crew, shard_size
from nncompare.training.tensors import normalise

_KEPT_NETWORKS = 4  # both models of a page, as they are and as they were a second ago
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


_kept: OrderedDict[str, nn.Sequential] = OrderedDict()
_remembered: OrderedDict[str, Weights] = OrderedDict()
_alone = threading.Lock()


class ForgottenError(Exception):
    """Weights are asked for by a key that is not known here, or no more."""


def remember(live: LiveWeights) -> None:
    """Know the weights of a network that learns here by their key, until others have come after them."""
    with _alone:
        _remembered[live.key] = live.weights
        _shorten(_remembered, _REMEMBERED)


def trained_model(state: NetworkState, device: torch.device) -> nn.Sequential:
    """Return the network with these weights; the last few are kept, by their key or their content.

    Raises
    ------
    ForgottenError
        When a key is given in place of weights, and unknown.
    """
    key = f"{state.key or _digest(state)} {device}"
    with _alone:
        if key not in _kept:
            _kept[key] = _built(state, device)
        _kept.move_to_end(key)
        _shorten(_kept, _KEPT_NETWORKS)
        return _kept[key]


def _shorten(kept: OrderedDict[str, Any], most: int) -> None:
    while len(kept) > most:
        kept.popitem(last=False)


def _built(state: NetworkState, device: torch.device) -> nn.Sequential:
    plan, _ = state.setup.resolved
    # Without memory, a layer draws no first weights: the random numbers belong to the training.
    with torch.device("meta"):
        model = architectures.of(state.setup.config).build(plan.channels, state.setup.config.dropout)
    known = state.weights or _remembered.get(state.key)
    if known is None:
        raise ForgottenError(state.key)
    weights = {name: _laid_out(torch.from_numpy(np.array(array))).to(device) for name, array in known.items()}
    model.load_state_dict(weights, assign=True)
    return model.eval().requires_grad_(False)


def _laid_out(weights: Tensor) -> Tensor:
    """Lay kernels out with the channels last: max pooling on the other layout is several times slower on a CPU."""
    if weights.dim() != 4:
        return weights
    # Of one channel, `contiguous` would take either layout for the right one.
    return torch.empty_like(weights, memory_format=torch.channels_last).copy_(weights)


def _digest(state: NetworkState) -> str:
    digest = hashlib.blake2b(architectures.of(state.setup.config).name.encode())
    for name, array in state.weights.items():
        digest.update(f"{name} {array.shape} {array.dtype}".encode())
        digest.update(np.ascontiguousarray(array).data)
    return digest.hexdigest()
