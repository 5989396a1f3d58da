"""Pictures as the networks see them: against what MNIST's and Fashion-MNIST's own images are, and against scipy."""

import io
from contextlib import suppress

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy.ndimage import center_of_mass, grey_dilation, grey_erosion, label
from sheets import accuracy, photo_of, sheet_of

from nncompare.architectures import DEFAULT
from nncompare.data import ImageData, load
from nncompare.pictures import WHOLE, EmptyPictureError, Frame, crop, prepare, read
from nncompare.pictures.parts import large_parts
from nncompare.pictures.sampling import narrowed, widened
from nncompare.training.backends import build_model

SEVEN = [(60, 60), (200, 60), (110, 230)]


def drawn(points: list[tuple[int, int]], width: int = 20, side: int = 280, ink: int = 0, paper: int = 255) -> NDArray:
    image = Image.new("L", (side, side), paper)
    ImageDraw.Draw(image).line(points, fill=ink, width=width, joint="curve")
    return np.array(image)


def digits() -> list[NDArray]:
    """Draw digits as the data sets have them: bright, in 28 x 28 pixels."""
    four = [(170, 60), (90, 170), (210, 170), (180, 120), (160, 230)]
    two = [(80, 90), (140, 50), (190, 100), (80, 220), (200, 220)]
    return [255 - np.asarray(Image.fromarray(drawn(points)).reduce(10)) for points in (SEVEN, four, two)]


def likeness(one: NDArray, other: NDArray) -> float:
    """Correlate two images, of which one may stand a pixel away from the other."""
    moved = [np.roll(one, (down, across), (0, 1)) for down in (-1, 0, 1) for across in (-1, 0, 1)]
    return max(float(np.corrcoef(image.ravel(), other.ravel())[0, 1]) for image in moved)


@pytest.mark.parametrize("scale", [0.4, 1, 3])
def test_strokes_are_fitted_into_20_pixels_and_placed_by_their_centre_of_mass(scale: float) -> None:
    side = int(280 * scale)
    points = [(int(x * scale), int(y * scale)) for x, y in SEVEN]
    prepared = prepare(drawn(points, int(20 * scale), side))
    assert (prepared.shape, prepared.dtype, prepared.max()) == ((28, 28), np.uint8, 255)
    rows, columns = np.nonzero(prepared)
    assert np.ptp(rows) + 1 == 20
    assert np.ptp(columns) + 1 < 20
    assert center_of_mass(prepared) == pytest.approx((14, 14), abs=0.51)
    assert len(np.unique(prepared)) > 10, "its edges are shades"


def test_place_and_brightness_do_not_matter() -> None:
    usual = prepare(drawn(SEVEN))
    moved = prepare(drawn([(x + 40, y + 30) for x, y in SEVEN]))
    chalk = prepare(drawn(SEVEN, ink=230, paper=30))
    pencil = prepare(drawn(SEVEN, ink=150, paper=230))
    for other in (moved, chalk, pencil):
        assert likeness(usual, other) > 0.99


def test_a_thin_stroke_survives() -> None:
    thin, thick = (prepare(drawn([(3 * x, 3 * y) for x, y in SEVEN], width, 840)) for width in (4, 60))
    assert likeness(thin, thick) > 0.7
    assert thin.max() == 255


def test_a_stroke_to_the_very_edge_is_kept() -> None:
    prepared = prepare(drawn([(0, 10), (279, 10), (100, 279)]))
    rows, _ = np.nonzero(prepared)
    assert np.ptp(rows) + 1 == 20


def test_specks_beside_it_do_not_matter() -> None:
    speckled = drawn(SEVEN)
    speckled[265:268, 265:268] = 0
    assert likeness(prepare(drawn(SEVEN)), prepare(speckled)) > 0.99


@pytest.mark.parametrize(("lines", "shadow"), [(0, 0), (0, 0.3), (0.15, 0.3), (0.3, 0.3), (0.45, 0)])
def test_a_photo_on_squared_paper_is_as_the_digit_was(lines: float, shadow: float) -> None:
    rng = np.random.default_rng(0)
    for image in digits():
        file = io.BytesIO()
        photo_of(image, rng, lines=lines, shadow=shadow).save(file, "JPEG", quality=80)
        assert likeness(prepare(read(file.getvalue())), prepare(image)) > 0.85


def test_what_is_broader_than_a_stroke_is_kept_where_there_is_nothing_else() -> None:
    sheet = np.full((280, 280), 255, dtype=np.uint8)
    sheet[60:220, 70:230] = 0
    assert prepare(sheet)[14, 14] == 255


def test_as_drawn_is_only_made_smaller() -> None:
    wide = np.full((140, 280), 255, dtype=np.uint8)
    wide[:, :140] = 0
    prepared = prepare(wide, as_drawn=True)
    expected = np.full((28, 28), 255, dtype=np.uint8)
    expected[7:21, :14] = 0
    np.testing.assert_array_equal(prepared[7:21], expected[7:21])


def test_a_thing_fills_the_image_and_keeps_its_grey_values() -> None:
    sheet = np.full((300, 400), 240, dtype=np.uint8)
    sheet[50:250, 100:200], sheet[50:150, 100:200] = 40, 140
    prepared = prepare(sheet, are_strokes=False)
    rows, columns = np.nonzero(prepared)
    assert (np.ptp(rows) + 1, np.ptp(columns) + 1) == (28, 14)
    assert (columns.min(), prepared[20, 14]) == (7, 255)
    assert int(prepared[5, 14]) == pytest.approx(127, abs=2)


EMPTY = {
    "white": np.full((280, 280), 255, dtype=np.uint8),
    "black": np.zeros((280, 280), dtype=np.uint8),
    "one pixel": np.zeros((1, 1), dtype=np.uint8),
    "no pixel": np.zeros((0, 5), dtype=np.uint8),
    "specks": np.tile(np.pad(np.zeros((1, 1), dtype=np.uint8), (8, 7), constant_values=255), (25, 25)),
    "a speck": np.pad(np.zeros((1, 1), dtype=np.uint8), 200, constant_values=255),
    "noise": np.random.default_rng(0).normal(200, 8, (300, 300)).astype(np.uint8),
    "light": np.tile(np.linspace(80, 220, 280), (280, 1)).astype(np.uint8),
}


@pytest.mark.parametrize("name", EMPTY)
@pytest.mark.parametrize("are_strokes", [True, False])
def test_of_an_empty_picture_it_is_said_so(name: str, are_strokes: bool) -> None:
    with pytest.raises(EmptyPictureError, match="nothing to see"):
        prepare(EMPTY[name], are_strokes=are_strokes)


def test_one_dot_is_no_digit() -> None:
    image = Image.new("L", (280, 280), 255)
    ImageDraw.Draw(image).ellipse((100, 80, 120, 100), fill=0)
    with pytest.raises(EmptyPictureError, match="only a dot"):
        prepare(np.array(image))
    assert prepare(drawn([(140, 100), (140, 150)])).max() == 255, "a short stroke is one"


@given(arrays(np.uint8, st.tuples(st.integers(1, 40), st.integers(1, 40))), st.booleans(), st.booleans())
def test_any_picture_is_prepared_or_said_to_be_empty(grey: NDArray, as_drawn: bool, are_strokes: bool) -> None:
    with suppress(EmptyPictureError):
        prepared = prepare(grey, as_drawn, are_strokes=are_strokes)
        assert (prepared.shape, prepared.dtype) == ((28, 28), np.uint8)


@given(arrays(np.float32, (9, 13), elements=st.floats(0, 1, width=32)), st.integers(0, 3))
def test_widening_and_narrowing_against_scipy(values: NDArray, pixels: int) -> None:
    size = (2 * pixels + 1,) * 2
    np.testing.assert_array_equal(widened(values, pixels), grey_dilation(values, size, mode="nearest"))
    np.testing.assert_array_equal(narrowed(values, pixels), grey_erosion(values, size, mode="nearest"))


@given(arrays(np.bool_, (16, 16)))
def test_small_parts_are_left_out_as_scipy_finds_them(mask: NDArray) -> None:
    ink = mask.astype(np.float32)
    numbers, _ = label(mask, np.ones((3, 3)))
    sizes = np.bincount(numbers.ravel(), ink.ravel())
    large = (sizes >= sizes.max() / 25) & (np.arange(len(sizes)) > 0) & (sizes > 0)
    expected = grey_dilation(large[numbers].astype(np.float32), (3, 3), mode="nearest")
    np.testing.assert_array_equal(large_parts(ink), expected)


def test_a_frame_takes_a_part() -> None:
    grey = np.arange(200, dtype=np.uint8).reshape(10, 20)
    np.testing.assert_array_equal(crop(grey, WHOLE), grey)
    np.testing.assert_array_equal(crop(grey, Frame(0.5, 0, 1, 1)), grey[:, 10:])
    assert crop(grey, Frame(0.99, 0.99, 1, 1)).shape == (8, 8)


@given(*(st.floats(0, 1) for _ in range(4)), st.integers(1, 50), st.integers(1, 50))
def test_any_frame_holds_something(
    left: float, top: float, right: float, bottom: float, width: int, height: int
) -> None:
    try:
        frame = Frame(left, top, right, bottom)
    except ValueError:
        assert left >= right or top >= bottom
    else:
        assert crop(np.zeros((height, width), dtype=np.uint8), frame).size > 0


@pytest.mark.parametrize("sides", [(0.5, 0, 0.5, 1), (-0.1, 0, 1, 1), (0, 0, 1, 1.1), (0, float("nan"), 1, 1)])
def test_a_frame_lies_inside(sides: tuple[float, float, float, float]) -> None:
    with pytest.raises(ValueError, match="inside"):
        Frame(*sides)


@pytest.fixture
def mnist(real_data: object, monkeypatch: pytest.MonkeyPatch) -> ImageData:
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(real_data))
    return load("mnist")


def trained(data: ImageData) -> torch.nn.Module:
    """Train a small network on a fifth of MNIST, by plain PyTorch."""
    model = build_model(DEFAULT, channels=8, dropout=0.0, seed=0).train()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.003)
    images = (torch.from_numpy(np.array(data.train_images[:12_000])) / 255 - data.info.mean) / data.info.std
    labels = torch.from_numpy(np.array(data.train_labels[:12_000])).long()
    for chosen in torch.arange(12_000).split(64):
        optimizer.zero_grad()
        torch.nn.functional.cross_entropy(model(images[chosen, None]), labels[chosen]).backward()
        optimizer.step()
    return model


@pytest.mark.real_data
def test_large_digits_in_black_ink_are_recognised_as_their_originals(mnist: ImageData) -> None:
    rng, model = np.random.default_rng(0), trained(mnist)
    images, labels = mnist.test_images[:300], mnist.test_labels[:300]
    sheets = [sheet_of(image, rng) for image in images]
    prepared = np.stack([prepare(sheet) for sheet in sheets])
    as_drawn = np.stack([prepare(sheet, as_drawn=True) for sheet in sheets])
    original = accuracy(model, images, labels, mnist.info)
    assert original > 0.93
    assert accuracy(model, prepared, labels, mnist.info) >= original - 0.02
    assert accuracy(model, as_drawn, labels, mnist.info) < 0.6
