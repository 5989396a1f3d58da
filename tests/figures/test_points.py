import numpy as np
import pytest

from nncompare.figures.points import BUCKETS, Points, is_of_all_images, points_of, thin
from nncompare.history import Curve


def test_only_finite_points_are_taken():
    curve = Curve(epoch=[1, 2, 3, 4], loss=[0.5, float("nan"), float("inf"), 0.25])
    points = points_of(curve, "loss")
    assert (points.x.tolist(), points.y.tolist()) == ([1, 4], [0.5, 0.25])


def test_a_curve_that_grows_while_it_is_read():
    points = points_of(Curve(epoch=[1, 2, 3], accuracy=[0.1, 0.2]), "accuracy")
    assert (points.x.tolist(), points.y.tolist()) == ([1, 2], [0.1, 0.2])
    assert len(points_of(Curve(), "loss").x) == 0


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
