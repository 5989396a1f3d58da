"""The share of the available memory that may be used."""

from nncompare.machine import available_memory

USABLE_SHARE = 0.7


def memory_limit() -> int:
    """Return the usable bytes: 70% of the available memory."""
    return int(USABLE_SHARE * available_memory().available_bytes)
