"""Pictures of what happens inside a network, against the arrays themselves."""

import io
import re

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from nncompare.figures.palette import MODELS
from nncompare.figures.sprites import (
    AGAINST,
    FOR,
    Scales,
    Sheet,
    filters_sprite,
    grey,
    maps_sprite,
    overlay,
    sheets_of,
    signed,
)
from nncompare.inspection import Inside
from nncompare.ui.clickable import STATIC

LARGEST_BYTES = 100_000
SIDES = (14, 7, 3)
# What people see to whom long, middle or short waves are missing: Machado, Oliveira and Fernandes (2009), severity 1.
VISION = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
    "usual": np.eye(3),
}


def maps_of(channels: int, seed: int = 0) -> list[NDArray[np.float32]]:
    """Make maps that no compression makes smaller."""
    random = np.random.default_rng(seed)
    return [
        random.random((many * channels, side, side), np.float32) for many, side in zip((1, 2, 4), SIDES, strict=True)
    ]


def pixels(png: bytes) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(png)))


def cut(sprite: NDArray[np.uint8], sheet: Sheet, channel: int) -> NDArray[np.uint8]:
    row, column = divmod(channel, sheet.columns)
    top, left = sheet.top + row * sheet.side, column * sheet.side
    return sprite[top : top + sheet.side, left : left + sheet.side]


@pytest.mark.parametrize("channels", [1, 2, 8, 17, 128, 256])
def test_a_sprite_has_every_map_where_its_sheet_says_and_is_small(channels):
    maps, whites = maps_of(channels), (1.0, 0.5, 2.0)
    png = maps_sprite(maps, whites)
    assert len(png) < LARGEST_BYTES
    sprite, sheets = pixels(png), sheets_of(maps)
    assert sprite.dtype == np.uint8
    assert sprite.shape == (sheets[-1].bottom, max(sheet.columns * sheet.side for sheet in sheets))
    for block, white, sheet in zip(maps, whites, sheets, strict=True):
        assert sheet.count == len(block)
        for channel, values in enumerate(block):
            expected = np.minimum(np.rint(255 * (values.astype(float) / white)), 255)
            np.testing.assert_array_equal(cut(sprite, sheet, channel), expected)


@pytest.mark.parametrize("channels", [1, 8, 100, 256])
def test_filters_are_yellow_where_they_add_and_violet_where_they_take_away(channels):
    filters = np.random.default_rng(1).uniform(-1, 1, (channels, 3, 3)).astype(np.float32)
    png = filters_sprite(filters, 1.0)
    sprite, sheet = pixels(png), Sheet.of(filters)
    assert len(png) < LARGEST_BYTES
    for channel, values in enumerate(filters):
        colour = np.where(values[..., None] > 0, FOR, AGAINST)
        expected = np.rint(colour * np.abs(values.astype(float))[..., None])
        np.testing.assert_array_equal(cut(sprite, sheet, channel), expected)


def test_an_overlay_is_the_darkened_image_under_colours_that_hide_it_where_they_are_strong():
    image = np.array([[200, 200, 200], [0, 100, 255]], np.uint8)
    values = np.array([[0, 2, -2], [0, 1, -8]], np.float32)
    mixed = np.rint(np.array(FOR) / 2 + 25)
    expected = [[[100] * 3, FOR, AGAINST], [[0] * 3, mixed, AGAINST]]
    np.testing.assert_array_equal(overlay(image, values, 2.0), np.array(expected))


def test_where_everything_is_zero_there_is_no_scale_and_all_is_black():
    zeros = np.zeros((2, 14, 14), np.float32)
    scales = Scales.of([Inside((zeros,) * 3, zeros[:, :3, :3], zeros[0], zeros[0], 0)])
    assert scales == Scales(0, 0, 0, 0)
    assert not grey(zeros, 0.0).any()
    assert not signed(zeros, 0.0).any()
    assert not pixels(maps_sprite([zeros], [0.0])).any()


def test_both_networks_have_one_scale_where_numbers_can_be_compared_and_their_own_where_not():
    a, b = (
        Inside(tuple(maps_of(2, seed)), np.full((2, 3, 3), -seed, np.float32), np.ones((28, 28), np.float32) * seed,
               np.full((28, 28), -seed / 10, np.float32), 0)
        for seed in (1, 2)
    )  # fmt: skip
    scales = Scales.of([a, b])
    assert (scales.filters, scales.gradient) == (2, 2)
    assert scales.occlusion == pytest.approx(0.2)
    assert scales.whites(a)[0] == scales.whites(b)[0] == max(a.maps[0].max(), b.maps[0].max())
    assert scales.whites(a)[1:] == [float(block.max()) for block in a.maps[1:]]


@pytest.mark.parametrize("vision", VISION)
def test_nobody_takes_one_colour_for_the_other_or_for_that_of_a_model(vision):
    models = [tuple(bytes.fromhex(colour[1:])) for colour in MODELS.values()]
    pairs = [(FOR, AGAINST), *((own, model) for own in (FOR, AGAINST) for model in models)]
    assert all(_distance(*pair, vision) > 20 for pair in pairs)
    assert _distance(FOR, AGAINST, vision) > 40


def test_the_key_on_the_page_has_the_colours_of_the_pictures():
    text = (STATIC / "inside.css").read_text("utf-8")
    found = dict(re.findall(r"--nnc-inside-(plus|minus): #([0-9a-f]{6})", text))
    assert {name: tuple(bytes.fromhex(colour)) for name, colour in found.items()} == {"plus": FOR, "minus": AGAINST}


def _distance(one: tuple[int, ...], other: tuple[int, ...], vision: str) -> float:
    """Return the difference of two colours in CIELAB (1976), for somebody with this vision; 2.3 can just be seen."""
    return float(np.linalg.norm(_lab(one, vision) - _lab(other, vision)))


def _lab(colour: tuple[int, ...], vision: str) -> NDArray[np.float64]:
    share = np.array(colour) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])
    seen = np.clip(np.array(VISION[vision]) @ linear, 0, 1)
    x, y, z = np.cbrt(to_xyz @ seen / to_xyz.sum(axis=1))
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
