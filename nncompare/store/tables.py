"""Arrays as ``.npy`` and ``.safetensors``, validated before memory is allocated by their headers."""

import io
import math
from collections.abc import Container, Mapping
from typing import Any

import numpy as np
import safetensors.numpy
from numpy.typing import NDArray

from nncompare.history import COLUMNS, Curve
from nncompare.store.errors import DamagedError

_CURVE_COLUMNS = range(6, 100)  # from those of the first version to more than any
_LARGEST_WHOLE = 2.0**53  # up to here a float64 holds every whole number
_LONGEST_HEADER = 10_000


def write_table(table: NDArray[Any]) -> bytes:
    """Return an array in the format ``.npy``."""
    stream = io.BytesIO()
    np.save(stream, table, allow_pickle=False)
    return stream.getvalue()


def read_table(content: bytes, kind: type[np.generic], columns: Container[int]) -> NDArray[Any]:
    """Return the array of `kind`, shape (N, one of `columns`), that `write_table` wrote; else raise a DamagedError."""
    stream = io.BytesIO(content)
    try:
        if np.lib.format.read_magic(stream) != (1, 0):
            raise ValueError
        shape, is_fortran, dtype = np.lib.format.read_array_header_1_0(stream, max_header_size=_LONGEST_HEADER)
    except Exception:  # the header is parsed as a Python literal, which fails in many ways
        raise DamagedError("a table has no readable head") from None
    data = content[stream.tell() :]
    is_expected = dtype == np.dtype(kind) and not is_fortran and len(shape) == 2 and shape[1] in columns
    if not is_expected or math.prod(shape) * dtype.itemsize != len(data):
        raise DamagedError("a table is not of the expected kind and size")
    return np.frombuffer(data, dtype).reshape(shape).copy()


def write_curve(curve: Curve) -> bytes:
    """Return a curve as a table in the format ``.npy``, shape (N, columns)."""
    return write_table(np.array([getattr(curve, name) for name in COLUMNS], np.float64).T.copy())


def read_curve(content: bytes) -> Curve:
    """Return the curve that `write_curve` wrote; all else is a DamagedError.

    Columns that an older version did not have are NaN, those that a newer one has added are left out.
    """
    table = read_table(content, np.float64, _CURVE_COLUMNS)
    columns: dict[str, list[Any]] = {name: [math.nan] * len(table) for name in COLUMNS}
    for (name, kind), column in zip(COLUMNS.items(), table.T, strict=False):
        if kind is int:
            if not (np.abs(column) <= _LARGEST_WHOLE).all():
                raise DamagedError("a curve counts what cannot be counted")
            column = column.astype(np.int64)
        columns[name] = column.tolist()
    return Curve(**columns)


def write_arrays(arrays: Mapping[str, NDArray[Any]], metadata: dict[str, str] | None = None) -> bytes:
    """Return named arrays in the format ``.safetensors``, which runs nothing when it is opened."""
    # safetensors writes the buffer as it is: an array in another order would come back shuffled.
    return safetensors.numpy.save({name: np.array(array, order="C") for name, array in arrays.items()}, metadata)


def read_arrays(content: bytes) -> dict[str, NDArray[Any]]:
    """Return the arrays that `write_arrays` wrote; all else is a DamagedError."""
    try:
        return {name: np.array(array) for name, array in safetensors.numpy.load(content).items()}
    except Exception:  # a foreign file fails in many ways, each with another error
        raise DamagedError("arrays cannot be read") from None
