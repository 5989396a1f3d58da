"""The disturbances of images, computed with torch: grey values in, grey values out. N images, H/W pixels.

What moves is taken from between the pixels (bilinear), and what comes in from outside is black, as the border of the
data sets is. Random numbers come from a generator of their own, so that the training of the same process draws its own.
"""

import math
from collections.abc import Callable

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, conv2d, grid_sample, max_pool2d

from nncompare.disturbances import DISTURBANCES, Disturbance, DisturbanceName

_WHITE = 255.0
_KERNEL_SIGMAS = 4.0  # as scipy.ndimage cuts a Gaussian off


@torch.inference_mode()
def disturbed(images: NDArray[np.uint8], disturbance: Disturbance | None) -> NDArray[np.uint8]:
    """Return images (N, H, W) after a disturbance; without one, or at its neutral strength, the very same ones.

    - rotate: by so many degrees around the centre, positive ones clockwise.
    - shift: by so many pixels, positive ones to the right.
    - scale: to so many percent of the size, around the centre; before they become smaller they are smoothed.
    - thickness: strokes become so many pixels wider, half of it on each side; negative ones make them thinner.
    - noise: normally distributed, with a deviation of so many percent of white; another pattern for each image.
    - blur: with a Gaussian of so many pixels deviation.
    - contrast: to so many percent, around the mean of each image.
    - occlude: a black square with a side of so many pixels, at another place in each image.

    The pattern of the noise and the places of the squares depend on the seed and the number of the image alone: a
    larger strength shows more of the same.
    """
    if disturbance is None or disturbance.strength == DISTURBANCES[disturbance.name].neutral:
        return images
    pixels = torch.from_numpy(np.array(images, np.float32)).unsqueeze(1)
    changed = _CHANGES[disturbance.name](pixels, disturbance.strength, disturbance.seed)
    found: NDArray[np.uint8] = changed.clamp(0, _WHITE).round().to(torch.uint8).squeeze(1).numpy()
    return found


def _rotate(pixels: Tensor, degrees: float, _: int) -> Tensor:
    angle = math.radians(degrees)
    cosine, sine = math.cos(angle), math.sin(angle)
    return _sampled(pixels, [[cosine, sine, 0.0], [-sine, cosine, 0.0]])


def _shift(pixels: Tensor, distance: float, _: int) -> Tensor:
    return _sampled(pixels, [[1.0, 0.0, -2 * distance / pixels.size(-1)], [0.0, 1.0, 0.0]])


def _scale(pixels: Tensor, percent: float, _: int) -> Tensor:
    ratio = 100 / percent
    smooth = _blur(pixels, math.sqrt(ratio**2 - 1) / 2) if ratio > 1 else pixels  # else thin strokes fall to pieces
    return _sampled(smooth, [[ratio, 0.0, 0.0], [0.0, ratio, 0.0]])


def _sampled(pixels: Tensor, taken_from: list[list[float]]) -> Tensor:
    """Take each pixel from where the matrix sends it, in halves of the image from its centre."""
    matrix = torch.tensor(taken_from).expand(len(pixels), 2, 3)
    grid = affine_grid(matrix, list(pixels.shape), align_corners=False)
    return grid_sample(pixels, grid, mode="bilinear", padding_mode="zeros", align_corners=False)


def _thicken(pixels: Tensor, width: float, _: int) -> Tensor:
    """Widen what is bright by half the width on each side; what is dark where it is negative."""
    if width < 0:
        return _WHITE - _thicken(_WHITE - pixels, -width, 0)
    radius, part = divmod(width / 2, 1)
    less, more = (max_pool2d(pixels, 2 * int(r) + 1, stride=1, padding=int(r)) for r in (radius, radius + 1))
    return torch.lerp(less, more, part)


def _noise(pixels: Tensor, percent: float, seed: int) -> Tensor:
    return pixels + _WHITE * percent / 100 * torch.randn(pixels.shape, generator=_generator(seed))


def _blur(pixels: Tensor, deviation: float, _: int = 0) -> Tensor:
    reach = int(_KERNEL_SIGMAS * deviation + 0.5)
    kernel = torch.exp(-0.5 * (torch.arange(-reach, reach + 1) / deviation) ** 2)
    row = (kernel / kernel.sum()).view(1, 1, 1, -1)
    return conv2d(conv2d(pixels, row, padding=(0, reach)), row.transpose(2, 3), padding=(reach, 0))


def _contrast(pixels: Tensor, percent: float, _: int) -> Tensor:
    return torch.lerp(pixels.mean(dim=(1, 2, 3), keepdim=True), pixels, percent / 100)


def _occlude(pixels: Tensor, side: float, seed: int) -> Tensor:
    height, width = pixels.shape[-2:]
    share_down, share_right = torch.rand(len(pixels), 2, generator=_generator(seed)).unbind(1)
    is_row_hidden = _is_within(height, share_down, round(side)).unsqueeze(2)
    is_column_hidden = _is_within(width, share_right, round(side)).unsqueeze(1)
    return pixels.masked_fill((is_row_hidden & is_column_hidden).unsqueeze(1), 0)


def _is_within(length: int, share: Tensor, side: int) -> Tensor:
    """Tell for each line (N, length) whether the square that begins at a share (N,) of the possible places hides it."""
    first = (share * (length - side + 1)).floor().unsqueeze(1)
    lines = torch.arange(length)
    return (lines >= first) & (lines < first + side)


def _generator(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


_CHANGES: dict[DisturbanceName, Callable[[Tensor, float, int], Tensor]] = {
    "rotate": _rotate,
    "shift": _shift,
    "scale": _scale,
    "thickness": _thicken,
    "noise": _noise,
    "blur": _blur,
    "contrast": _contrast,
    "occlude": _occlude,
}
