"""The images and labels of a data set, mapped from its files."""

import base64
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.catalog import RAW_FILES, DataError, DatasetInfo, dataset_info
from nncompare.config import SplitName
from nncompare.data.folders import search_folders
from nncompare.data.idx import map_idx
from nncompare.data.layouts import files_in
from nncompare.data.state import Availability, DatasetState, find_copy


@dataclass(frozen=True)
class ImageData:
    """A data set as arrays, mapped read-only: its bytes are read when they are looked at.

    Images are (N, H, W) uint8, black 0 to white 255; labels are (N,) uint8, indices into ``info.classes``. There are
    ``info.train_count`` training and ``info.test_count`` test images of ``info.side`` pixels.
    """

    info: DatasetInfo
    train_images: NDArray[np.uint8]
    train_labels: NDArray[np.uint8]
    test_images: NDArray[np.uint8]
    test_labels: NDArray[np.uint8]

    def images(self, split: SplitName) -> NDArray[np.uint8]:
        """Return the images of a split, (N, H, W) uint8."""
        return self.train_images if split == "train" else self.test_images

    def labels(self, split: SplitName) -> NDArray[np.uint8]:
        """Return the labels of a split, (N,) uint8."""
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
    files = files_in(state.folder)
    return ImageData(info, *(map_idx(files[name], info.item_shape(name), info.train_count) for name in RAW_FILES))


def sample_per_class(data: ImageData, split: SplitName = "train") -> NDArray[np.int64]:
    """Return the index of the first image of each class, (K,) int64."""
    labels = data.labels(split)
    return np.array([np.argmax(labels == k) for k in range(len(data.info.classes))], dtype=np.int64)


def evenly_spaced(count: int, wanted: int) -> NDArray[np.intp]:
    """Return positions among `count` images, the first and the last included; all of them where there are fewer."""
    chosen = min(count, wanted)
    return np.arange(chosen) * (count - 1) // max(1, chosen - 1)


def png_data_uri(image: NDArray[np.uint8]) -> str:
    """Encode one grey image, (H, W) uint8, as ``data:image/png;base64,...`` for a page."""
    from PIL import Image

    file = io.BytesIO()
    Image.fromarray(image).save(file, "PNG", compress_level=1)
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode("ascii")


def _why_not(info: DatasetInfo, state: DatasetState) -> str:
    if state.availability is Availability.DAMAGED:
        return f"{info.title} cannot be used. In {state.folder}, {state.message}"
    note = f" {state.note}" if state.note else ""
    return f"{info.title} is not on this machine yet.{note} Fetch it with: nncompare fetch {info.name}"
