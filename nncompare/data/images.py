"""The images and labels of a data set, mapped from its files."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.config import SplitName
from nncompare.data.catalog import (
    TEST_IMAGES,
    TEST_LABELS,
    TRAIN_IMAGES,
    TRAIN_LABELS,
    DatasetInfo,
    dataset_info,
)
from nncompare.data.errors import DataError
from nncompare.data.folders import search_folders
from nncompare.data.idx import map_images, map_labels
from nncompare.data.state import Availability, DatasetState, find_copy


@dataclass(frozen=True)
class ImageData:
    """A data set as arrays, mapped read-only: its bytes are read when they are looked at.

    Images are (N, 28, 28) uint8, black 0 to white 255; labels are (N,) uint8, indices into ``info.classes``. There
    are 60,000 training and 10,000 test images.
    """

    info: DatasetInfo
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]

    def images(self, split: SplitName) -> NDArray[np.uint8]:
        """Give the images of a split, (N, 28, 28) uint8."""
        return self.train_images if split == "train" else self.test_images

    def labels(self, split: SplitName) -> NDArray[np.uint8]:
        """Give the labels of a split, (N,) uint8."""
        return self.train_labels if split == "train" else self.test_labels


def load(name: str, data_dir: Path | str | None = None) -> ImageData:
    """Map a data set that is on this machine already; nothing is downloaded or made.

    Raises
    ------
    DataError
        When it is not here, or the only copy is damaged, or there is none of that name.
    """
    info = dataset_info(name)
    state = find_copy(info, search_folders(data_dir))
    if state.availability is not Availability.READY or state.folder is None:
        raise DataError(_why_not(info, state))
    return map_folder(info, state.folder)


def map_folder(info: DatasetInfo, raw: Path) -> ImageData:
    """Map the four files of a raw folder that is known to be whole."""
    return ImageData(
        info,
        map_images(raw / TRAIN_IMAGES),
        map_labels(raw / TRAIN_LABELS),
        map_images(raw / TEST_IMAGES),
        map_labels(raw / TEST_LABELS),
    )


def sample_per_class(data: ImageData, split: SplitName = "train") -> NDArray[np.int64]:
    """Give the index of the first image of each class, (K,) int64."""
    labels = data.labels(split)
    return np.array([np.argmax(labels == k) for k in range(len(data.info.classes))], dtype=np.int64)


def _why_not(info: DatasetInfo, state: DatasetState) -> str:
    if state.availability is Availability.DAMAGED:
        return f"{info.title} cannot be used. In {state.folder}, {state.message}"
    return f"{info.title} is not on this machine yet. Fetch it with: nncompare fetch {info.name}"
