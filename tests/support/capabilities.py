"""What root may do beyond everybody else, taken away for a while (Linux)."""

import ctypes
from collections.abc import Iterator
from contextlib import contextmanager

CAP_DAC_OVERRIDE = 1  # to read and write whatever the modes of files say
_VERSION_3 = 0x20080522
_Words = ctypes.c_uint32 * 6  # effective, permitted and inheritable; each twice, for the higher capabilities


@contextmanager
def without_capability(number: int) -> Iterator[None]:
    """Do without one capability (below 32) in this thread."""
    libc = ctypes.CDLL(None, use_errno=True)
    header, words = (ctypes.c_uint32 * 2)(_VERSION_3, 0), _Words()
    assert libc.capget(header, words) == 0
    fewer = _Words(*words)
    fewer[0] &= ~(1 << number)
    assert libc.capset(header, fewer) == 0
    try:
        yield
    finally:
        assert libc.capset(header, words) == 0
