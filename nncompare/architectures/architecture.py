"""What a network architecture is: its layers in numbers, which every process reads, and the network itself."""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

if TYPE_CHECKING:
    from torch import nn

Backend = Literal["plain", "fast"]
ImageShape = tuple[int, int, int]

# The images that there are today.
IMAGE_SIDE = 28
IMAGE_CHANNELS = 1
IMAGE_SHAPE = (IMAGE_CHANNELS, IMAGE_SIDE, IMAGE_SIDE)
CLASSES = 10


@dataclass(frozen=True)
class Layer:
    """One row of the layer table.

    The `activations` are the values that it computes for one image, before pooling, and keeps for the backward pass; 0
    where they are too few to count in the memory of a training.
    """

    name: str
    shape: tuple[int, ...]  # of its output for one image: (channels, height, width) or (features,)
    parameters: int  # those that are trained
    activations: int = 0


class Architecture(ABC):
    """A network that can be trained: one subclass, and one line in the registry.

    Attributes
    ----------
    name, title : str
        For settings, and for readers.
    backend : {"plain", "fast"}
        What computes a training step: autograd, for any network, or the operators written out in
        `nncompare.training.backends.fast`, for 3x3 convolutions with pooling and ReLU, dropout and a linear layer.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    backend: ClassVar[Backend] = "plain"

    @abstractmethod
    def layers(self, channels: int, classes: int = CLASSES, image: ImageShape = IMAGE_SHAPE) -> list[Layer]:
        """Return the layers from the image, which is the first, to the class scores."""

    @abstractmethod
    def build(
        self, channels: int, dropout: float, classes: int = CLASSES, image: ImageShape = IMAGE_SHAPE
    ) -> "nn.Sequential":
        """Return the network with random weights; the last of its modules is the linear layer to the class scores.

        Imports torch: for worker processes.
        """

    def parameter_count(self, channels: int) -> int:
        """Return the number of trainable parameters."""
        return sum(layer.parameters for layer in self.layers(channels))
