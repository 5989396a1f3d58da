"""Disturbances against scipy and Pillow, and what a user expects of a slider."""

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from PIL import Image, ImageEnhance
from scipy import ndimage

from nncompare.disturbances import DISTURBANCES, Disturbance, DisturbanceName
from nncompare.training.disturbances import disturbed

Images = NDArray[np.uint8]
RNG = np.random.default_rng(7)
PICTURES = RNG.integers(0, 256, (5, 28, 28), dtype=np.uint8)
BLACK = {"mode": "grid-constant", "order": 1}
MIDDLE = 13.5


def changed(name: DisturbanceName, strength: float, images: Images = PICTURES, seed: int = 0) -> Images:
    return disturbed(images, Disturbance(name, strength, seed))


def assert_close(found: Images, expected: NDArray[np.floating]) -> None:
    """Within what rounding to a byte may do."""
    assert found.dtype == np.uint8
    np.testing.assert_allclose(found.astype(float), np.clip(expected, 0, 255), atol=0.6)


def each(images: Images, work) -> NDArray[np.floating]:
    return np.stack([work(image.astype(float)) for image in images])


def dot(row: int, column: int) -> Images:
    image = np.zeros((1, 28, 28), np.uint8)
    image[0, row, column] = 255
    return image


def brightest(images: Images) -> tuple[int, int]:
    row, column = np.unravel_index(images[0].argmax(), images[0].shape)
    return int(row), int(column)


@pytest.mark.parametrize("name", DISTURBANCES)
def test_a_neutral_strength_returns_the_very_images(name: DisturbanceName) -> None:
    assert changed(name, DISTURBANCES[name].neutral) is PICTURES
    assert disturbed(PICTURES, None) is PICTURES


@pytest.mark.parametrize("name", DISTURBANCES)
def test_every_strength_gives_bytes_of_the_same_shape_and_leaves_random_numbers_alone(name: DisturbanceName) -> None:
    before, given = torch.get_rng_state(), PICTURES.copy()
    info = DISTURBANCES[name]
    for strength in (*info.strengths, info.lowest, info.highest):
        found = changed(name, strength)
        assert (found.dtype, found.shape) == (np.uint8, PICTURES.shape)
    assert torch.equal(torch.get_rng_state(), before)
    assert np.array_equal(PICTURES, given)


def test_positive_degrees_turn_clockwise_and_a_positive_shift_moves_right() -> None:
    assert brightest(changed("rotate", 90, dot(3, 14))) == (14, 24), "from the top to the right"
    assert brightest(changed("rotate", -90, dot(3, 14))) == (13, 3)
    assert brightest(changed("shift", 4, dot(3, 14))) == (3, 18)
    assert brightest(changed("shift", -4, dot(3, 14))) == (3, 10)
    assert not changed("shift", 10, dot(3, 20)).any(), "what leaves the image does not come back"


@pytest.mark.parametrize("degrees", [-90, -33, 10, 45, 90])
def test_rotations_are_those_of_scipy(degrees: float) -> None:
    expected = each(PICTURES, lambda image: ndimage.rotate(image, -degrees, reshape=False, **BLACK))
    assert_close(changed("rotate", degrees), expected)


@pytest.mark.parametrize("pixels", [-10, -0.5, 1, 3.25])
def test_shifts_are_those_of_scipy(pixels: float) -> None:
    assert_close(changed("shift", pixels), each(PICTURES, lambda image: ndimage.shift(image, (0, pixels), **BLACK)))


@pytest.mark.parametrize("percent", [40, 75, 130, 160])
def test_scales_are_those_of_scipy(percent: float) -> None:
    ratio = 100 / percent

    def scaled(image):
        smooth = ndimage.gaussian_filter(image, np.sqrt(ratio**2 - 1) / 2, mode="constant") if ratio > 1 else image
        return ndimage.affine_transform(smooth, [ratio, ratio], MIDDLE * (1 - ratio), **BLACK)

    assert_close(changed("scale", percent), each(PICTURES, scaled))


def test_a_smaller_scale_makes_the_drawing_smaller() -> None:
    square = np.zeros((1, 28, 28), np.uint8)
    square[0, 4:24, 4:24] = 255
    for percent in (50, 150):
        bright = (changed("scale", percent, square)[0] > 127).sum()
        assert bright == pytest.approx((0.2 * percent) ** 2 if percent < 100 else 784, rel=0.1)


@pytest.mark.parametrize(("width", "radius"), [(2, 1), (-2, -1)])
def test_strokes_grow_and_shrink_as_scipy_says(width: float, radius: int) -> None:
    size = (2 * abs(radius) + 1,) * 2
    work = ndimage.grey_dilation if radius > 0 else ndimage.grey_erosion
    assert_close(changed("thickness", width), each(PICTURES, lambda image: work(image, size=size)))


def test_a_fraction_of_a_pixel_lies_between_two_whole_ones() -> None:
    one, three = (each(PICTURES, lambda image, n=n: ndimage.grey_dilation(image, size=(n, n))) for n in (1, 3))
    assert_close(changed("thickness", 0.5), 0.75 * one + 0.25 * three)
    five = each(PICTURES, lambda image: ndimage.grey_dilation(image, size=(5, 5)))
    assert_close(changed("thickness", 3), 0.5 * three + 0.5 * five)
    stroke = np.zeros((1, 28, 28), np.uint8)
    stroke[0, :, 12:15] = 255
    for width in (-2, -1, 0.25, 1, 3):
        light = changed("thickness", width, stroke)[0, 14].sum() / 255
        assert light == pytest.approx(3 + width, abs=0.01), "a stroke of three pixels is so many pixels wider"


@pytest.mark.parametrize("deviation", [0.25, 1, 2.5, 4])
def test_blurs_are_those_of_scipy(deviation: float) -> None:
    expected = each(PICTURES, lambda image: ndimage.gaussian_filter(image, deviation, mode="constant"))
    assert_close(changed("blur", deviation), expected)


@pytest.mark.parametrize("percent", [5, 40, 80])
def test_contrast_is_that_of_pillow(percent: float) -> None:
    found = changed("contrast", percent)
    for image, mine in zip(PICTURES, found, strict=True):
        theirs = np.asarray(ImageEnhance.Contrast(Image.fromarray(image)).enhance(percent / 100))
        assert np.abs(mine.astype(int) - theirs).max() <= 1, "it takes the mean as a whole number"


def test_noise_has_the_deviation_of_its_name() -> None:
    grey = np.full((50, 28, 28), 128, np.uint8)
    noise = changed("noise", 10, grey).astype(float) - 128
    assert noise.mean() == pytest.approx(0, abs=0.5)
    assert noise.std() == pytest.approx(25.5, rel=0.02)
    assert not np.array_equal(noise[0], noise[1])
    assert np.array_equal(changed("noise", 10, grey[:3]), changed("noise", 10, grey)[:3])
    assert not np.array_equal(changed("noise", 10, grey, seed=1), changed("noise", 10, grey))
    more = changed("noise", 20, grey).astype(float) - 128
    np.testing.assert_allclose(more, np.clip(2 * noise, -128, 127), atol=1.6, err_msg="more of the same")


def test_a_square_hides_as_many_pixels_as_it_has_and_lies_elsewhere_in_each_image() -> None:
    white = np.full((40, 28, 28), 255, np.uint8)
    places = set()
    for side in (1, 4, 20):
        for image in changed("occlude", side, white):
            rows, columns = np.nonzero(image == 0)
            assert len(rows) == side**2
            assert np.ptp(rows) == np.ptp(columns) == side - 1
            places.add((side, rows[0], columns[0]))
    assert len({place for place in places if place[0] == 4}) > 30
    assert np.array_equal(changed("occlude", 4, white[:2]), changed("occlude", 4, white)[:2])
    assert not np.array_equal(changed("occlude", 4, white, seed=1), changed("occlude", 4, white))
