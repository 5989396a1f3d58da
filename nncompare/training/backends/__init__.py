"""What computes gradients and predictions: chosen by the architecture, and alike for everything above."""

from collections.abc import Iterator
from typing import Protocol

import torch
from torch import Tensor, nn

from nncompare.architectures import Architecture
from nncompare.config import Precision
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.backends.plain import PlainNetwork
from nncompare.training.shards import Crew


class Network(Protocol):
    """A network as it learns and as it predicts; an update changes its parameters. B images, K classes.

    A micro-batch is computed in shards of `shard_images`; on a card these are more than any batch has.
    """

    parameters: list[Tensor]
    shard_images: int

    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        """Compute the gradient of a micro-batch; return its summed loss and its number of right answers."""

    def log_probabilities(self, shards: Iterator[Tensor], count: int) -> list[Tensor]:
        """Predict log class probabilities (B, K) of each of about `count` shards, in evaluation mode."""


def build_model(architecture: Architecture, channels: int, dropout: float, seed: int) -> nn.Sequential:
    """Build a network whose first weights depend on architecture, channels and seed alone."""
    torch.manual_seed(seed)
    model = architecture.build(channels, dropout)
    # Max pooling on the other layout is several times slower on a CPU.
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]


# `PlainNetwork` computes what `FastNetwork` does, more slowly, and any other network.
BACKENDS: dict[str, type[FastNetwork] | type[PlainNetwork]] = {"fast": FastNetwork, "plain": PlainNetwork}


def make_network(
    architecture: Architecture,
    model: nn.Sequential,
    precision: Precision,
    label_smoothing: float = 0.0,
    crew: Crew | None = None,
) -> Network:
    """Return what computes a model of this architecture; its parameters stay those of the model."""
    return BACKENDS[architecture.backend](model, precision, label_smoothing, crew)
