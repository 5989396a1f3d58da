"""Two rules for batch sizes: how many images memory holds (the textbook formula on pixels), and the power of two."""

import math
import operator
from typing import SupportsIndex

import numpy as np

from nncompare.memory.budget import memory_limit as usable_memory
from nncompare.memory.footprint import SMALLEST_BATCH


def calculate_max_batch_size(
    image_size: int, channels: int = 1, dtype_size: int = 4, *, memory_limit: int | None = None
) -> int:
    """Return how many images fit into memory, by their pixels alone.

    Parameters
    ----------
    image_size : int
        Pixels of one image (height x width).
    channels : int
        Channels of the image: 1 for grey, 3 for RGB.
    dtype_size : int
        Bytes of one value, 4 for float32.
    memory_limit : int, optional
        Usable bytes; by default 70% of the available memory.

    Returns
    -------
    int
        ``memory_limit // (image_size * channels * dtype_size)``.

    Raises
    ------
    ValueError
        If a value is not a positive whole number.
    """
    limit = usable_memory() if memory_limit is None else _whole("memory_limit", memory_limit, at_least=0)
    sizes = {"image_size": image_size, "channels": channels, "dtype_size": dtype_size}
    return limit // math.prod(_whole(name, value, at_least=1) for name, value in sizes.items())


def closest_valid_batch_size(test_data_size: int, memory_based_max: int, user_input_batch_size: int) -> int:
    """Return the batch size to train with, a power of two.

    Valid sizes are the powers of two from 4 to the smaller of `test_data_size` and `memory_based_max` (images).
    The result is the smallest valid size that is not below `user_input_batch_size`, else the largest valid size.

    Raises
    ------
    ValueError
        If a value is not a whole number, `user_input_batch_size` is below 1, or not even a batch of 4 is valid.
    """
    in_test_set = _whole("test_data_size", test_data_size, at_least=0)
    in_memory = _whole("memory_based_max", memory_based_max, at_least=0)
    requested = _whole("user_input_batch_size", user_input_batch_size, at_least=1)
    largest = min(in_test_set, in_memory)
    if largest < SMALLEST_BATCH:
        raise ValueError(
            f"No valid batch size: at least {SMALLEST_BATCH} images are needed, but the test set has "
            f"{in_test_set:,} and memory holds {in_memory:,}."
        )
    largest_power = 1 << (largest.bit_length() - 1)
    requested_power = 1 << (requested - 1).bit_length()
    return min(max(requested_power, SMALLEST_BATCH), largest_power)


def _whole(name: str, value: SupportsIndex, at_least: int) -> int:
    try:  # numpy's integers are whole numbers as well; its truth values are to some of its versions
        whole = None if isinstance(value, bool | np.bool_) else operator.index(value)
    except TypeError:
        whole = None
    if whole is None or whole < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}; got {value!r}.")
    return whole
