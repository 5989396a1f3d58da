"""`prepare_loaders`: data loaders whose batches fit into memory."""

import math
from collections.abc import Iterable, Mapping
from typing import Any, cast

import torch
from PIL.Image import Image
from torch import Tensor
from torch.utils.data import DataLoader, Dataset, IterableDataset, default_collate

from nncompare.memory import calculate_max_batch_size, closest_valid_batch_size
from nncompare.training.torchvision_import import import_torchvision

to_tensor = import_torchvision().transforms.functional.to_tensor

_FLOAT_BYTES = 4  # bytes become floats before a network sees them


class PreparedLoaders(tuple[int, int]):
    """Unpacks into ``(max_possible_batch, accumulation_steps)`` and carries the loaders.

    Both give batches of images (B, C, H, W) and labels (B,) of the same size, the training images in random order.
    Where the samples are dictionaries, so are the batches; an ``IterableDataset`` keeps its own order. The
    `effective_batch_size` are the images in one update of the weights: batch size x accumulation steps, or all training
    images where they are fewer.
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
        Data sets with a length, of (image, label) or of dictionaries with an image, as Hugging Face has them. Images
        are tensors (C, H, W) or (H, W), arrays or PIL images. PIL images become floats (C, H, W) from 0 to 1, as
        torchvision's ``ToTensor`` makes them.
    user_input_batch_size : int
        The desired batch size.

    Raises
    ------
    ValueError
        When a data set is empty, has no length or no images, or no batch size is valid.
    """
    train_size = _require_images("training", train_dataset)
    test_size = _require_images("test", test_dataset)
    image = _as_tensor(_first_image("training", train_dataset))
    _first_image("test", test_dataset)
    channels = min(image.shape) if image.ndim == 3 else 1  # first or last
    largest = calculate_max_batch_size(image.numel() // channels, channels, max(_FLOAT_BYTES, image.element_size()))
    batch_size = closest_valid_batch_size(test_size, largest, user_input_batch_size)
    steps = math.ceil(user_input_batch_size / batch_size)
    prepared = PreparedLoaders((batch_size, steps))
    prepared.train_loader = DataLoader(train_dataset, batch_size, collate_fn=_collate, **_random_order(train_dataset))
    prepared.test_loader = DataLoader(test_dataset, batch_size, collate_fn=_collate)
    prepared.requested = user_input_batch_size
    prepared.effective_batch_size = min(batch_size * steps, train_size)
    return prepared


def _random_order(dataset: "Dataset[Any]") -> dict[str, Any]:
    if isinstance(dataset, IterableDataset):  # its own iterator decides
        return {}
    return {"shuffle": True, "generator": torch.Generator().manual_seed(0)}


def _require_images(kind: str, dataset: Any) -> int:
    if isinstance(dataset, Mapping) and 0 not in dataset:  # Hugging Face's load_dataset gives all its parts at once
        raise ValueError(f"The {kind} data set is a dictionary; give one of its parts: {_listed(dataset)}.")
    try:
        size = len(dataset)
    except (TypeError, NotImplementedError):  # some streams have a __len__ that says no
        raise ValueError(
            f"The {kind} data set has no length; a map-style data set is needed, or an IterableDataset with a length."
        ) from None
    if size == 0:
        raise ValueError(f"The {kind} data set is empty.")
    return size


def _first_image(kind: str, dataset: Any) -> Any:
    sample = next(iter(dataset), ()) if isinstance(dataset, IterableDataset) else dataset[0]
    if isinstance(sample, Mapping) and (key := _image_key(sample)) is not None:
        return sample[key]
    if isinstance(sample, (tuple, list)) and len(sample):
        return sample[0]
    found = _listed(sample) if isinstance(sample, Mapping) else type(sample).__name__
    raise ValueError(
        f"A sample of the {kind} data set must be (image, label), or a dictionary with an image (a PIL image, an array "
        f"or a tensor); got {found}."
    )


def _listed(names: Iterable[Any]) -> str:
    return ", ".join(map(repr, names)) or "an empty one"


def _collate(samples: list[Any]) -> Any:
    return default_collate([_with_tensor(sample) for sample in samples])


def _with_tensor(sample: Any) -> Any:
    if isinstance(sample, Mapping):
        return {key: _as_tensor(value) if _is_image(value) else value for key, value in sample.items()}
    return _as_tensor(sample[0]), *sample[1:]


def _image_key(sample: Mapping[Any, Any]) -> Any:
    return next((key for key, value in sample.items() if _is_image(value)), None)


def _is_image(value: Any) -> bool:
    return isinstance(value, Image) or getattr(value, "ndim", 0) in (2, 3)


def _as_tensor(image: Any) -> Tensor:
    return cast(Tensor, to_tensor(image)) if isinstance(image, Image) else torch.as_tensor(image)
