"""What the page says of a drawing or a picture, checked: whatever a browser sends becomes one of these, or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from nncompare.pictures import LARGEST_BYTES, Frame

SHEET_SIDE = 280
"""Of the sheet that is drawn on, in pixels of what is sent."""
_LARGEST_PIECE = 1_000_000


@dataclass(frozen=True)
class EmptySheet:
    """There is nothing on the sheet."""


@dataclass(frozen=True, eq=False)
class DrawnSheet:
    """The grey values of the sheet, (H, W) uint8."""

    grey: NDArray[np.uint8]


@dataclass(frozen=True)
class PieceOfFile:
    """A part of a file, from the byte `start` on, and the size of the whole; a file that is too large is not sent."""

    start: int
    size: int
    content: bytes

    @property
    def is_too_large(self) -> bool:
        """Whether the file is."""
        return self.size > LARGEST_BYTES


class FileInPieces:
    """Puts a file together that comes in order; another one begins at its first byte."""

    def __init__(self) -> None:
        self._content = bytearray()

    def add(self, piece: PieceOfFile) -> bytes | None:
        """Take the next piece; return the file once it is whole. What does not follow the last piece is left out."""
        if piece.start == 0:
            self._content.clear()
        if piece.start == len(self._content):
            self._content += piece.content
        if len(self._content) != piece.size:
            return None
        whole = bytes(self._content)
        self._content.clear()
        return whole


Said: TypeAlias = EmptySheet | DrawnSheet | PieceOfFile | Frame


def said_by(content: Any, buffers: Sequence[Any]) -> Said | None:
    """Read a message with its buffers; None for one that no page of ours sends."""
    match content:
        case {"is_empty": True}:
            return EmptySheet()
        case {"drawing": [int(width), int(height)]} if len(buffers) == 1:
            return _drawn(width, height, bytes(buffers[0]))
        case {"piece": int(start), "size": int(size)}:
            return _piece(start, size, b"".join(map(bytes, buffers[:1])))
        case {"frame": [_, _, _, _] as sides} if all(isinstance(side, int | float) for side in sides):
            return _frame(sides)
    return None


def _drawn(width: int, height: int, content: bytes) -> DrawnSheet | None:
    if (width, height) != (SHEET_SIDE, SHEET_SIDE) or len(content) != width * height:
        return None
    return DrawnSheet(np.frombuffer(content, np.uint8).reshape(height, width))


def _piece(start: int, size: int, content: bytes) -> PieceOfFile | None:
    piece = PieceOfFile(start, size, content)
    is_one = 0 <= start < size and 0 < len(content) <= min(_LARGEST_PIECE, size - start)
    is_empty = start == size == len(content) == 0  # such a file is no picture, which has to be said
    return piece if is_one or is_empty or piece.is_too_large else None


def _frame(sides: Sequence[float]) -> Frame | None:
    try:
        return Frame(*(float(side) for side in sides))
    except (ValueError, OverflowError):
        return None
