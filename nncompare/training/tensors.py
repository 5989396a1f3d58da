"""A split of a data set as tensors on the device.

N images, B batch, C channels, H/W pixels, K classes.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nncompare.architectures import IMAGE_SIDE
from nncompare.messages import Weights


def normalise(images: Tensor, mean: float, std: float) -> Tensor:
    """Turn grey values (B, C, H, W) from 0 to 255 into floats with about zero mean and unit variance."""
    scaled = images.to(torch.float32).sub_(255 * mean).div_(255 * std)
    return scaled.contiguous(memory_format=torch.channels_last)


@dataclass(frozen=True)
class TensorSplit:
    """Images (N, 1, 28, 28) as uint8 and labels (N,) as int64, with the mean and deviation that normalise them."""

    images: Tensor
    labels: Tensor
    mean: float
    std: float

    @classmethod
    def of(
        cls, images: NDArray[np.uint8], labels: NDArray[np.uint8], mean: float, std: float, device: torch.device
    ) -> "TensorSplit":
        """Copy arrays (N, 28, 28) and (N,) to the device.

        Raise a ValueError when the images have another size or colours, or are not as many as the labels.
        """
        if images.shape != (len(labels), IMAGE_SIDE, IMAGE_SIDE) or images.dtype != np.uint8:
            raise ValueError(
                f"Training needs grey images of {IMAGE_SIDE} x {IMAGE_SIDE} pixels, one for each of the "
                f"{len(labels):,} labels, as bytes; got {' x '.join(map(str, images.shape))} as {images.dtype}."
            )
        pixels = torch.from_numpy(np.array(images)).unsqueeze(1)
        classes = torch.from_numpy(np.array(labels)).to(torch.int64)
        return cls(pixels.to(device), classes.to(device), mean, std)

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def batch(self, index: Tensor) -> tuple[Tensor, Tensor]:
        """Return the normalised images (B, 1, 28, 28) and labels (B,) at `index` (B,)."""
        return normalise(self.images.index_select(0, index), self.mean, self.std), self.labels.index_select(0, index)

    def take(self, index: Tensor) -> "TensorSplit":
        """Return the part of the split at `index`."""
        return TensorSplit(self.images[index], self.labels[index], self.mean, self.std)

    def sample(self, count: int) -> "TensorSplit":
        """Return `count` images, evenly spaced, always the same."""
        return self.take(torch.linspace(0, len(self) - 1, min(count, len(self))).long())


def has_finite_weights(model: nn.Module) -> bool:
    """Return whether every weight is a finite number."""
    return all(bool(parameter.isfinite().all()) for parameter in model.parameters())


def weights_of(model: nn.Module) -> Weights:
    """Copy the weights of a network into arrays, by PyTorch's names."""
    return {name: to_array(tensor) for name, tensor in model.state_dict().items()}


def to_array(tensor: Tensor) -> NDArray[np.float32]:
    """Copy a tensor from any device into an array."""
    array: NDArray[np.float32] = tensor.detach().to("cpu", copy=True).contiguous().numpy()
    return array
