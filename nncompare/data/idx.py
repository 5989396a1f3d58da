"""IDX, the file format of MNIST: a big-endian header, then the bytes of one array.

The format is described at http://yann.lecun.com/exdb/mnist/: a magic number (two zero bytes, 8 for unsigned bytes,
the number of dimensions), then each dimension as a 32-bit integer.
"""

import math
import os
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SIDE = 28
MOST_IMAGES = 60_000


class DamagedFileError(Exception):
    """A file that is not the IDX file it should be; the text names the reason, such as ``it is cut short``."""


def map_images(path: Path) -> NDArray[np.uint8]:
    """Map the images in a file, read-only and without reading them.

    Returns
    -------
    ndarray of uint8, (N, 28, 28)

    Raises
    ------
    DamagedFileError
        When magic number, sides or length are wrong.
    OSError
        When the file cannot be read.
    """
    images = _map(path, dimensions=3)
    if images.shape[1:] != (SIDE, SIDE):
        raise DamagedFileError(f"its images are {images.shape[1]} x {images.shape[2]} pixels, not {SIDE} x {SIDE}")
    return images


def map_labels(path: Path) -> NDArray[np.uint8]:
    """Map the labels in a file, (N,) uint8; the errors are those of `map_images`."""
    return _map(path, dimensions=1)


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an array of bytes as an IDX file and wait until it is on the disk."""
    with path.open("wb") as file:
        file.write(struct.pack(f">{1 + array.ndim}I", _magic(array.ndim), *array.shape))
        file.write(np.ascontiguousarray(array).data)
        file.flush()
        os.fsync(file.fileno())


def _map(path: Path, dimensions: int) -> NDArray[np.uint8]:
    shape, offset = _read_header(path, dimensions)
    _check_length(path.stat().st_size, offset + math.prod(shape))
    return np.memmap(path, np.uint8, mode="r", offset=offset, shape=shape)


def _read_header(path: Path, dimensions: int) -> tuple[tuple[int, ...], int]:
    length = 4 * (1 + dimensions)
    with path.open("rb") as file:
        header = file.read(length)
    if len(header) < length:
        raise DamagedFileError("it is cut short")
    magic, *shape = struct.unpack(f">{1 + dimensions}I", header)
    if magic != _magic(dimensions):
        raise DamagedFileError("it is not an IDX file")
    if 0 in shape:
        raise DamagedFileError("it is empty")
    if shape[0] > MOST_IMAGES:
        raise DamagedFileError(f"it says that it holds {shape[0]:,} images; there are at most {MOST_IMAGES:,}")
    return tuple(shape), length


def _check_length(actual_bytes: int, expected_bytes: int) -> None:
    if actual_bytes != expected_bytes:
        kind = "cut short" if actual_bytes < expected_bytes else "too long"
        raise DamagedFileError(f"it is {kind}: {actual_bytes:,} bytes instead of {expected_bytes:,}")


def _magic(dimensions: int) -> int:
    return 0x0800 | dimensions
