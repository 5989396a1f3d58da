"""The part of a picture that is looked at."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_LEAST_PIXELS = 8


@dataclass(frozen=True)
class Frame:
    """A rectangle, in shares of the width (`left`, `right`) and of the height (`top`, `bottom`) of a picture.

    Raises
    ------
    ValueError
        When it leaves the picture, or holds nothing.
    """

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if not (0 <= self.left < self.right <= 1 and 0 <= self.top < self.bottom <= 1):
            raise ValueError("A frame lies inside of its picture, and holds a part of it.")


WHOLE = Frame(0, 0, 1, 1)


def crop(grey: NDArray[np.uint8], frame: Frame) -> NDArray[np.uint8]:
    """Return the part of a picture (H, W) that lies in a frame: at least 8 x 8 pixels, where it has so many."""
    height, width = grey.shape
    return grey[_pixels(frame.top, frame.bottom, height), _pixels(frame.left, frame.right, width)]


def _pixels(start: float, end: float, length: int) -> slice:
    count = min(max(round((end - start) * length), _LEAST_PIXELS), length)
    first = min(round(start * length), length - count)
    return slice(first, first + count)
