"""The network of both models, in numbers and without torch.

Three blocks of 3x3 convolution (padding 1), 2x2 max pooling and ReLU with C, 2C and 4C channels,
then dropout and one linear layer to K classes. Image sides: 28, 14, 7, 3.
"""

from dataclasses import dataclass

IMAGE_SIDE = 28
IMAGE_CHANNELS = 1
CLASSES = 10
BLOCKS = 3


@dataclass(frozen=True)
class Layer:
    """One row of the layer table: a name, the shape (channels, height, width) it puts out, its parameters."""

    name: str
    shape: tuple[int, ...]
    parameters: int


def widths(channels: int) -> tuple[int, int, int]:
    """Give the channels of the three convolutions: C, 2C, 4C."""
    return channels, 2 * channels, 4 * channels


def layers(channels: int, classes: int = CLASSES) -> list[Layer]:
    """List the layers from image to class scores.

    Returns
    -------
    list of Layer
        Input, three convolution blocks (each shape is the one after pooling), dropout and linear layer.
    """
    side, before = IMAGE_SIDE, IMAGE_CHANNELS
    table = [Layer("Image", (before, side, side), 0)]
    for number, width in enumerate(widths(channels), start=1):
        side //= 2
        table.append(Layer(f"Convolution {number}, pooling", (width, side, side), 9 * before * width + width))
        before = width
    features = before * side * side
    table.append(Layer("Dropout", (features,), 0))
    table.append(Layer("Linear", (classes,), features * classes + classes))
    return table


def parameter_count(channels: int, classes: int = CLASSES) -> int:
    """Count the trainable parameters of the network: 90 C^2 + 376 C + 10 for ten classes."""
    return sum(layer.parameters for layer in layers(channels, classes))
