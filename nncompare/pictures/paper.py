"""What is drawn, apart from what it is drawn on."""

import numpy as np
from numpy.typing import NDArray

from nncompare.pictures.errors import EmptyPictureError
from nncompare.pictures.sampling import Values, narrowed, resized, widened, within

NOTHING_TO_SEE = "There is nothing to see in the picture."
_GRID = 40  # the paper is smooth: so few places in a row tell all of it
_FINE_GRID = 100
_NARROW = 0.4  # of the picture's longer side, and broader than any stroke
_LEAST_DIFFERENCE = 20.0  # grey values
_LEAST_SIGNAL = 5.0  # standard deviations of the noise
_LEAST_PAPER = 0.3  # of a picture, for a better fit than that of the border alone
_ROUNDS = 8


def difference_of_thing(grey: NDArray[np.uint8]) -> tuple[Values, float]:
    """Return by how much each pixel differs from the paper, (H, W): about 0 where it is empty, about 1 where most.

    The paper is a smooth surface, fitted to the picture's border and then to all that does not stand out, so that
    uneven light goes. What lies on it is darker than bright paper, and brighter than a dark one. The second value is
    the standard deviation of the noise, in the same unit.

    Raises
    ------
    EmptyPictureError
        When nothing stands out.
    """
    values, paper = _on_bright_paper(grey)
    return _scaled(paper - values)


def difference_of_strokes(grey: NDArray[np.uint8]) -> tuple[Values, float]:
    """Return the same for strokes, which are narrow: what is dark and broad is a shadow on the paper, and goes.

    Raises
    ------
    EmptyPictureError
        When nothing stands out.
    """
    values, paper = _on_bright_paper(grey)
    flat = (values / np.maximum(paper, 1)).astype(np.float32)
    kept = flat / np.maximum(_without_narrow(flat), 0.01)  # of the light
    try:
        return _scaled((255 * (1 - kept)).astype(np.float32))
    except EmptyPictureError:  # or it is as broad as the picture
        return _scaled(paper - values)


def _on_bright_paper(grey: NDArray[np.uint8]) -> tuple[Values, Values]:
    """Return a picture and its paper, turned over where the paper is dark."""
    values = grey.astype(np.float32)
    paper = _surface(values)
    if _strongest(paper - values) >= _strongest(values - paper):
        return values, paper
    return 255 - values, 255 - paper


def _scaled(difference: Values) -> tuple[Values, float]:
    strength, noise = _strongest(difference), _deviation(difference[_border(*difference.shape)])
    if strength < max(_LEAST_DIFFERENCE, _LEAST_SIGNAL * noise):
        raise EmptyPictureError(NOTHING_TO_SEE)
    return difference / strength, noise / strength


def _without_narrow(values: Values) -> Values:
    """Fill what is dark and narrow with what is around it."""
    small = within(values, _FINE_GRID)
    reach = round(_NARROW * max(small.shape) / 2)
    filled = narrowed(widened(small, reach), reach)
    return resized(filled, *values.shape[::-1])


def paper_level(grey: NDArray[np.uint8]) -> int:
    """Return the usual grey value along the border."""
    return int(np.median(np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])))


def _strongest(difference: Values) -> float:
    """Return the mean of the strongest three in a thousand, as single pixels decide nothing."""
    count = max(1, difference.size // 300)
    return float(np.partition(difference.ravel(), -count)[-count:].mean())


def _surface(values: Values) -> Values:
    height, width = values.shape
    small = resized(values, min(width, _GRID), min(height, _GRID))
    terms, border = _terms(*small.shape), _border(*small.shape)
    surface, scale = _fitted(terms[border], small[border])
    near = np.abs(small - terms @ surface) < 4 * scale
    if near.mean() > _LEAST_PAPER:
        surface, _ = _fitted(terms[near], small[near])
    return (_terms(height, width) @ surface).astype(np.float32)


def _terms(height: int, width: int) -> NDArray[np.float64]:
    """Return the terms of a surface of second order at each pixel, (H, W, 6)."""
    y, x = np.meshgrid(_centred(height), _centred(width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], axis=-1)


def _centred(count: int) -> NDArray[np.float64]:
    return (np.arange(count) + 0.5) / count - 0.5


def _border(height: int, width: int) -> NDArray[np.bool_]:
    chosen = np.ones((height, width), dtype=bool)
    margin = max(1, min(height, width) // 10)
    chosen[margin:-margin, margin:-margin] = False
    return chosen


def _fitted(terms: NDArray[np.float64], values: Values) -> tuple[NDArray[np.float64], float]:
    """Fit a surface by Tukey's weights, for which what is far off does not count; also return the usual deviation."""
    residuals = values - np.median(values)
    for _ in range(_ROUNDS):
        scale = max(1.0, _deviation(residuals))
        root = np.clip(1 - (residuals / (4.7 * scale)) ** 2, 0, None)
        surface = np.linalg.lstsq(terms * root[:, None], values * root, rcond=None)[0]
        residuals = values - terms @ surface
    return surface, scale


def _deviation(residuals: NDArray[np.floating]) -> float:
    """Return the standard deviation, by the median."""
    return 1.48 * float(np.median(np.abs(residuals)))
