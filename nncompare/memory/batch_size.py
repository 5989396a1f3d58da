"""The brief's two rules for batch sizes: what memory holds, and the nearest power of two."""

from nncompare.memory.available import memory_limit as usable_memory

SMALLEST_BATCH = 4


def calculate_max_batch_size(
    image_size: int, channels: int = 1, dtype_size: int = 4, *, memory_limit: int | None = None
) -> int:
    """Count the images whose pixels fit into memory.

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
    limit = usable_memory() if memory_limit is None else memory_limit
    for name, value in (("image_size", image_size), ("channels", channels), ("dtype_size", dtype_size)):
        _require_whole(name, value, at_least=1)
    _require_whole("memory_limit", limit, at_least=0)
    return limit // (image_size * channels * dtype_size)


def closest_valid_batch_size(test_data_size: int, memory_based_max: int, user_input_batch_size: int) -> int:
    """Choose the power of two to train with.

    Valid sizes are the powers of two from 4 to the smaller of `test_data_size` and `memory_based_max` (images).
    The answer is the smallest valid size that is not below the wish, else the largest valid size.

    Raises
    ------
    ValueError
        When a value is not a whole number, the wish is below 1, or not even a batch of 4 is valid.
    """
    _require_whole("test_data_size", test_data_size, at_least=0)
    _require_whole("memory_based_max", memory_based_max, at_least=0)
    _require_whole("user_input_batch_size", user_input_batch_size, at_least=1)
    largest = min(test_data_size, memory_based_max)
    if largest < SMALLEST_BATCH:
        raise ValueError(
            f"No valid batch size: at least {SMALLEST_BATCH} images are needed, but the test set has "
            f"{test_data_size:,} and memory holds {memory_based_max:,}."
        )
    largest_power = 1 << (largest.bit_length() - 1)
    wished_power = 1 << (user_input_batch_size - 1).bit_length()
    return min(max(wished_power, SMALLEST_BATCH), largest_power)


def _require_whole(name: str, value: int, at_least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, int) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}; got {value!r}.")
