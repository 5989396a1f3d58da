"""What happens inside a network as small PNG pictures: its maps in grey, signed values in two colours on black.

C channels, H/W pixels.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from nncompare.inspection import Inside

FOR, AGAINST = (255, 214, 64), (154, 110, 255)
"""Yellow and violet, which nobody takes for each other, nor for the colours of A and B; `inside.css` has them, too."""
_WIDEST = 224  # 16 maps of 14 pixels, 32 of 7
_IMAGE_SHARE = 0.5  # of an image's brightness, below the colours


@dataclass(frozen=True)
class Sheet:
    """Where equal squares lie in a sprite: `count` of them, `columns` beside one another, from the row `top` on."""

    side: int
    count: int
    columns: int
    top: int

    @classmethod
    def of(cls, pictures: NDArray[np.generic], top: int = 0) -> "Sheet":
        """Place pictures (C, H, W, ...) below what ends at `top`."""
        count, side = pictures.shape[:2]
        return cls(side, count, min(count, _WIDEST // side), top)

    @property
    def bottom(self) -> int:
        """The row after the last one."""
        return self.top - (-self.count // self.columns) * self.side


@dataclass(frozen=True)
class Scales:
    """What full colour and full white stand for, in several networks alike.

    Their filters see the same image, and so do the maps of the first block. A score and a probability are what they are
    for every network. Later maps have no common scale: weights that follow can make up for any factor.
    """

    first_maps: float
    filters: float
    gradient: float
    occlusion: float

    @classmethod
    def of(cls, insides: Sequence[Inside]) -> "Scales":
        """Take the largest of all."""
        return cls(
            largest(inside.maps[0] for inside in insides),
            largest(inside.filters for inside in insides),
            largest(inside.gradient for inside in insides),
            largest(inside.occlusion for inside in insides),
        )

    def whites(self, inside: Inside) -> list[float]:
        """Return what is white in each block: the largest value of both networks, later that of the block itself."""
        return [self.first_maps, *(largest([maps]) for maps in inside.maps[1:])]


def largest(arrays: Iterable[NDArray[np.floating]]) -> float:
    """Return the largest absolute value; 0 where there is none."""
    return max((float(np.abs(array).max()) for array in arrays if array.size), default=0.0)


def sheets_of(maps: Sequence[NDArray[np.floating]]) -> tuple[Sheet, ...]:
    """Place the maps of each block (C, H, W) below those of the one before."""
    placed: list[Sheet] = []
    for block in maps:
        placed.append(Sheet.of(block, placed[-1].bottom if placed else 0))
    return tuple(placed)


def maps_sprite(maps: Sequence[NDArray[np.floating]], whites: Sequence[float]) -> bytes:
    """Draw the maps of all blocks, each (C, H, W), as one PNG where `sheets_of` places them: 0 is black.

    Each pixel is one byte: with 256, 512 and 1,024 maps of 14, 7 and 3 pixels at most 86 kB.
    """
    tiled = [_tiled(grey(block, white)) for block, white in zip(maps, whites, strict=True)]
    width = max(block.shape[1] for block in tiled)
    return png(np.concatenate([np.pad(block, ((0, 0), (0, width - block.shape[1]))) for block in tiled]))


def filters_sprite(filters: NDArray[np.floating], full: float) -> bytes:
    """Draw filters (C, H, W) as one PNG where `Sheet.of` places them: colour says the sign, black is 0."""
    return png(_tiled(signed(filters, full)))


def grey(values: NDArray[np.floating], white: float) -> NDArray[np.uint8]:
    """Return grey values of the same shape, from 0 for 0 to 255 for `white`."""
    return _bytes(255 * _shares(values, white))


def signed(values: NDArray[np.floating], full: float) -> NDArray[np.uint8]:
    """Return colours (..., 3): black for 0, yellow for `full`, violet for -`full`."""
    return _bytes(_colours(values) * np.abs(_shares(values, full))[..., None])


def overlay(image: NDArray[np.uint8], values: NDArray[np.floating], full: float) -> NDArray[np.uint8]:
    """Return the colours (H, W, 3) of values over a darkened grey image (H, W), which strong ones hide."""
    opacity = np.abs(_shares(values, full))[..., None]
    return _bytes(opacity * _colours(values) + (1 - opacity) * _IMAGE_SHARE * image[..., None])


def png(picture: NDArray[np.uint8]) -> bytes:
    """Write a grey picture (H, W) or a coloured one (H, W, 3)."""
    file = BytesIO()
    Image.fromarray(picture).save(file, "PNG")
    return file.getvalue()


def _colours(values: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.where((values < 0)[..., None], np.array(AGAINST, float), np.array(FOR, float))


def _shares(values: NDArray[np.floating], full: float) -> NDArray[np.float64]:
    """Return which share of the full colour each value has, with its sign; where everything is 0 there is no scale."""
    return np.clip(values.astype(float) / (full or 1.0), -1, 1)


def _bytes(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)


def _tiled(pictures: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Put pictures (C, H, W, ...) beside and below one another, into (rows * H, columns * W, ...)."""
    count, height, width, *colours = pictures.shape
    columns = Sheet.of(pictures).columns
    rows = -(-count // columns)
    filled = np.zeros((rows * columns, height, width, *colours), np.uint8)
    filled[:count] = pictures
    return (
        filled.reshape(rows, columns, height, width, *colours)
        .swapaxes(1, 2)
        .reshape(rows * height, columns * width, *colours)
    )
