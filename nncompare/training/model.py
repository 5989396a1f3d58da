"""The network of the brief: three convolution blocks, dropout, one linear layer.

B batch, C channels, H/W pixels, K classes.
"""

import torch
from torch import Tensor, nn

from nncompare.architectures import BLOCKS, CLASSES, IMAGE_CHANNELS, IMAGE_SIDE, widths


def build_model(channels: int, dropout: float, seed: int) -> nn.Sequential:
    """Build the network with weights that depend on `seed` and `channels` alone.

    Maps images (B, 1, 28, 28) to class scores (B, 10).
    """
    torch.manual_seed(seed)
    layers: list[nn.Module] = []
    before = IMAGE_CHANNELS
    for width in widths(channels):
        # ReLU after pooling is the same function as before it, on a quarter of the values.
        layers += [nn.Conv2d(before, width, kernel_size=3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
        before = width
    side = IMAGE_SIDE // 2**BLOCKS
    layers += [nn.Flatten(), nn.Dropout(dropout), nn.Linear(before * side**2, CLASSES)]
    # Max pooling on the other layout is several times slower on a CPU.
    return nn.Sequential(*layers).to(memory_format=torch.channels_last)  # type: ignore[call-overload]


def normalise(images: Tensor, mean: float, std: float) -> Tensor:
    """Turn grey values (B, 1, 28, 28) from 0 to 255 into floats with about zero mean and unit variance."""
    scaled = images.to(torch.float32).sub_(255 * mean).div_(255 * std)
    return scaled.contiguous(memory_format=torch.channels_last)
