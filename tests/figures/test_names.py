import re
from xml.etree import ElementTree

import numpy as np
import pytest

from nncompare.figures import CurveChart
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


def names_of(chart):
    texts = ElementTree.fromstring(chart.svg()).iter("{http://www.w3.org/2000/svg}text")
    found = {(text.text or "").strip(): (float(text.attrib["x"]), float(text.attrib["y"])) for text in texts}
    return {words: place for words, place in found.items() if re.fullmatch("(A|B) (train|test)", words)}


def test_all_names_stand_to_the_right_of_the_plot_in_the_order_of_their_lines(make_history):
    chart = CurveChart("loss", epochs=4)
    chart.update({"A": make_history(3), "B": make_history(1)})
    names = names_of(chart)
    assert len(names) == 4
    assert {x for x, _ in names.values()} == {640 - 153 + 16}
    assert sorted(names, key=lambda name: names[name][1]) == ["B train", "B test", "A train", "A test"]


def test_no_line_no_name():
    assert names_of(CurveChart("loss")) == {}
