"""Floating-point operations of the three-block network, by hand: a multiplication and an addition are two."""

from nncompare.architectures import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE, widths

_KERNEL = 3 * 3


def forward_flops(channels: int) -> int:
    """Count those of one image through the convolutions and the linear layer: 2 for each weight and place."""
    return sum(_of_layers(channels))


def training_flops(channels: int) -> int:
    """Count those of one image in a training step.

    The way back costs as much for the weights and as much again for the maps below; the images need no gradient.
    """
    first, *others = _of_layers(channels)
    return 2 * first + 3 * sum(others)


def _of_layers(channels: int) -> list[int]:
    side, before, found = IMAGE_SIDE, IMAGE_CHANNELS, []
    for width in widths(channels):
        found.append(2 * _KERNEL * before * width * side * side)
        side, before = side // 2, width
    return [*found, 2 * before * side * side * CLASSES]
