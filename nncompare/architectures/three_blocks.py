"""Three convolution blocks and a linear layer."""

from typing import TYPE_CHECKING

from nncompare.architectures.architecture import CLASSES, IMAGE_SHAPE, Architecture, ImageShape, Layer

if TYPE_CHECKING:
    from torch import nn


class ThreeBlocks(Architecture):
    """Three blocks of 3x3 convolution (padding 1), 2x2 max pooling and ReLU, then dropout and a linear layer.

    The blocks have C, 2C and 4C channels. Image sides: 28, 14, 7, 3. For ten classes 90 C^2 + 376 C + 10 parameters.
    """

    name = "three-blocks"
    title = "Three convolution blocks"
    backend = "fast"

    def layers(self, channels: int, classes: int = CLASSES, image: ImageShape = IMAGE_SHAPE) -> list[Layer]:
        """Return image, three blocks (each shape is the one after pooling), dropout and linear layer."""
        before, height, width = image
        table = [Layer("Image", image, 0)]
        for number, maps in enumerate(_channels_of_blocks(channels), start=1):
            convolved, height, width = maps * height * width, height // 2, width // 2
            shape, parameters = (maps, height, width), 9 * before * maps + maps
            table.append(Layer(f"Convolution {number}, pooling", shape, parameters, convolved))
            before = maps
        features = before * height * width
        table.append(Layer("Dropout", (features,), 0))
        table.append(Layer("Linear", (classes,), features * classes + classes))
        return table

    def build(
        self, channels: int, dropout: float, classes: int = CLASSES, image: ImageShape = IMAGE_SHAPE
    ) -> "nn.Sequential":
        """Return the network; it maps images (B, C, H, W) to class scores (B, K)."""
        from torch import nn

        before, *_ = image
        modules: list[nn.Module] = []
        for maps in _channels_of_blocks(channels):
            # ReLU after pooling is the same function as before it, on a quarter of the values.
            modules += [nn.Conv2d(before, maps, kernel_size=3, padding=1), nn.MaxPool2d(2), nn.ReLU()]
            before = maps
        features = self.layers(channels, classes, image)[-2].shape[0]
        return nn.Sequential(*modules, nn.Flatten(), nn.Dropout(dropout), nn.Linear(features, classes))


def _channels_of_blocks(channels: int) -> tuple[int, int, int]:
    return channels, 2 * channels, 4 * channels
