"""Files of pictures: what is read of them, and what is said of those that cannot be read."""

import io
import struct
import zlib
from contextlib import suppress

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageOps

from nncompare.pictures import LARGEST_BYTES, PictureError, read

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "GIF")
SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" width="90" height="90"><path d="M0 0h9"/></svg>'


def file_of(image: Image.Image, format: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, format, **options)
    return file.getvalue()


def steps(width: int = 40, height: int = 24) -> Image.Image:
    """Draw a dark left upper quarter on bright grey."""
    pixels = np.full((height, width), 200, dtype=np.uint8)
    pixels[: height // 2, : width // 2] = 40
    return Image.fromarray(pixels)


def empty_png(width: int, height: int) -> bytes:
    """Write the head of a PNG: no pixel follows, whatever its size says."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_read_as_grey(format: str) -> None:
    grey = read(file_of(steps().convert("RGB"), format))
    assert (grey.shape, grey.dtype) == ((24, 40), np.uint8)
    assert np.abs(grey.astype(int) - np.asarray(steps())).mean() < 6


def test_colours_become_their_brightness() -> None:
    image = Image.new("RGB", (10, 10), (255, 0, 0))
    assert read(file_of(image))[0, 0] == 76


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_read(mode: str) -> None:
    image = Image.fromarray(np.asarray(steps()).astype(np.uint16) * 257) if mode == "I;16" else steps().convert(mode)
    grey = read(file_of(image))
    assert grey[2, 2] < 100 < 190 < grey[20, 30]


def test_a_jpeg_for_print_is_read() -> None:
    assert read(file_of(steps().convert("CMYK"), "JPEG"))[2, 2] < 80


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(mode: str) -> None:
    image = Image.new("RGBA", (20, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 10, 20))
    grey = read(file_of(image.convert(mode)))
    assert (grey[5, 5], grey[5, 15]) == (0, 255)


def test_half_transparent_black_is_grey() -> None:
    assert read(file_of(Image.new("RGBA", (10, 10), (0, 0, 0, 128))))[0, 0] == pytest.approx(127, abs=1)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photo_stands_upright(orientation: int) -> None:
    """Pillow's own way is the oracle."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = file_of(steps(), "PNG", exif=exif)
    expected = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(content))))
    np.testing.assert_array_equal(read(content), expected)


def test_of_an_animation_the_first_image_is_read() -> None:
    first, second = Image.new("L", (20, 20), 10), Image.new("L", (20, 20), 250)
    for format in ("GIF", "WEBP", "PNG"):
        content = file_of(first, format, save_all=True, append_images=[second])
        assert read(content).max() < 30


@pytest.mark.parametrize("format", ["PNG", "JPEG"])
def test_a_large_picture_is_made_smaller(format: str) -> None:
    grey = read(file_of(steps(5_000, 3_000).convert("RGB"), format))
    assert max(grey.shape) <= 1_600
    assert grey.shape[1] / grey.shape[0] == pytest.approx(5 / 3, rel=0.01)
    assert (grey[10, 10], grey[-10, -10]) == (40, 200)


def test_strips_fit_together() -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (1_900, 1_700), dtype=np.uint8)
    expected = Image.fromarray(pixels).convert("RGB").convert("L").reduce(2)
    np.testing.assert_array_equal(read(file_of(Image.fromarray(pixels).convert("RGB"), "BMP")), np.asarray(expected))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "not a picture"),
        (b"This is a text.", "not a picture"),
        (SVG, "not a picture"),
        (file_of(steps(), "TIFF"), "not a picture"),
        (b"\x89PNG\r\n\x1a\n", "not a picture"),
        (file_of(Image.new("L", (1, 1))), "at least 8 x 8"),
        (file_of(Image.new("L", (4_000, 8))), "at least 8 x 8"),
        (empty_png(20_000, 20_000), "at most 40 million"),
        (empty_png(10_000, 10_000), "at most 40 million"),
        (empty_png(6_400, 6_400), "at most 40 million"),
        (empty_png(100, 100), "damaged or incomplete"),
        (file_of(steps(400, 300), "JPEG")[:1_000], "damaged or incomplete"),
        (bytes(LARGEST_BYTES + 1), "at most 10 MB"),
    ],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_what_cannot_be_read_gets_a_sentence(content: bytes, words: str) -> None:
    before = Image.MAX_IMAGE_PIXELS
    with pytest.raises(PictureError, match=words) as caught:
        read(content)
    assert str(caught.value).endswith(".")
    assert before == Image.MAX_IMAGE_PIXELS


@pytest.mark.parametrize("format", FORMATS)
@given(data=st.data())
def test_any_damage_gives_a_picture_or_a_sentence(format: str, data: st.DataObject) -> None:
    content = bytearray(file_of(steps(64, 48).convert("RGB"), format))
    for place in data.draw(st.lists(st.integers(0, len(content) - 1), max_size=5)):
        content[place] = data.draw(st.integers(0, 255))
    end = data.draw(st.integers(0, len(content)))
    with suppress(PictureError):
        assert read(bytes(content[:end])).ndim == 2
