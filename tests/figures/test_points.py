import numpy as np
import pytest

from nncompare.figures.points import BUCKETS, Points, is_of_all_images, of_enough_images, points_of, thin
from nncompare.history import Curve


def test_only_finite_points_are_taken():
    curve = Curve(epoch=[1, 2, 3, 4], loss=[0.5, float("nan"), float("inf"), 0.25])
    points = points_of(curve, "loss")
    assert (points.x.tolist(), points.y.tolist()) == ([1, 4], [0.5, 0.25])


def test_a_curve_that_grows_while_it_is_read():
    points = points_of(Curve(epoch=[1, 2, 3], accuracy=[0.1, 0.2]), "accuracy")
    assert (points.x.tolist(), points.y.tolist()) == ([1, 2], [0.1, 0.2])
    assert len(points_of(Curve(), "loss").x) == 0


def test_a_tiny_rest_of_a_batch_is_joined_to_the_points_before():
    """5,000 images in batches of 64 leave 8: 7 of 8 is no accuracy, nor is a batch alone."""
    images = [64, *range(128, 4993, 128), 5000]
    right = [0.5] * (len(images) - 1) + [7 / 8]
    curve = of_enough_images(Curve(epoch=[one / 5000 for one in images], images=images, accuracy=right), "accuracy")
    assert curve.images == images
    assert curve.accuracy[:-1] == pytest.approx(right[:-1])
    assert curve.accuracy[-1] == pytest.approx((4 * 128 * 0.5 + 7) / (4 * 128 + 8))


def test_points_of_enough_images_and_the_first_one_stay_even_beside_huge_ones():
    curve = Curve(epoch=[0.002, 0.025, 0.05, 0.075], images=[128, 1536, 3072, 4608], loss=[2.3, 1e30, 0.5, 0.25])
    assert of_enough_images(curve, "loss").loss == curve.loss


def test_of_few_images_a_point_is_the_mean_of_an_epoch_at_most():
    curve = Curve(epoch=[0.5, 1, 1.5, 2], images=[50, 100, 150, 200], accuracy=[0.2, 0.4, 0.6, 0.8])
    assert of_enough_images(curve, "accuracy").accuracy == pytest.approx([0.2, 0.3, 0.5, 0.7])
    assert of_enough_images(Curve(epoch=[0], images=[0], loss=[2.3]), "loss").loss == [2.3]
    nothing = float("nan")
    holey = Curve(epoch=[0.5, 1], images=[50, 100], loss=[nothing, 2.0])
    assert points_of(of_enough_images(holey, "loss"), "loss").y.tolist() == [2.0]


@pytest.mark.parametrize("epochs", [1, 2, 3, 4])
def test_few_points_stay_as_they_are(epochs):
    x = np.arange(1, 40 * epochs + 1) / 40
    points = thin(Points(x, x**2), epochs)
    np.testing.assert_allclose(points.x, x)
    np.testing.assert_allclose(points.y, x**2)


def test_many_points_become_the_means_of_buckets():
    random = np.random.default_rng(0)
    x, y = np.arange(1, 4001) / 40, random.random(4000)
    points = thin(Points(x, y), 100)
    assert len(points.x) <= BUCKETS + 2
    assert (points.x[-1], points.y[-1]) == (x[-1], y[-1])
    width = 100 / BUCKETS
    inside = np.abs(x - 10 * width) < width / 2
    assert y[inside].mean() in points.y
    assert x[inside].mean() in points.x


def test_drawn_points_stay_where_they_are_while_the_curve_grows():
    x = np.arange(1, 4001) / 40
    y = np.random.default_rng(0).random(4000)
    early, late = thin(Points(x[:1000], y[:1000]), 100), thin(Points(x, y), 100)
    np.testing.assert_array_equal(early.y[:-2], late.y[: len(early.y) - 2])


@pytest.mark.parametrize(
    ("epochs", "expected"),
    [
        ([], []),
        ([0.2, 0.4, 0.6, 0.8, 1.0, 1.2], [False, False, False, False, True, False]),
        ([0.21, 0.43, 0.61, 0.83, 1.0], [False, False, False, False, True]),
        ([0.2, 0.4, 0.47], [False, False, True]),  # stopped between two samples
        ([0.2, 0.4, 0.4], [False, False, True]),  # stopped at a sample
        ([0.1], [True]),  # stopped before the first sample
        ([0.2, 0.4, 0.6, 0.8, 1.0, 1.1], [False, False, False, False, True, True]),
        ([0.2, 0.37, 0.4, 0.6], [False, True, False, False]),  # went on after a stop
    ],
)
def test_points_of_all_test_images_are_told_from_those_of_a_sample(epochs, expected):
    assert is_of_all_images(epochs).tolist() == expected
