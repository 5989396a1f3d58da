"""IDX, the file format of MNIST: a big-endian header, then the bytes of one array.

The format is described at http://yann.lecun.com/exdb/mnist/: a magic number (two zero bytes, 8 for unsigned bytes,
the number of dimensions), then each dimension as a 32-bit integer.
"""

import math
import struct
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class DamagedFileError(Exception):
    """A file that is not the IDX file it should be; the text names the reason, such as ``it is cut short``."""


def map_idx(path: Path, item_shape: tuple[int, ...], most: int) -> NDArray[np.uint8]:
    """Map the images or labels in a file, read-only and without reading them.

    One item has the shape (H, W) of an image or () of a label, and there are at most `most`; (N, *item_shape) uint8.
    Raise a DamagedFileError when magic number, shape or length are wrong.
    """
    shape, offset = _read_header(path, 1 + len(item_shape))
    if shape[0] > most:
        raise DamagedFileError(f"it says that it holds {shape[0]:,} images; there are at most {most:,}")
    _check_length(path.stat().st_size, offset + math.prod(shape))
    if shape[1:] != item_shape:
        raise DamagedFileError(f"its images are {_by(shape[1:])} pixels, not {_by(item_shape)}")
    return np.memmap(path, np.uint8, mode="r", offset=offset, shape=shape)


def write_idx(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an array of bytes as an IDX file."""
    with path.open("wb") as file:
        file.write(struct.pack(f">{1 + array.ndim}I", _magic(array.ndim), *array.shape))
        file.write(np.ascontiguousarray(array).data)


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
    return tuple(shape), length


def _check_length(actual_bytes: int, expected_bytes: int) -> None:
    if actual_bytes != expected_bytes:
        kind = "cut short" if actual_bytes < expected_bytes else "too long"
        raise DamagedFileError(f"it is {kind}: {actual_bytes:,} bytes instead of {expected_bytes:,}")


def _magic(dimensions: int) -> int:
    return 0x0800 | dimensions


def _by(sides: tuple[int, ...]) -> str:
    return " x ".join(map(str, sides))
