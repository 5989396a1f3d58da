"""A step on the operators themselves: convolution blocks, dropout and a linear layer.

It computes what `plain.py` computes, and tests compare them. It is faster because nothing is recorded: the backward
pass is written out below, and runs without Python between the operators. All parameters are slices of one vector, so
that an update is one operation, and the conversion to bfloat16 another.

B batch, C channels, H/W pixels, F features, K classes.
"""

from collections.abc import Iterator

import torch
from torch import Tensor, nn

from nncompare.config import Precision
from nncompare.training.backends.dropout import Dropout
from nncompare.training.backends.scripted import scripted
from nncompare.training.shards import Crew, Sums, shard_size, summed

_WIDE = 32  # channels
_ALIGNED = 16  # floats: where oneDNN reads weights in whole cache lines
_Gradient = tuple[Tensor, list[Tensor]]
"""A vector, and its views in the parameters' shapes."""
_Shard = tuple[_Gradient, Tensor, Tensor, Tensor | None]
"""Where its gradient is written, images, labels, and the random bits of dropout."""


class FastNetwork:
    """Computes gradients by hand; `parameters` is one vector, of which the model's parameters become views."""

    def __init__(
        self, model: nn.Sequential, precision: Precision, label_smoothing: float = 0.0, crew: Crew | None = None
    ) -> None:
        self._crew = crew or Crew()
        parts = list(model.parameters())
        self.shard_images = shard_size(parts[0])
        self._sizes = [-(-part.numel() // _ALIGNED) * _ALIGNED for part in parts]
        self._shapes = [part.shape for part in parts]
        self._takes_products = _takes_products(precision, parts[0])
        self._dropout = Dropout(next(layer.p for layer in model if isinstance(layer, nn.Dropout)))
        vector = torch.zeros(sum(self._sizes), device=parts[0].device)
        exact = self._views(vector)
        for part, view in zip(parts, exact, strict=True):
            view.copy_(part.detach())
            part.data = view
        self.parameters: list[Tensor] = [vector]
        # The weights in the format of the computation: converted before each step, or the very vector.
        self._converted = vector.bfloat16() if precision == "bfloat16" else vector
        self._weights = self._views(self._converted)
        self._weights_to_predict = [*self._weights[:-2], *exact[-2:]]
        # Their views stay: to cut a vector costs as much as a small convolution. The first one becomes the sum.
        self._gradient = self._new_gradient()
        self._spare: list[_Gradient] = []
        classes = parts[-1].numel()
        smoothed = torch.full((classes, classes), label_smoothing / classes, device=vector.device)
        self._targets = smoothed + (1 - label_smoothing) * torch.eye(classes, device=vector.device)

    def backward(self, images: Tensor, labels: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
        """Compute the gradient of a micro-batch, as `PlainNetwork.backward` does, in ``parameters[0].grad``.

        The next step overwrites it: copy what is needed longer.
        """
        self._convert()
        sums: list[Sums] = []

        def compute(shard: _Shard) -> tuple[_Gradient, Sums]:
            gradient, images, labels, bits = shard
            mask = self._dropout.factors(bits, self._converted.dtype)
            weights, slots = self._weights, gradient[1]
            return gradient, _backward(
                images, labels, self._targets, weights, slots, mask, update_images, self._takes_products
            )

        def add(result: tuple[_Gradient, Sums]) -> None:
            gradient, of_shard = result
            sums.append(of_shard)
            if gradient is not self._gradient:
                self._gradient[0].add_(gradient[0])
                self._spare.append(gradient)

        self._crew.run(self._shards(images, labels), -(-images.size(0) // self.shard_images), compute, add)
        self.parameters[0].grad = self._gradient[0]
        return summed(sums)

    def log_probabilities(self, shards: Iterator[Tensor], count: int) -> list[Tensor]:
        """Predict log class probabilities (B, K) of each shard, as `PlainNetwork.log_probabilities` does."""
        self._convert()
        found: list[Tensor] = []
        weights = self._weights_to_predict
        self._crew.run(shards, count, lambda images: _log_probabilities(images, weights), found.append)
        return found

    def _shards(self, images: Tensor, labels: Tensor) -> Iterator[_Shard]:
        """Cut a micro-batch up; the numbers for dropout are drawn here, in the order of the shards."""
        size, features, device = self.shard_images, self._weights[-2].size(1), images.device
        is_one = images.size(0) <= size  # to split costs as much as a tiny convolution
        parts = [(images, labels)] if is_one else zip(images.split(size), labels.split(size), strict=True)
        for number, (some, of_some) in enumerate(parts):
            gradient = self._spare_gradient() if number else self._gradient
            yield gradient, some, of_some, self._dropout.draw(some.size(0), features, device)

    def _spare_gradient(self) -> _Gradient:
        return self._spare.pop() if self._spare else self._new_gradient()

    def _new_gradient(self) -> _Gradient:
        vector = torch.zeros_like(self.parameters[0])
        return vector, self._views(vector)

    def _convert(self) -> None:
        if self._converted is not self.parameters[0]:
            self._converted.copy_(self.parameters[0])

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


def _takes_products(precision: Precision, kernel: Tensor) -> bool:
    """Return whether the gradients of kernels are made by products of matrices, by the first one (C, 1, 3, 3).

    With AVX2 alone oneDNN computes them in float32 at half of the matrix peak; copied for a product, and multiplied,
    those of a wide network take less time. For wider vectors oneDNN has kernels that do it at the peak.
    """
    is_avx2 = kernel.device.type == "cpu" and torch.backends.cpu.get_cpu_capability() == "AVX2"
    return is_avx2 and precision == "float32" and kernel.size(0) >= _WIDE


@scripted
def _backward(
    images: Tensor,
    labels: Tensor,
    target_of: Tensor,
    weights: list[Tensor],
    slots: list[Tensor],
    mask: Tensor | None,
    update_images: int,
    takes_products: bool,
) -> tuple[Tensor, Tensor]:
    """Write the gradient of every weight into its slot; return summed loss and right answers of images (B, C, H, W)."""
    # What a block keeps for its backward pass: its input, the convolved maps, and the origin of each pooled value.
    given: list[Tensor] = []
    convolved: list[Tensor] = []
    places: list[Tensor] = []
    maps = images.to(weights[0].dtype)
    for number in range(len(weights) // 2 - 1):
        given.append(maps)
        maps = torch.conv2d(maps, weights[2 * number], weights[2 * number + 1], padding=[1, 1])
        convolved.append(maps)
        maps, origin = torch.ops.aten.max_pool2d_with_indices(maps, [2, 2])
        maps = maps.relu_()
        places.append(origin)
    features = maps.reshape(maps.size(0), -1)
    if mask is not None:
        features = features * mask
    scores = torch.addmm(weights[-1], features, weights[-2].t()).float()
    logs = scores.log_softmax(1)
    targets = target_of.index_select(0, labels)
    loss, right = -(targets * logs).sum(), (scores.argmax(1) == labels).sum()

    back = logs.exp_().sub_(targets).div_(update_images).to(maps.dtype)
    slots[-2].copy_(torch.mm(back.t(), features))
    slots[-1].copy_(back.sum(0))
    back = torch.mm(back, weights[-2])
    if mask is not None:
        back = back.mul_(mask)
    back = back.view(maps.size()).contiguous(memory_format=torch.channels_last)
    for number in range(len(given) - 1, -1, -1):
        back = torch.ops.aten.threshold_backward(back, maps, 0)
        back = torch.ops.aten.max_pool2d_with_indices_backward(
            back, convolved.pop(), [2, 2], [2, 2], [0, 0], [1, 1], False, places.pop()
        )
        maps, kernel = given.pop(), weights[2 * number]
        by_products = takes_products and number > 0
        if by_products:
            _write_kernel_gradient(maps, back, slots[2 * number])
            slots[2 * number + 1].copy_(back.sum([0, 2, 3]))
        wanted = [number > 0, not by_products, not by_products]  # the gradient of the images is not needed
        back, of_kernel, of_bias = torch.ops.aten.convolution_backward(
            back, maps, kernel, [kernel.size(0)], [1, 1], [1, 1], [1, 1], False, [0, 0], 1, wanted
        )
        if not by_products:
            slots[2 * number].copy_(of_kernel)
            slots[2 * number + 1].copy_(of_bias)
    return loss, right


def _write_kernel_gradient(maps: Tensor, back: Tensor, slot: Tensor) -> None:
    """Write the gradient of a kernel (D, C, 3, 3) by products of matrices, from maps (B, C, H, W) and (B, D, H, W)."""
    channels, height, width = maps.size(1), maps.size(2), maps.size(3)
    of_rows = slot.permute(0, 2, 3, 1).view(slot.size(0), 3, 3 * channels)
    of_rows.zero_()
    maps, back = maps.permute(0, 2, 3, 1), back.permute(0, 2, 3, 1)
    for first in range(0, maps.size(0), 8):  # few images at once, so that the copies stay in the cache
        some, of_some = maps[first : first + 8], back[first : first + 8]
        padded = torch.constant_pad_nd(some, [0, 0, 1, 1, 1, 1])
        # Each pixel with its neighbours left and right of it: each row of the kernel sees them a line further down.
        strides = [padded.stride(0), padded.stride(1), channels, 1]
        seen = padded.as_strided([some.size(0), height + 2, width, 3 * channels], strides)
        seen = seen.reshape(some.size(0), -1, 3 * channels)
        change = of_some.view(some.size(0), height * width, -1).transpose(1, 2)
        for row in range(3):
            of_row = of_rows[:, row]
            torch.addbmm(of_row, change, seen[:, row * width : (row + height) * width], out=of_row)


@scripted
def _log_probabilities(images: Tensor, weights: list[Tensor]) -> Tensor:
    """Predict log probabilities (B, K) of images (B, C, H, W), the last layer in its own format."""
    maps = images.to(weights[0].dtype)
    for number in range(len(weights) // 2 - 1):
        maps = torch.conv2d(maps, weights[2 * number], weights[2 * number + 1], padding=[1, 1])
        maps = torch.max_pool2d(maps, [2, 2]).relu_()
    features = maps.reshape(maps.size(0), -1).to(weights[-1].dtype)
    return torch.addmm(weights[-1], features, weights[-2].t()).log_softmax(1)
