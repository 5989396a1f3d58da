"""The network architectures that can be trained; torch is imported only where one is built."""

from nncompare.architectures.architecture import CLASSES, IMAGE_CHANNELS, IMAGE_SIDE, Architecture, Layer
from nncompare.architectures.three_blocks import ThreeBlocks
from nncompare.config import RunConfig

# To add one: its file here, and its line below.
ARCHITECTURES: dict[str, Architecture] = {entry.name: entry for entry in (ThreeBlocks(),)}
DEFAULT = next(iter(ARCHITECTURES.values()))

layers, parameter_count = DEFAULT.layers, DEFAULT.parameter_count

__all__ = [
    "ARCHITECTURES",
    "CLASSES",
    "DEFAULT",
    "IMAGE_CHANNELS",
    "IMAGE_SIDE",
    "Architecture",
    "Layer",
    "layers",
    "of",
    "parameter_count",
]


def of(config: RunConfig) -> Architecture:
    """Return the architecture of a network with these settings: today always the first of the registry."""
    return DEFAULT
