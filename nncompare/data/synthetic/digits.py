"""Digits that look a little like handwriting: printed ones, bent, thickened, thinned and blurred."""

from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nncompare.data.synthetic.distance_field import STEPS, signed_distance
from nncompare.data.synthetic.warping import (
    BANK_SIDE,
    OVERSAMPLING,
    SIDE,
    Wobble,
    gather,
    per_image,
    random_lookups,
    random_relief,
)

_FONTS = (
    *(f"DejaVuSans{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSansMono{style}" for style in ("", "-Bold", "-Oblique", "-BoldOblique")),
    *(f"DejaVuSerif{style}" for style in ("", "-Bold", "-Italic", "-BoldItalic")),
    *(f"STIXGeneral{style}" for style in ("", "Bol", "Italic", "BolIta")),
    *(f"cm{style}10" for style in ("r", "b", "ss", "tt", "ti")),
)
_WOBBLE = Wobble(degrees=20, shear=0.3, zoom=(0.75, 1.0), stretch=(0.75, 1.15), shift_pixels=1.2, bend_pixels=0.95)
_GLYPH_SIDE = 20
"""Longer side of a digit, in small pixels; MNIST has the same."""


def draw_digits(labels: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Draw one digit for each label, (B,) uint8 from 0 to 9: white on black, (B, 28, 28) uint8."""
    count = len(labels)
    chosen = rng.integers(len(_FONTS), size=count) * 10 + labels
    lookups = random_lookups(rng, count, _WOBBLE)
    distance = gather(_glyph_bank(), chosen, lookups) / np.float32(STEPS * OVERSAMPLING)
    thicker = rng.uniform(-0.15, np.maximum(0.15, 1.6 - _half_widths()[chosen]))
    sharpness = rng.uniform(0.45, 1.2, count)
    pressure = random_relief(rng, count) * per_image(rng.uniform(0, 0.5, count))  # small pixels
    ink = np.clip(0.5 + (distance + pressure + per_image(thicker)) * per_image(sharpness), 0, 1)
    return _grainy(ink * per_image(rng.uniform(0.8, 1, count)), rng)


def _grainy(ink: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.uint8]:
    # Grain on the ink only: the background of MNIST is black.
    grain = rng.standard_normal(ink.shape, dtype=np.float32) * per_image(rng.uniform(0, 0.08, len(ink)))
    return np.clip(255 * ink * (1 + grain), 0, 255).astype(np.uint8)


@cache
def _half_widths() -> NDArray[np.float64]:
    return _glyph_bank().max(axis=(1, 2)) / (STEPS * OVERSAMPLING)


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
    width, height = (max(1, round(side * scale)) for side in page.size)
    page = page.resize((width, height), Image.Resampling.LANCZOS)
    square = Image.new("L", (BANK_SIDE, BANK_SIDE))
    square.paste(page, ((BANK_SIDE - width) // 2, (BANK_SIDE - height) // 2))
    return np.asarray(square) > 127


BANKS = (_glyph_bank, _half_widths)
"""What is kept between two drawings."""
