"""Makes a synthetic data set: labels in random order, and a drawing for each."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.data.catalog import TEST_IMAGES, TEST_LABELS, TRAIN_IMAGES, TRAIN_LABELS, DatasetInfo
from nncompare.data.damage import write_manifest
from nncompare.data.idx import SIDE, write_idx
from nncompare.data.progress import Progress

Draw = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]

TRAIN_COUNT, TEST_COUNT = 60_000, 10_000
_BATCH = 500
_SEED = 20_240_229


def generate(
    info: DatasetInfo,
    folder: Path,
    progress: Progress | None = None,
    counts: tuple[int, int] = (TRAIN_COUNT, TEST_COUNT),
) -> None:
    """Make a synthetic data set and its manifest in a folder; the same images every time.

    Parameters
    ----------
    info : DatasetInfo
        Which of the synthetic sets.
    folder : Path
        Existing folder for the four raw files and the manifest.
    progress : callable, optional
        Called with the images made so far and their number, at most once per batch.
    counts : tuple of int
        Number of training and of test images.

    Raises
    ------
    OSError
        When the folder cannot be written.
    """
    total, done = sum(counts), 0

    def report(count: int) -> None:
        nonlocal done
        done += count
        if progress:
            progress(done, total)

    files = ((TRAIN_IMAGES, TRAIN_LABELS), (TEST_IMAGES, TEST_LABELS))
    for split, (count, (image_file, label_file)) in enumerate(zip(counts, files, strict=True)):
        images, labels = draw_split(_artist(info), count, split, report)
        write_idx(folder / image_file, images)
        write_idx(folder / label_file, labels)
    write_manifest(folder)


def draw_split(
    draw: Draw, count: int, split: int, report: Callable[[int], None]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Draw ``count`` images, (N, 28, 28), with balanced labels in random order, (N,)."""
    rng = np.random.Generator(np.random.PCG64([_SEED, split]))
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    images = np.empty((count, SIDE, SIDE), np.uint8)
    for start in range(0, count, _BATCH):
        batch = slice(start, start + _BATCH)
        images[batch] = draw(labels[batch], rng)
        report(len(labels[batch]))
    return images, labels


def _artist(info: DatasetInfo) -> Draw:
    if info.name == "synthetic-digits":
        from nncompare.data.synthetic_digits import draw_digits

        return draw_digits
    from nncompare.data.synthetic_fashion import draw_garments

    return draw_garments


def preview(info: DatasetInfo) -> NDArray[np.uint8]:
    """Draw one image of each class of a synthetic set, (10, 28, 28), before the set is made."""
    rng = np.random.Generator(np.random.PCG64(_SEED))
    return _artist(info)(np.arange(len(info.classes), dtype=np.uint8), rng)
