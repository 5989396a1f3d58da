"""Files of pictures, read as grey values. Whatever the file holds: an array or a sentence comes of it."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError, WebPImagePlugin

from nncompare.pictures.errors import PictureError

LARGEST_BYTES = 10_000_000
LARGEST_PIXELS = 40_000_000
SMALLEST_SIDE = 8
LONGEST_SIDE = 1_600
"""Of what is returned, in pixels: far more than a network sees, so that a small part of it can be chosen, too."""

# Pillow knows the others from the start; asked for one that it does not know, it would load all that it has.
_FORMATS = ("PNG", "JPEG", "BMP", "GIF", WebPImagePlugin.WebPImageFile.format)
_NOT_ONE = "This is not a picture in PNG, JPEG, WebP, BMP or GIF."
TOO_MANY_BYTES = f"Pictures may have at most {LARGEST_BYTES // 10**6} MB."
_TOO_MANY_PIXELS = f"Pictures may have at most {LARGEST_PIXELS // 10**6} million pixels."
_TOO_SMALL = f"The picture is too small: it needs at least {SMALLEST_SIDE} x {SMALLEST_SIDE} pixels."
_DAMAGED = "The picture is damaged or incomplete."
_ORIENTATION = 0x0112
# What cameras note in EXIF, and what sets it upright.
_UPRIGHT = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read(content: bytes) -> NDArray[np.uint8]:
    """Read a file of a picture: PNG, JPEG, WebP, BMP, or the first image of a GIF.

    Parameters
    ----------
    content : bytes
        The file, of at most 10 MB and 40 million pixels.

    Returns
    -------
    ndarray of uint8, shape (H, W)
        Grey values as they are seen: upright by the EXIF data, colours by their brightness, and white where the picture
        is transparent. A side has at most 1,600 pixels: a larger picture is made smaller by a whole factor.

    Raises
    ------
    PictureError
        With a sentence for the user, when it cannot be read or is too large or too small.
    """
    if len(content) > LARGEST_BYTES:
        raise PictureError(TOO_MANY_BYTES)
    try:
        with Image.open(io.BytesIO(content), formats=_FORMATS) as image:
            _check_size(*image.size)
            return _upright_grey(image)
    except PictureError:
        raise
    except UnidentifiedImageError:
        raise PictureError(_NOT_ONE) from None
    except (Image.DecompressionBombError, Image.DecompressionBombWarning, MemoryError):
        raise PictureError(_TOO_MANY_PIXELS) from None
    except Exception:  # what is damaged may fail anywhere in a decoder
        raise PictureError(_DAMAGED) from None


def _check_size(width: int, height: int) -> None:
    if width * height > LARGEST_PIXELS:
        raise PictureError(_TOO_MANY_PIXELS)
    if min(width, height) < SMALLEST_SIDE:
        raise PictureError(_TOO_SMALL)


def _upright_grey(image: Image.Image) -> NDArray[np.uint8]:
    orientation = image.getexif().get(_ORIENTATION, 1)
    grey = _grey(image)
    turn = _UPRIGHT.get(orientation)
    return np.array(grey if turn is None else grey.transpose(turn), dtype=np.uint8)


def _grey(image: Image.Image) -> Image.Image:
    """Convert strip by strip: of a large picture there is only one copy as large as itself."""
    _draft(image)
    width, height = image.size
    factor = -(-max(image.size) // LONGEST_SIDE)
    rows = factor * max(1, 1_000_000 // (width * factor))
    made = Image.new("L", (-(-width // factor), -(-height // factor)))
    for top in range(0, height, rows):
        strip = _over_white(image.crop((0, top, width, min(top + rows, height))))
        made.paste(strip.reduce(factor), (0, top // factor))
    if min(made.size) < SMALLEST_SIDE:
        raise PictureError(_TOO_SMALL)
    return made


def _draft(image: Image.Image) -> None:
    """Let a JPEG be decoded at a half, a quarter or an eighth of its size, where that is enough."""
    share = min(1.0, LONGEST_SIDE / max(image.size))
    image.draft("L", (max(1, int(image.width * share)), max(1, int(image.height * share))))


def _over_white(strip: Image.Image) -> Image.Image:
    if strip.mode.startswith(("I", "F")):
        return Image.fromarray(_eight_bits(np.asarray(strip)))
    if not strip.has_transparency_data:
        return strip.convert("L")
    coloured = strip.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", strip.size, "white"), coloured).convert("L")


def _eight_bits(values: NDArray[np.number]) -> NDArray[np.uint8]:
    return np.clip(values / 257, 0, 255).astype(np.uint8)
