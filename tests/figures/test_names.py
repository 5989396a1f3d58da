import numpy as np
import pytest
from drawn_chart import MODEL_NAMES, places_of_names

from nncompare.figures import CurveChart, View
from nncompare.figures.lines import spaced


def test_far_ones_stay():
    assert spaced([10, 80, 40], gap=14, low=0, high=100) == [10, 80, 40]


def test_near_ones_give_way_downwards_and_keep_their_order():
    assert spaced([51, 50], gap=14, low=0, high=100) == [51, 37]
    assert spaced([50, 51], gap=14, low=0, high=100) == [37, 51]
    assert spaced([50, 50, 50], gap=10, low=0, high=100) == [50, 40, 30]


def test_edges_hold():
    assert spaced([0, 0, 0, 0], gap=10, low=0, high=100) == [30, 20, 10, 0]
    assert spaced([100, 99], gap=10, low=0, high=100) == [100, 90]
    assert spaced([120, -5], gap=10, low=0, high=100) == [100, 0]
    assert spaced([], gap=10, low=0, high=100) == []


@pytest.mark.parametrize("seed", range(20))
def test_names_are_never_closer_than_the_gap_nor_outside_and_keep_their_order(seed):
    random = np.random.default_rng(seed)
    wishes = list(random.uniform(0, 200, random.integers(1, 7)))
    heights = spaced(wishes, gap=14, low=3, high=200)
    order = np.argsort(wishes)
    assert (np.diff(np.array(heights)[order]) >= 14 - 1e-9).all()
    assert min(heights) >= 3
    assert max(heights) <= 200
    for rank, index in enumerate(order):
        above = heights[order[rank + 1]] - 14 if rank + 1 < len(order) else 200
        reasons = np.array([wishes[index], above, 3 + 14 * rank])
        assert np.isclose(reasons, heights[index]).any(), "it stays unless it must give way"


@pytest.mark.parametrize(
    ("quantity", "order"),
    [("loss", ["B train", "B test", "A train", "A test"]), ("accuracy", ["A test", "A train", "B test", "B train"])],
)
def test_all_names_stand_to_the_right_of_the_plot_in_the_order_of_their_lines(make_history, quantity, order):
    chart = CurveChart(quantity, epochs=4)
    chart.update({"A": make_history(3), "B": make_history(1)})
    names = places_of_names(chart.svg())
    assert {x for x, _ in names.values()} == {640 - 153 + 16}
    assert sorted(names, key=lambda name: names[name][1]) == order


def test_no_line_no_name():
    assert places_of_names(CurveChart("loss").svg()) == {}


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
@pytest.mark.parametrize(("a", "b"), [(3, 3), (3, 2.9), (0.2, 0.2), (2, 0.025), (0.3, 3)])
def test_names_overlap_neither_each_other_nor_the_edge(make_history, quantity, a, b):
    chart = CurveChart(quantity)
    chart.update({"A": make_history(a), "B": make_history(b, floor=0.051, seed=1)})
    names = places_of_names(chart.svg()).values()
    heights = sorted(y for _, y in names)
    assert len(names) >= 3
    assert np.diff(heights).min() >= 19.9
    assert heights[0] >= 60
    assert heights[-1] <= 380 - 28 + 6
    assert max(x for x, _ in names) + 110 <= 640, "the widest name, with its value, takes 110 pixels"


def test_a_leader_joins_each_name_to_the_end_of_its_own_line(make_history):
    chart = CurveChart("loss")
    chart.look(View(axis="seconds"))
    chart.update({"A": make_history(1), "B": make_history(3, floor=0.4)})
    lines = {line.get_label(): line for line in chart.figure.axes[0].lines}
    for name in MODEL_NAMES:
        leader, end = lines[f"{name} leader"], lines[f"{name} end"]
        across = np.asarray(leader.get_xdata())
        np.testing.assert_array_equal(across[:1], end.get_xdata())
        assert across[-1] > 1
    assert np.asarray(lines["A train end"].get_xdata()).tolist() == [pytest.approx(1 / 3)]
