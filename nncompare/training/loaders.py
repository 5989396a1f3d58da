"""`prepare_loaders`: data loaders whose batches fit into memory."""

import math
from collections.abc import Sized
from typing import Any, cast

import torch
from PIL.Image import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, default_collate

from nncompare.memory import calculate_max_batch_size, closest_valid_batch_size
from nncompare.training.torchvision_import import import_torchvision

to_tensor = import_torchvision().transforms.functional.to_tensor

_FLOAT_BYTES = 4  # bytes become floats before a network sees them


class PreparedLoaders(tuple[int, int]):
    """Unpacks into ``(max_possible_batch, accumulation_steps)`` and carries the loaders.

    Both give batches of images (B, C, H, W) and labels (B,) of the same size, the training images in random order. The
    `effective_batch_size` are the images in one update of the weights: batch size x accumulation steps.
    """

    train_loader: "DataLoader[Any]"
    test_loader: "DataLoader[Any]"
    requested: int
    effective_batch_size: int


def prepare_loaders(
    train_dataset: "Dataset[Any]", test_dataset: "Dataset[Any]", user_input_batch_size: int
) -> PreparedLoaders:
    """Choose the batch size for training and test, and how many batches make one update.

    Parameters
    ----------
    train_dataset, test_dataset : Dataset
        Map-style data sets of (image, label): tensors (C, H, W) or (H, W), arrays or PIL images.
        PIL images become floats (C, H, W) from 0 to 1, as torchvision's ``ToTensor`` makes them.
    user_input_batch_size : int
        The desired batch size.

    Raises
    ------
    ValueError
        When a data set is empty or has no length, or no batch size is valid.
    """
    _require_images("training", train_dataset)
    test_size = _require_images("test", test_dataset)
    image = _as_tensor(train_dataset[0][0])
    channels = min(image.shape) if image.ndim == 3 else 1  # first or last
    largest = calculate_max_batch_size(image.numel() // channels, channels, max(_FLOAT_BYTES, image.element_size()))
    batch_size = closest_valid_batch_size(test_size, largest, user_input_batch_size)
    steps = math.ceil(user_input_batch_size / batch_size)
    prepared = PreparedLoaders((batch_size, steps))
    order = torch.Generator().manual_seed(0)
    prepared.train_loader = DataLoader(train_dataset, batch_size, shuffle=True, generator=order, collate_fn=_collate)
    prepared.test_loader = DataLoader(test_dataset, batch_size, collate_fn=_collate)
    prepared.requested = user_input_batch_size
    prepared.effective_batch_size = batch_size * steps
    return prepared


def _require_images(kind: str, dataset: "Dataset[Any]") -> int:
    if not hasattr(dataset, "__len__"):
        raise ValueError(f"The {kind} data set has no length; a map-style data set is needed.")
    size = len(cast(Sized, dataset))
    if size == 0:
        raise ValueError(f"The {kind} data set is empty.")
    return size


def _collate(samples: list[tuple[Any, ...]]) -> Any:
    return default_collate([(_as_tensor(sample[0]), *sample[1:]) for sample in samples])


def _as_tensor(image: Any) -> Tensor:
    return cast(Tensor, to_tensor(image)) if isinstance(image, Image) else torch.as_tensor(image)
