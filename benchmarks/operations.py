"""Floating-point operations of the three-block network, by hand: a multiplication and an addition are two."""

from nncompare.architectures import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE, layers

LAYERS, _KERNEL = 3, 3 * 3
LINEAR = "dropout, linear layer and loss, there and back"


def forward_flops(channels: int) -> int:
    """Count those of one image through the convolutions and the linear layer: 2 for each weight and place."""
    return sum(_of_layers(channels))


def training_flops(channels: int) -> int:
    """Count those of one image in a training step."""
    return sum(part_flops(channels).values())


def part_flops(channels: int) -> dict[str, int]:
    """Count those of one image in each part of a training step.

    The way back costs as much for the weights and as much again for the maps below; the images need no gradient.
    """
    found = {}
    *convolutions, linear = _of_layers(channels)
    for number, flops in enumerate(convolutions, start=1):
        found[f"convolution {number}, forward"] = flops
        found[f"convolution {number}, backward"] = flops if number == 1 else 2 * flops
    return {**found, LINEAR: 3 * linear}


def _of_layers(channels: int) -> list[int]:
    side, before, found = IMAGE_SIDE, IMAGE_CHANNELS, []
    for width in (layer.shape[0] for layer in layers(channels)[1 : 1 + LAYERS]):
        found.append(2 * _KERNEL * before * width * side * side)
        side, before = side // 2, width
    return [*found, 2 * before * side * side * CLASSES]
