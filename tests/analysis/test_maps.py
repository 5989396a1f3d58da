"""Two pictures of the same images, against scipy, and which classes are neighbours."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import procrustes

from nncompare.analysis.nearest_classes import nearest_classes
from nncompare.analysis.procrustes import align, normalised


def cloud(seed: int, count: int = 200) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=(count, 2)) * [3, 1] + [40, -7]


@given(st.integers(0, 1_000), st.integers(3, 300))
def test_it_is_the_procrustes_of_scipy_without_its_shrinking(seed: int, count: int) -> None:
    a, b = cloud(seed, count), cloud(seed + 1, count)
    found = align(a, b)
    standard, turned, disparity = procrustes(a, b)
    np.testing.assert_allclose(found.a, standard, atol=1e-9)
    np.testing.assert_allclose(found.b * np.sqrt(found.fit), turned, atol=1e-9)
    assert found.fit == pytest.approx(1 - disparity, abs=1e-9)


@pytest.mark.parametrize("kind", [np.float32, np.float64])
@pytest.mark.parametrize("size", [1e-6, 1.0, 1e30])
def test_a_picture_that_was_turned_mirrored_moved_and_scaled_comes_back(size: float, kind: type) -> None:
    a: np.ndarray = cloud(5).astype(kind)
    b = (size * (a - a.mean(axis=0)) @ np.array([[0.6, 0.8], [0.8, -0.6]])).astype(kind)
    found = align(a, b)
    np.testing.assert_allclose(found.b, found.a, atol=1e-5)
    assert found.fit == pytest.approx(1, abs=1e-5)


def test_points_at_one_place_have_nothing_in_common_with_others() -> None:
    found = align(cloud(1), np.full((200, 2), 1e20))
    assert (found.fit, np.abs(found.b).max()) == (0, 0)
    assert align(np.zeros((0, 2)), np.zeros((0, 2))).fit == 0


@pytest.mark.parametrize("wrong", [np.zeros(4), np.zeros((4, 3)), np.full((4, 2), np.nan), np.full((4, 2), np.inf)])
def test_what_is_no_picture_is_refused(wrong: np.ndarray) -> None:
    with pytest.raises(ValueError, match="finite numbers"):
        normalised(wrong)


def test_other_points_are_refused() -> None:
    with pytest.raises(ValueError, match="the same points"):
        align(np.ones((4, 2)), np.ones((5, 2)))


def test_the_nearest_classes_by_their_middles() -> None:
    places = {0: (0.0, 0.0), 3: (5.0, 0.0), 7: (5.5, 0.0), 9: (0.0, 2.0)}
    labels = np.repeat(np.array([*places]), 2)
    points = np.array([(x + sign, y) for x, y in places.values() for sign in (-1, 1)])
    assert nearest_classes(points, labels, 2) == [(3, 7), (0, 9)]
    assert nearest_classes(points[:2], labels[:2], 3) == []
