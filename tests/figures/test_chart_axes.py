import re
from xml.etree import ElementTree

import numpy as np
import pytest
from drawn_chart import SVG, chart_of, history_of, places_of_names, points_curve, texts, words

from nncompare.events import TrainPoint
from nncompare.figures import CurveChart, Layout, View
from nncompare.history import History


def test_axis_moves_on_when_a_history_goes_further(make_history):
    chart = CurveChart("loss", epochs=2)
    chart.update({"A": make_history(3)})
    assert "3" in words(chart.svg())


@pytest.mark.parametrize("axis", ["epoch", "images", "steps"])
def test_the_axis_is_the_whole_plan_and_after_a_stop_what_was_done(make_history, axis):
    chart = CurveChart("loss")
    chart.look(View(axis=axis))
    history = make_history(1.5)
    (axes,) = chart.figure.axes
    last = getattr(history.train, axis)[-1]
    chart.reach({"A": 3})
    chart.update({"A": history})
    assert axes.get_xlim() == (0, pytest.approx(2 * last))
    chart.reach({"A": 1.5})
    chart.update({"A": history})
    assert axes.get_xlim() == (0, pytest.approx(last))


def test_seconds_end_in_a_round_number_until_the_end(make_history):
    chart = CurveChart("loss")
    chart.look(View(axis="seconds"))
    chart.reach({"A": 3})
    chart.update({"A": make_history(1.1)})
    assert chart.figure.axes[0].get_xlim()[1] >= 3
    chart.reach({"A": 1.1})
    chart.update({"A": make_history(1.1)})
    assert chart.figure.axes[0].get_xlim()[1] == pytest.approx(1.1)


def line_of(chart, model, style=""):
    """The points of a model's line as it is drawn: in pixels from the upper left corner."""
    pattern = rf'<path d="([^"]*)" style="fill: none; {style}stroke: var\(--nnc-{model}'
    drawn = re.search(pattern, chart.svg())
    assert drawn is not None
    return [tuple(map(float, place)) for place in re.findall(r"[ML] (\S+) (\S+)", drawn[1])]


def test_lines_are_cut_where_they_cross_the_edges():
    chart = chart_of("loss", epochs=4)
    chart.update({"A": history_of((1, 6.0), (2, 2.0), (3, 1.0), (4, 9.0)), "B": history_of((1, 0.9), (4, 0.3))})
    low, high = chart.figure.axes[0].get_ylim()
    points = line_of(chart, "a")
    layout = Layout()
    assert (low, high) == (0, 3)
    across = [x for x, _ in points]
    crossings = layout.left + layout.plot_width / 4 * np.array([1.75, 3.25])
    np.testing.assert_allclose([across[0], across[-1]], crossings, atol=1)
    assert all(layout.top - 3 <= y <= layout.top + layout.plot_height for _, y in points)


def test_lines_on_the_edge_are_not_cut():
    history = points_curve(TrainPoint, [(1, 0.5), (2, 0.5), (3, 0.5)])
    history.accuracy[:] = [1.0, 1.0, 1.0]
    chart = CurveChart("accuracy")
    chart.update({"A": History(train=history)})
    layout = Layout()
    places = [(layout.left + layout.plot_width * part / 3, layout.top) for part in (1, 2, 3)]
    np.testing.assert_allclose(line_of(chart, "a"), places, atol=0.01)
    assert "A train" in words(chart.svg())


@pytest.mark.parametrize("size", [(640, 380, 15), (306, 210, 15), (327, 230, 12), (1200, 900, 22)])
def test_a_chart_fills_any_size_with_letters_of_the_same_size(make_history, size):
    chart = CurveChart("accuracy", layout=Layout(500, 300, has_heading=False))
    chart.resize(*size)
    chart.update({"A": make_history(1), "B": make_history(2, floor=0.4)})
    root = ElementTree.fromstring(chart.svg())
    assert root.get("viewBox") == f"0 0 {size[0]} {size[1]}"
    styles = {text.get("style", "") for text in root.iter(f"{SVG}text")}
    sizes = {float(found[1]) for style in styles if (found := re.search(r"font-size: ([\d.]+)px", style))}
    assert sizes == {size[2], max(12, size[2] - 2)}
    heights = sorted(y for _, y in places_of_names(chart.svg()).values())
    assert np.diff(heights).min() >= max(17, size[2] * 4 / 3) - 0.1
    assert all(0 < y < size[1] for _, _, y in texts(chart.svg()))


def test_nothing_of_the_heading_lies_over_another_part():
    chart = CurveChart("accuracy")
    chart.reset(3, "Synthetic digits, made by this program, mean and range of 3 seeds")
    heading = [(text, x, y) for text, x, y in texts(chart.svg()) if y < Layout().top - 6]
    assert [text for text, _, _ in heading][-1:] or heading
    widest = {text: 0.72 * 15 * len(text) for text, _, _ in heading}
    for one, (text, x, y) in enumerate(heading):
        for other, x_other, y_other in heading[one + 1 :]:
            is_apart = abs(y - y_other) >= 15 or x + widest[text] <= x_other or x_other + widest[other] <= x
            assert is_apart, (text, other)
