"""Digits that look a little like handwriting: printed ones, bent, thickened, thinned and blurred."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.data.distance_field import signed_distance
from nncompare.data.idx import SIDE
from nncompare.data.warping import BANK_SIDE, OVERSAMPLING, Wobble, gather, random_lookups, random_relief

_FONTS = (
    "DejaVuSans",
    "DejaVuSans-Bold",
    "DejaVuSans-Oblique",
    "DejaVuSans-BoldOblique",
    "DejaVuSansMono",
    "DejaVuSansMono-Bold",
    "DejaVuSansMono-Oblique",
    "DejaVuSansMono-BoldOblique",
    "DejaVuSerif",
    "DejaVuSerif-Bold",
    "DejaVuSerif-Italic",
    "DejaVuSerif-BoldItalic",
    "STIXGeneral",
    "STIXGeneralBol",
    "STIXGeneralItalic",
    "STIXGeneralBolIta",
    "cmr10",
    "cmb10",
    "cmss10",
    "cmtt10",
    "cmti10",
)
_WOBBLE = Wobble(degrees=20, shear=0.3, zoom=(0.75, 1.0), stretch=(0.75, 1.15), shift_pixels=1.2, bend_pixels=0.95)
_GLYPH_SIDE = 20
"""Longer side of a digit, in small pixels; MNIST has the same."""


def draw_digits(labels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one digit for each label, white on black.

    Parameters
    ----------
    labels : ndarray of uint8, (B,)
        Digits 0 to 9.
    rng : Generator
        Source of all that varies.

    Returns
    -------
    ndarray of uint8, (B, 28, 28)
    """
    count = len(labels)
    chosen = rng.integers(len(_FONTS), size=count) * 10 + labels
    lookups = random_lookups(rng, count, _WOBBLE)
    distance = gather(_glyph_bank(), chosen, lookups) / np.float32(8 * OVERSAMPLING)
    thicker = rng.uniform(-0.15, np.maximum(0.15, 1.6 - _half_widths()[chosen]))
    sharpness = rng.uniform(0.45, 1.2, count)
    pressure = random_relief(rng, count) * _each(rng.uniform(0, 0.5, count))  # small pixels
    ink = np.clip(0.5 + (distance + pressure + _each(thicker)) * _each(sharpness), 0, 1)
    return _grainy(ink * _each(rng.uniform(0.8, 1, count)), rng)


def _grainy(ink: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    # Grain on the ink only: the background of MNIST is black.
    grain = rng.standard_normal(ink.shape, dtype=np.float32) * _each(rng.uniform(0, 0.08, len(ink)))
    return np.clip(255 * ink * (1 + grain), 0, 255).astype(np.uint8)


def _each(values: NDArray[np.float64]) -> NDArray[np.float32]:
    return values.astype(np.float32)[:, None, None]


@cache
def _half_widths() -> NDArray[np.float64]:
    return _glyph_bank().max(axis=(1, 2)) / (8 * OVERSAMPLING)


@cache
def _glyph_bank() -> NDArray[np.int8]:
    """Draw every digit in every font: (fonts * 10, S, S) distances."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    glyphs = [_glyph(folder / f"{font}.ttf", digit) for font in _FONTS for digit in "0123456789"]
    return signed_distance(np.stack(glyphs))


def _glyph(font_file: Path, digit: str) -> NDArray[np.bool_]:
    from PIL import Image, ImageDraw, ImageFont

    font = ImageFont.truetype(str(font_file), 4 * SIDE * OVERSAMPLING // 3)
    left, top, right, bottom = font.getbbox(digit)
    page = Image.new("L", (int(right - left), int(bottom - top)))
    ImageDraw.Draw(page).text((-left, -top), digit, fill=255, font=font)
    scale = _GLYPH_SIDE * OVERSAMPLING / max(page.size)
    page = page.resize(
        (max(1, round(page.width * scale)), max(1, round(page.height * scale))), Image.Resampling.LANCZOS
    )
    square = Image.new("L", (BANK_SIDE, BANK_SIDE))
    square.paste(page, ((BANK_SIDE - page.width) // 2, (BANK_SIDE - page.height) // 2))
    return np.asarray(square) > 127
