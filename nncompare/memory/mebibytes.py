"""Bytes as text for the user, in MiB."""

import math

MEBIBYTE = 2**20


def in_mebibytes(size_bytes: float) -> str:
    """Format bytes as MiB, rounded down: ``0.15 MiB``, ``41 MiB``, ``24,105 MiB``."""
    size = size_bytes / MEBIBYTE
    digits = 0 if size >= 10 else 1 if size >= 1 else 2
    return f"{math.floor(size * 10**digits) / 10**digits:,.{digits}f} MiB"
