"""One map of a network, enlarged: what it computes, and where in the image it finds its pattern. H/W pixels."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.data import png_data_uri
from nncompare.figures.sprites import Scales, grey, signed
from nncompare.inspection import Inside

_ROWS, _COLUMNS = ("upper", "", "lower"), ("left", "", "right")
_ALONE = {"upper": "the top", "lower": "the bottom", "left": "the left", "right": "the right", "": "the middle"}


@dataclass(frozen=True)
class Patch:
    """The part of an image that one value of a map sees, in percent of the image, within its edges."""

    left: float
    top: float
    width: float
    height: float


def enlarged_map(
    name: str, inside: Inside, image: NDArray[np.uint8], scales: Scales, block: int, channel: int
) -> dict[str, object]:
    """Return what the enlarged map `channel` of a block shows and says, both counted from 0."""
    values, blocks = inside.maps[block][channel], inside.maps
    strongest = _strongest(values)
    return {
        "name": name,
        "block": block + 1,
        "channel": channel + 1,
        "of": len(blocks[block]),
        "side": len(values),
        "before": len(blocks[block - 1]) if block else 0,
        "sees": field_of(block)[1],
        "map": png_data_uri(grey(values, float(values.max()))),
        "image": png_data_uri(image),
        "filter": png_data_uri(signed(inside.filters[channel], scales.filters)) if not block else "",
        "full": scales.filters,
        "patch": patch_of(block, strongest, len(image)) if values.any() else None,
        "where": place_words(strongest, len(values)),
        "largest": float(values.max()),
        "mean": float(values.mean()),
        "zeros": float((values == 0).mean()),
    }


def field_of(block: int) -> tuple[int, int, int]:
    """Return which pixels the values of a block see, along one side: where the first begins, how many, and the step.

    Each block is a 3 x 3 convolution with one row of padding, and the largest of 2 x 2.
    """
    begin, size, step = 0, 1, 1
    for _ in range(block + 1):
        begin, size, step = begin - step, size + 3 * step, 2 * step
    return begin, size, step


def patch_of(block: int, place: Sequence[int], side: int) -> Patch:
    """Return what the value at a place (row, column) of a map sees of an image with so many pixels at each side."""
    begin, size, step = field_of(block)
    starts = [max(0, begin + step * at) for at in place]
    ends = [min(side, begin + step * at + size) for at in place]
    top, left = (100 * start / side for start in starts)
    height, width = (100 * (end - start) / side for start, end in zip(starts, ends, strict=True))
    return Patch(left, top, width, height)


def place_words(place: Sequence[int], side: int) -> str:
    """Say where a place (row, column) of a square is, by thirds: "the upper left", "the middle"."""
    row, column = (min(2, int(3 * (at + 0.5) / side)) for at in place)
    words = [word for word in (_ROWS[row], _COLUMNS[column]) if word]
    return f"the {' '.join(words)}" if len(words) == 2 else _ALONE["".join(words)]


def strongest_place(values: NDArray[np.floating]) -> str:
    """Say where the largest value of a square is."""
    return place_words(_strongest(values), len(values))


def _strongest(values: NDArray[np.floating]) -> tuple[int, int]:
    row, column = np.unravel_index(int(values.argmax()), values.shape)
    return int(row), int(column)
