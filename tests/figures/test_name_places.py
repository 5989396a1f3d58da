import numpy as np
import pytest

from nncompare.figures.name_places import GAP, name_places, spread
from nncompare.figures.named_line import Place


def test_far_ones_stay():
    assert spread([10, 80, 40], gap=14, low=0, high=100) == [10, 80, 40]


def test_near_ones_part_evenly_and_keep_their_order():
    assert spread([51, 50], gap=14, low=0, high=100) == pytest.approx([57.5, 43.5])
    assert spread([50, 50, 50], gap=10, low=0, high=100) == pytest.approx([40, 50, 60])


def test_edges_hold():
    assert spread([0, 0, 0, 0], gap=10, low=0, high=100) == [0, 10, 20, 30]
    assert spread([100, 99], gap=10, low=0, high=100) == [100, 90]
    assert spread([], gap=10, low=0, high=100) == []


def best_rising(values):
    """The minimax formula of isotonic regression (Robertson, Wright and Dykstra, 1988)."""
    places = range(len(values))
    return [max(min(np.mean(values[j : k + 1]) for k in places[i:]) for j in places[: i + 1]) for i in places]


@pytest.mark.parametrize("seed", range(20))
def test_moves_as_little_as_possible(seed):
    wishes = np.sort(np.random.default_rng(seed).uniform(0, 200, 4))
    steps = 14 * np.arange(4)
    expected = np.clip(best_rising(wishes - steps), 0, 200 - steps[-1]) + steps
    np.testing.assert_allclose(spread(list(wishes), gap=14, low=0, high=200), expected)


def test_all_names_stand_behind_the_longest_line():
    places = name_places([Place(100, 60), Place(300, 100), Place(280, 101)])
    assert [place.x for place in places] == [300, 300, 300]
    assert GAP >= 14
    assert places[2].y - places[1].y == pytest.approx(GAP)


def test_no_line_no_name():
    assert name_places([]) == []
