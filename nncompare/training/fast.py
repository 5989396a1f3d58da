"""One step through exactly the network of the brief, on the operators themselves.

It computes what `plain.py` computes, and a test holds both together. It is faster because nothing is recorded: the
backward pass of three blocks, dropout and a linear layer is written out below. All parameters are slices of one vector,
so that an update is one operation, and the conversion to bfloat16 another.

B batch, C channels, H/W pixels, F features, K classes.
"""

from typing import NamedTuple

import torch
from torch import Tensor, nn

from nncompare.architecture import BLOCKS, CLASSES
from nncompare.config import Precision

_ALIGNED = 16  # floats: where oneDNN reads weights in whole cache lines


class _Block(NamedTuple):
    """What a block keeps for its way back: its input, the convolved maps, and where each pooled value came from."""

    given: Tensor
    convolved: Tensor
    places: Tensor


class FastNetwork:
    """Computes gradients by hand; `parameters` is one vector, of which the model's parameters become views."""

    def __init__(self, model: nn.Sequential, precision: Precision, label_smoothing: float) -> None:
        parts = list(model.parameters())
        self._sizes = [-(-part.numel() // _ALIGNED) * _ALIGNED for part in parts]
        self._shapes = [part.shape for part in parts]
        self._dropout = next(layer.p for layer in model if isinstance(layer, nn.Dropout))
        vector = torch.zeros(sum(self._sizes), device=parts[0].device)
        for part, view in zip(parts, self._views(vector), strict=True):
            view.copy_(part.detach())
            part.data = view
        self.parameters: list[Tensor] = [vector]
        # The weights in the format of the computation: converted before each step, or the very vector.
        self._converted = vector.bfloat16() if precision == "bfloat16" else vector
        self._weights = self._views(self._converted)
        # Every step writes the same gradient, whose views stay: to cut a vector costs as much as a small convolution.
        self._gradient = torch.zeros_like(vector)
        self._slots = self._views(self._gradient)
        smoothed = torch.full((CLASSES, CLASSES), label_smoothing / CLASSES, device=vector.device)
        self._targets = smoothed + (1 - label_smoothing) * torch.eye(CLASSES, device=vector.device)

    @torch.no_grad()
    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        """Compute the gradient of one piece, as `PlainNetwork.backward` does, in ``parameters[0].grad``.

        It lies where the next step writes its own: who needs it longer copies it.
        """
        vector, weights, slots = self.parameters[0], self._weights, self._slots
        if self._converted is not vector:
            self._converted.copy_(vector)
        maps, blocks = images.to(self._converted.dtype), list[_Block]()
        for kernel, bias in zip(weights[0:-2:2], weights[1:-2:2], strict=True):
            maps, block = _forward(maps, kernel, bias)
            blocks.append(block)
        features, mask = self._drop(maps.reshape(len(maps), -1))
        scores = torch.addmm(weights[-1], features, weights[-2].t()).float()
        logs = scores.log_softmax(dim=1)
        targets = self._targets.index_select(0, labels)
        loss, right = -(targets * logs).sum(), (scores.argmax(dim=1) == labels).sum()

        back = logs.exp_().sub_(targets).div_(update_images).to(self._converted.dtype)
        slots[-2].copy_(back.t() @ features)
        slots[-1].copy_(back.sum(dim=0))
        back = back @ weights[-2]
        if mask is not None:
            back = back.mul_(mask)
        back = back.view(maps.shape).contiguous(memory_format=torch.channels_last)
        rectified = maps
        for number in reversed(range(BLOCKS)):
            block = blocks.pop()  # its maps are not needed any more
            back, of_kernel, of_bias = _backward(back, rectified, block, weights[2 * number], is_first=number == 0)
            slots[2 * number].copy_(of_kernel)
            slots[2 * number + 1].copy_(of_bias)
            rectified = block.given
        vector.grad = self._gradient
        return loss, right

    def _drop(self, features: Tensor) -> tuple[Tensor, Tensor | None]:
        """Switch off features (B, F) with the random numbers that torch's dropout draws."""
        if not self._dropout:
            return features, None
        mask = torch.empty_like(features).bernoulli_(1 - self._dropout).div_(1 - self._dropout)
        return features * mask, mask

    def _views(self, vector: Tensor) -> list[Tensor]:
        """Cut a vector into the parameters' shapes; kernels in the order in which channels come last."""
        found = []
        for part, shape in zip(vector.split(self._sizes), self._shapes, strict=True):
            used = part[: shape.numel()]
            if len(shape) == 4:
                out, given, height, width = shape
                found.append(used.view(out, height, width, given).permute(0, 3, 1, 2))
            else:
                found.append(used.view(shape))
        return found


def _forward(given: Tensor, kernel: Tensor, bias: Tensor) -> tuple[Tensor, _Block]:
    """Convolve, pool and rectify maps (B, C, H, W)."""
    convolved = torch.ops.aten.convolution(given, kernel, bias, [1, 1], [1, 1], [1, 1], False, [0, 0], 1)
    pooled, places = torch.ops.aten.max_pool2d_with_indices(convolved, [2, 2])
    return pooled.relu_(), _Block(given, convolved, places)


def _backward(
    back: Tensor, rectified: Tensor, block: _Block, kernel: Tensor, *, is_first: bool
) -> tuple[Tensor, Tensor, Tensor]:
    """Give the gradients of a block's input (none for the images), kernel and bias."""
    back = torch.ops.aten.threshold_backward(back, rectified, 0)
    back = torch.ops.aten.max_pool2d_with_indices_backward(
        back, block.convolved, [2, 2], [2, 2], [0, 0], [1, 1], False, block.places
    )
    gradients: tuple[Tensor, Tensor, Tensor] = torch.ops.aten.convolution_backward(
        back, block.given, kernel, [len(kernel)], [1, 1], [1, 1], [1, 1], False, [0, 0], 1, [not is_first, True, True]
    )
    return gradients
