"""Pictures prepared as the images of the data sets were."""

import math

import numpy as np
from numpy.typing import NDArray

from nncompare.pictures.errors import EmptyPictureError
from nncompare.pictures.paper import NOTHING_TO_SEE, difference_of_strokes, difference_of_thing, paper_level
from nncompare.pictures.parts import box_of, thing_of
from nncompare.pictures.sampling import Values, resized, widened, within
from nncompare.pictures.strokes import is_dot, strokes_of, width_of

SIDE = 28
_STROKES_SIDE = 20  # of the box into which MNIST's digits were fitted
_MIDDLE = SIDE / 2 + 0.5  # of their centres of mass: half a pixel to the right and down
_THINNEST = 1.8  # pixels of that box
_WORKING_SIDE = 400

_ONLY_A_DOT = "There is only a dot in the picture."


def prepare(grey: NDArray[np.uint8], as_drawn: bool = False, *, are_strokes: bool = True) -> NDArray[np.uint8]:
    """Make of a picture what a network knows: bright on dark, and placed as in its data set.

    Parameters
    ----------
    grey : ndarray of uint8, shape (H, W)
        The picture, of any size and brightness.
    as_drawn : bool
        Whether it is only made smaller, which shows why the rest matters.
    are_strokes : bool
        Whether the data set shows strokes, as `DatasetInfo.are_strokes` says. Strokes are fitted into 20 x 20 pixels
        and placed by their centre of mass, as those of MNIST [1]_; thin ones are thickened first. Anything else fills
        28 x 28 by its longer side and keeps its grey values, as in Fashion-MNIST [2]_.

    Returns
    -------
    ndarray of uint8, shape (28, 28)

    Raises
    ------
    EmptyPictureError
        With a sentence, when there is nothing to see, or only a dot.

    References
    ----------
    .. [1] Y. LeCun, C. Cortes, C. Burges, The MNIST database of handwritten digits.
    .. [2] H. Xiao, K. Rasul, R. Vollgraf, Fashion-MNIST, arXiv:1708.07747.
    """
    if grey.size == 0 or grey.min() == grey.max():
        raise EmptyPictureError(NOTHING_TO_SEE)
    if as_drawn:
        return _made_smaller(grey)
    working = np.rint(within(grey.astype(np.float32), _WORKING_SIDE)).astype(np.uint8)
    return _placed_strokes(working) if are_strokes else _placed_thing(working)


def _made_smaller(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Shrink a picture, with paper added to the shorter side."""
    longest = max(grey.shape)
    return _bytes(resized(_amid(grey, longest, longest, paper_level(grey)), SIDE, SIDE))


def _placed_strokes(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    ink = strokes_of(*difference_of_strokes(grey))
    if is_dot(ink):
        raise EmptyPictureError(_ONLY_A_DOT)
    fitted = _fitted(_thick_enough(ink), _STROKES_SIDE)
    return _bytes(255 * _placed(fitted / fitted.max(), _centre_of_mass(fitted)))


def _thick_enough(ink: Values) -> Values:
    """Thicken strokes that would be but a shade: a ballpoint on a large sheet."""
    pixel = max(ink[box_of(ink)].shape) / _STROKES_SIDE
    missing = _THINNEST * pixel - width_of(ink)
    return widened(np.pad(ink, 2 * int(pixel) + 1), round(missing / 2)) if missing >= 2 else ink


def _placed_thing(grey: NDArray[np.uint8]) -> NDArray[np.uint8]:
    fitted = _fitted(thing_of(*difference_of_thing(grey)), SIDE)
    height, width = fitted.shape
    return _bytes(255 * _placed(fitted, (height / 2 + 0.5, width / 2 + 0.5)))


def _fitted(ink: Values, side: int) -> Values:
    """Fit the part that is not empty into a square; paper is added until its sides are whole pixels of that."""
    if not ink.any():  # of what stood out, all was noise
        raise EmptyPictureError(NOTHING_TO_SEE)
    part = ink[box_of(ink)]
    pixel = max(part.shape) / side
    height, width = (math.ceil(round(length / pixel, 3)) for length in part.shape)
    return resized(_amid(part, round(height * pixel), round(width * pixel)), width, height)


def _amid(part: NDArray[np.generic], height: int, width: int, paper: float = 0) -> Values:
    """Put it into the middle of a sheet that has at least this size."""
    missing = [max(0, wanted - length) for wanted, length in zip((height, width), part.shape, strict=True)]
    pad = [(count // 2, count - count // 2) for count in missing]
    return np.pad(part, pad, constant_values=paper).astype(np.float32)


def _centre_of_mass(ink: Values) -> tuple[float, float]:
    rows, columns = ink.sum(axis=1), ink.sum(axis=0)
    down, across = (float((np.arange(len(line)) + 0.5) @ line / line.sum()) for line in (rows, columns))
    return down, across


def _placed(ink: Values, centre: tuple[float, float]) -> Values:
    """Put it into the middle of 28 x 28 pixels by its `centre`, but nothing outside of them."""
    image = np.zeros((SIDE, SIDE), dtype=np.float32)
    height, width = ink.shape
    top, left = (
        min(max(round(_MIDDLE - middle), 0), SIDE - length) for middle, length in zip(centre, ink.shape, strict=True)
    )
    image[top : top + height, left : left + width] = ink
    return image


def _bytes(values: Values) -> NDArray[np.uint8]:
    return np.clip(np.rint(values), 0, 255).astype(np.uint8)
