"""The network architectures that can be trained, in numbers and without torch."""

from nncompare.architectures.three_blocks import (
    BLOCKS,
    CLASSES,
    IMAGE_CHANNELS,
    IMAGE_SIDE,
    Layer,
    layers,
    parameter_count,
    widths,
)

__all__ = ["BLOCKS", "CLASSES", "IMAGE_CHANNELS", "IMAGE_SIDE", "Layer", "layers", "parameter_count", "widths"]
