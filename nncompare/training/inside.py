"""What happens in a network with one image: its maps, and where it looks. C channels, H/W pixels."""

from collections.abc import Iterator
from functools import cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nncompare.inspection import Inside
from nncompare.training.tensors import to_array
from nncompare.training.trained_networks import TrainedNetwork

_SQUARE = 7


def look_inside(network: TrainedNetwork, image: Tensor, target: int | None) -> Inside:
    """Look at an image (1, 1, H, W) uint8, for a class; for the predicted one if none is given."""
    probabilities = network.probabilities(network.features(image))[0]
    wanted = int(probabilities.argmax()) if target is None else int(target)
    return Inside(
        maps=_maps(network, image),
        filters=_filters(network.model),
        gradient=_gradient_by_input(network, image, wanted),
        occlusion=_occlusion(network, image, wanted, probabilities[wanted]),
        target=wanted,
    )


@torch.inference_mode()
def _maps(network: TrainedNetwork, image: Tensor) -> tuple[NDArray[np.float32], ...]:
    """Return what each block hands on: to the next convolution, or as features."""
    first = values = network.normalised(image)
    found = []
    for module in _steps(network.model):
        if isinstance(module, nn.Conv2d | nn.Flatten) and values is not first:
            found.append(to_array(values[0]))
        values = module(values)
    return tuple(found)


def _steps(model: nn.Sequential) -> Iterator[nn.Module]:
    for module in model:
        yield from _steps(module) if isinstance(module, nn.Sequential) else (module,)


def _filters(model: nn.Sequential) -> NDArray[np.float32]:
    first = next((module for module in _steps(model) if isinstance(module, nn.Conv2d)), None)
    return to_array(first.weight[:, 0]) if first is not None else np.zeros((0, 3, 3), np.float32)


def _gradient_by_input(network: TrainedNetwork, image: Tensor, target: int) -> NDArray[np.float32]:
    """Return the gradient of the score before softmax, times the normalised image (Shrikumar et al., 2016)."""
    with torch.enable_grad():
        pixels = network.normalised(image).requires_grad_()
        (gradient,) = torch.autograd.grad(network.model(pixels)[0, target], pixels)
    return to_array((gradient * pixels)[0, 0])


def _occlusion(network: TrainedNetwork, image: Tensor, target: int, before: Tensor) -> NDArray[np.float32]:
    """Return by how much the probability falls when a black square hides the place (Zeiler and Fergus, 2014)."""
    height, width = image.shape[-2:]
    covered = image * _uncovered(height, width).to(image.device)
    falls = torch.zeros(len(covered), device=image.device)
    hides = (covered != image).flatten(1).any(dim=1)  # on black it changes nothing
    if hides.any():
        falls[hides] = before - network.probabilities(network.features(covered[hides]))[:, target]
    return to_array(falls.view(height, width))


@cache
def _uncovered(height: int, width: int) -> Tensor:
    """Return for each pixel the mask (H * W, 1, H, W) that is 0 in the square around it, else 1."""
    rows, columns = (_is_near(length) for length in (height, width))
    hidden = rows[:, None, :, None] & columns[None, :, None, :]
    return (~hidden).view(height * width, 1, height, width).to(torch.uint8)


def _is_near(length: int) -> Tensor:
    places = torch.arange(length)
    return (places[:, None] - places[None, :]).abs() <= _SQUARE // 2
