"""A network with the weights that it begins with."""

import torch
from torch import nn

from nncompare.architectures import Architecture


def build_model(architecture: Architecture, channels: int, dropout: float, seed: int) -> nn.Sequential:
    """Build a network whose weights depend on architecture, channels and seed alone."""
    torch.manual_seed(seed)
    model = architecture.build(channels, dropout)
    # Max pooling on the other layout is several times slower on a CPU.
    return model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
