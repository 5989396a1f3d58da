"""A drawing or a photo becomes an image of 28 x 28 pixels, as the networks know them."""

from nncompare.pictures.errors import EmptyPictureError, PictureError
from nncompare.pictures.framing import WHOLE, Frame, crop
from nncompare.pictures.preparation import prepare
from nncompare.pictures.reading import LARGEST_BYTES, TOO_MANY_BYTES, read

__all__ = [
    "LARGEST_BYTES",
    "TOO_MANY_BYTES",
    "WHOLE",
    "EmptyPictureError",
    "Frame",
    "PictureError",
    "crop",
    "prepare",
    "read",
]
