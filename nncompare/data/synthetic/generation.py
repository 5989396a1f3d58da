"""Makes a synthetic data set: labels in random order, and a drawing for each."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.catalog import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DatasetInfo
from nncompare.data.idx import write_idx
from nncompare.data.state import write_manifest
from nncompare.data.synthetic.warping import SIDE

Draw = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

_BATCH = 500
_SEED = 20_240_229


def generate(info: DatasetInfo, folder: Path, progress: Callable[[int, int], None] | None = None) -> None:
    """Make a synthetic data set and its manifest in an existing folder; the same images every time.

    `progress` is called with the images made so far and their number, once per batch.
    """
    total = info.train_count + info.test_count
    splits = ((info.train_count, TRAIN_IMAGES, TRAIN_LABELS), (info.test_count, TEST_IMAGES, TEST_LABELS))
    with _artist(info) as draw:
        for split, (count, image_file, label_file) in enumerate(splits):
            rng = np.random.Generator(np.random.PCG64([_SEED, split]))
            labels = rng.permutation(np.arange(count) % len(info.classes)).astype(np.uint8)
            images = np.empty((count, SIDE, SIDE), np.uint8)
            for start in range(0, count, _BATCH):
                stop = min(start + _BATCH, count)
                images[start:stop] = draw(labels[start:stop], rng)
                if progress:
                    progress(split * info.train_count + stop, total)
            write_idx(folder / image_file, images)
            write_idx(folder / label_file, labels)
    write_manifest(folder)


def preview(info: DatasetInfo) -> NDArray[np.uint8]:
    """Draw one image of each class of a synthetic set, (K, 28, 28), before the set is made."""
    rng = np.random.Generator(np.random.PCG64(_SEED))
    with _artist(info) as draw:
        return draw(np.arange(len(info.classes), dtype=np.uint8), rng)


@contextmanager
def _artist(info: DatasetInfo) -> Iterator[Draw]:
    """Lend what draws the images; the shapes that it keeps meanwhile take 4 to 6 MiB."""
    from nncompare.data.synthetic import digits, fashion

    is_digits = info.name == "synthetic-digits"
    try:
        yield digits.draw_digits if is_digits else fashion.draw_garments
    finally:
        for bank in digits.BANKS if is_digits else fashion.BANKS:
            bank.cache_clear()
