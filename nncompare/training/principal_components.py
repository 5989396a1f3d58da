"""The first two principal components of features, always with the same signs. N images, F features."""

import torch
from torch import Tensor

from nncompare.inspection import MapOfImages
from nncompare.training.tensors import to_array

_COMPONENTS = 2


@torch.inference_mode()
def map_of_images(features: Tensor) -> MapOfImages:
    """Return the images as points by principal component analysis (Pearson, 1901) of their features (N, F).

    The largest weight of a component, regardless of its sign, is positive: so the map does not turn over from one
    computation to the next.
    """
    centred = features.to("cpu", torch.float64)
    centred = centred - centred.mean(dim=0)
    components = _largest_components(centred)
    points = centred @ components
    total = centred.square().sum().item()
    first, second = (points.square().sum(dim=0) / total).tolist() if total else (0.0, 0.0)
    return MapOfImages(to_array(points.float()), (first, second))


def _largest_components(centred: Tensor) -> Tensor:
    """Return the components (F, 2) of the largest variance, by the smaller one of the two products of the features."""
    images, features = centred.shape
    if features <= images:
        components = _largest_eigenvectors(centred.T @ centred)
    else:
        components = torch.nn.functional.normalize(centred.T @ _largest_eigenvectors(centred @ centred.T), dim=0)
    largest = components.gather(0, components.abs().argmax(dim=0, keepdim=True))
    return components * torch.where(largest < 0, -1.0, 1.0)


def _largest_eigenvectors(products: Tensor) -> Tensor:
    found = torch.linalg.eigh(products).eigenvectors.flip(1)[:, :_COMPONENTS]
    return torch.nn.functional.pad(found, (0, _COMPONENTS - found.shape[1]))
