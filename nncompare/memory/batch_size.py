"""Two rules for batch sizes: what memory holds, and the nearest power of two."""

import math
import operator
from typing import SupportsIndex

from nncompare.memory.limit import memory_limit as usable_memory

SMALLEST_BATCH = 4


def calculate_max_batch_size(
    image_size: int, channels: int = 1, dtype_size: int = 4, *, memory_limit: int | None = None
) -> int:
    """Return the number of images whose pixels fit into memory.

    Parameters
    ----------
    image_size : int
        Pixels of one image (height x width).
    channels : int
        Channels of the image: 1 for grey, 3 for RGB.
    dtype_size : int
        Bytes of one value, 4 for float32.
    memory_limit : int, optional
        Bytes that may be used; 70% of the available memory if not given.

    Returns
    -------
    int
        ``memory_limit // (image_size * channels * dtype_size)``.

    Raises
    ------
    ValueError
        When a value is not a positive whole number.
    """
    limit = usable_memory() if memory_limit is None else _whole("memory_limit", memory_limit, at_least=0)
    sizes = {"image_size": image_size, "channels": channels, "dtype_size": dtype_size}
    return limit // math.prod(_whole(name, value, at_least=1) for name, value in sizes.items())


def closest_valid_batch_size(test_data_size: int, memory_based_max: int, user_input_batch_size: int) -> int:
    """Choose the power of two to train with.

    Valid sizes are the powers of two from 4 to the smaller of `test_data_size` and `memory_based_max` (images).
    The answer is the smallest valid size that is not below the wish, else the largest valid size.

    Raises
    ------
    ValueError
        When a value is not a whole number, the wish is below 1, or not even a batch of 4 is valid.
    """
    in_test_set = _whole("test_data_size", test_data_size, at_least=0)
    in_memory = _whole("memory_based_max", memory_based_max, at_least=0)
    wish = _whole("user_input_batch_size", user_input_batch_size, at_least=1)
    largest = min(in_test_set, in_memory)
    if largest < SMALLEST_BATCH:
        raise ValueError(
            f"No valid batch size: at least {SMALLEST_BATCH} images are needed, but the test set has "
            f"{in_test_set:,} and memory holds {in_memory:,}."
        )
    largest_power = 1 << (largest.bit_length() - 1)
    wished_power = 1 << (wish - 1).bit_length()
    return min(max(wished_power, SMALLEST_BATCH), largest_power)


def _whole(name: str, value: SupportsIndex, at_least: int) -> int:
    """Return a whole number of any kind, numpy's too, as an int."""
    try:
        whole = None if isinstance(value, bool) else operator.index(value)
    except TypeError:
        whole = None
    if whole is None or whole < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}; got {value!r}.")
    return whole
