import gc
import re
import sys
import tracemalloc
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib.axis import Axis

from nncompare.events import TestPoint, TrainPoint
from nncompare.figures import CurveChart, Layout, View, figure_svg
from nncompare.history import History, seed_band

SVG = "{http://www.w3.org/2000/svg}"
NOTE = "The curves appear here"
LOOKED_AT = ("matplotlib", "nncompare")
NAMES = {"A train", "A test", "B train", "B test"}


def texts(svg):
    """All texts of a chart with their places: [(words, x, y)]; of names, without their values."""
    found = ElementTree.fromstring(svg).iter(f"{SVG}text")
    return [((text.text or "").strip(), float(text.attrib["x"]), float(text.attrib["y"])) for text in found]


def words(svg):
    return [text for text, _, _ in texts(svg)]


def values(svg):
    """What is written behind the names: {name: value}."""
    found = [text for text in ElementTree.fromstring(svg).iter(f"{SVG}text") if len(text)]
    return {(text.text or "").strip(): text[0].text for text in found}


def chart_of(quantity, is_log=False, **more):
    chart = CurveChart(quantity, **more)
    chart.look(View(is_log=is_log))
    return chart


def history_of(*points):
    return History(train=points_curve(TrainPoint, points), test=points_curve(TestPoint, points[-1:], sample_size=1000))


def points_curve(kind, points, **more):
    history = History()
    for epoch, loss in points:
        history.add(kind(epoch, 1, 1, 1.0, loss, 0.5, **more))
    return history.train if kind is TrainPoint else history.test


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
@pytest.mark.parametrize("epochs", [0, 0.025, 0.6, 3])
def test_is_an_element_for_the_middle_of_a_page(make_history, quantity, epochs):
    chart = CurveChart(quantity)
    chart.update({"A": make_history(epochs), "B": make_history(epochs, floor=0.1)})
    svg = chart.svg()
    root = ElementTree.fromstring(svg)
    assert svg.startswith("<svg ")
    assert (root.get("role"), root.get("aria-label")) == ("img", chart.description)
    assert (root.get("viewBox"), root.get("width"), root.get("height")) == ("0 0 640 380", "100%", None)
    assert not any(element.get("id") for element in root.iter())
    assert not [
        element.tag
        for element in root.iter()
        if element.tag not in {SVG + tag for tag in ("svg", "g", "path", "text", "tspan")}
    ]


def test_empty_chart_reserves_the_space_and_says_so(make_history):
    chart = CurveChart("loss", epochs=3)
    empty = chart.svg()
    assert NOTE in words(empty)
    assert {"Loss", "epochs", "0", "1", "2", "3"} <= set(words(empty))
    assert chart.description == "Loss over epochs. No points yet."
    chart.update({"A": make_history(1)})
    assert NOTE not in words(chart.svg())
    chart.reset(3)
    assert chart.svg() == empty


def test_lines_end_in_their_own_names(make_history):
    chart = CurveChart("accuracy")
    chart.update({"A": make_history(3), "B": make_history(2, floor=0.4)})
    places = {text: (x, y) for text, x, y in texts(chart.svg()) if text in NAMES}
    assert places.keys() == NAMES
    assert {x for x, _ in places.values()} == {640 - 153 + 16}, "in one column, to the right of the plot"
    assert places["A test"][1] < places["A train"][1] < places["B train"][1], "the better the higher"


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
@pytest.mark.parametrize(("a", "b"), [(3, 3), (3, 2.9), (0.2, 0.2), (2, 0.025), (0.3, 3)])
def test_names_overlap_neither_each_other_nor_the_edge(make_history, quantity, a, b):
    chart = CurveChart(quantity)
    chart.update({"A": make_history(a), "B": make_history(b, floor=0.051, seed=1)})
    names = [(x, y) for text, x, y in texts(chart.svg()) if text in NAMES]
    heights = sorted(y for _, y in names)
    assert len(names) >= 3
    assert np.diff(heights).min() >= 19.9
    assert heights[0] >= 60
    assert heights[-1] <= 380 - 28 + 6
    assert max(x for x, _ in names) + 110 <= 640, "the widest name, with its value, takes 110 pixels"


def test_one_model_alone(make_history):
    chart = CurveChart("loss")
    chart.update({"A": make_history(3), "B": make_history(3)})
    chart.update({"B": make_history(3)})
    assert NAMES & set(words(chart.svg())) == {"B train", "B test"}
    assert "Model A" not in chart.description


def test_description_says_where_the_lines_end():
    chart = CurveChart("loss")
    chart.update({"A": history_of((1, 0.5), (2.4, 0.0904)), "B": history_of((2, 1234.5))})
    assert chart.description == (
        "Loss over epochs. Model A: training 0.090, test 0.090 at epoch 2.4. "
        "Model B: training 1234.500, test 1234.500 at epoch 2.0."
    )
    accuracy = CurveChart("accuracy")
    accuracy.update({"A": history_of((1, 0.1))})
    assert accuracy.description == "Accuracy over epochs. Model A: training 50.0%, test 50.0% at epoch 1.0."


def test_description_tells_both_models_apart():
    chart = CurveChart("loss")
    chart.update({"A": history_of((1, 0.05231)), "B": history_of((1, 0.05233))})
    assert "Model A: training 0.05231, test 0.05231" in chart.description
    assert "Model B: training 0.05233, test 0.05233" in chart.description
    chart.update({"A": history_of((1, 0.00031))})
    assert "training 0.00031" in chart.description


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), -float("inf")])
def test_values_that_are_not_finite_are_left_out(bad):
    chart, clean = CurveChart("loss"), CurveChart("loss")
    chart.update({"A": history_of((0.5, 1.0), (1, bad), (1.5, 0.8), (2, bad)), "B": history_of((1, bad))})
    clean.update({"A": History(train=points_curve(TrainPoint, [(0.5, 1.0), (1.5, 0.8)]))})
    assert chart.svg() == clean.svg()
    assert not {"nan", "inf"} & set(chart.svg().lower().replace(",", " ").split())


@pytest.mark.parametrize("is_log", [False, True])
def test_a_diverging_model_leaves_at_the_top_and_says_so(make_history, is_log):
    chart = chart_of("loss", is_log)
    lost = history_of((0.1, 2.3), (0.5, 1.0), (1, 1e30), (2, 5.6e33))
    chart.update({"A": make_history(2), "B": lost})
    (axes,) = chart.figure.axes
    ends = {line.get_label(): line for line in axes.lines if line.get_label() in ("A train end", "B train end")}
    assert {name: end.get_marker() for name, end in ends.items()} == {"A train end": "o", "B train end": "^"}
    assert ends["B train end"].get_ydata() == [1]
    found = values(chart.svg())
    assert (found["B train"], found["B test"]) == ("5.6e33", "5.6e33")
    assert axes.get_ylim()[1] <= 10


def test_equal_data_give_equal_text(make_history):
    first, second = CurveChart("loss"), CurveChart("loss")
    first.update({"A": make_history(1)})
    first.svg()
    for chart in (first, second):
        chart.update({"A": make_history(3), "B": make_history(2)})
    assert first.svg() == second.svg()


def test_what_stays_is_drawn_again_when_it_has_changed(make_history):
    """Axes, title and subject are kept between drawings: each of these changes is seen in the next one."""
    chart, curves = CurveChart("loss"), {"A": make_history(1)}
    changes = (
        lambda chart: chart.look(View(axis="seconds")),
        lambda chart: chart.reset(7, "Digits"),
        lambda chart: chart.reach({"A": 9}),
        lambda chart: chart.look(View(is_log=False, off=frozenset({"A test"}))),
        lambda chart: curves.update({"A": seed_band([make_history(1), make_history(1, seed=1)])}),
    )
    for number in range(len(changes)):
        chart.svg()
        changes[number](chart)
        chart.update(curves)
        fresh = CurveChart("loss")
        for change in changes[: number + 1]:
            change(fresh)
        fresh.update(curves)
        assert chart.svg() == fresh.svg(), number


def test_a_chart_that_is_drawn_before_its_update_says_what_it_shows(make_history):
    chart = CurveChart("loss")
    for axis in ("images", "steps"):
        chart.look(View(axis=axis))
        chart.svg()
        chart.update({"A": make_history(1)})
    fresh = CurveChart("loss")
    fresh.look(View(axis="steps"))
    fresh.update({"A": make_history(1)})
    assert chart.svg() == fresh.svg()


def test_axes_are_drawn_once_for_each_scale(make_history, monkeypatch):
    drawings, draw = [], Axis.draw

    def count(axis, renderer):
        drawings.append(axis)
        return draw(axis, renderer)

    monkeypatch.setattr(Axis, "draw", count)
    chart = CurveChart("accuracy")
    a, texts = make_history(1), []
    for curves in ({"A": a}, {"B": a}, {"A": a, "B": a}):
        chart.update(curves)
        texts.append(chart.svg())
    assert len(drawings) == 2, "x and y"
    assert len(set(texts)) == 3


def test_axis_moves_on_when_a_history_goes_further(make_history):
    chart = CurveChart("loss", epochs=2)
    chart.update({"A": make_history(3)})
    assert "3" in words(chart.svg())


def test_long_runs_stay_small(make_history):
    chart = CurveChart("loss", epochs=100)
    chart.update({"A": make_history(100), "B": make_history(100, seed=1)})
    assert len(chart.svg().encode()) < 40_000


def test_everything_is_kept_and_moved_in_place(make_history):
    chart = chart_of("loss")
    (axes,) = chart.figure.axes
    before = [*axes.lines, *axes.texts, *axes.collections]
    chart.update({"A": make_history(2)})
    chart.svg()
    assert list(map(id, [*axes.lines, *axes.texts, *axes.collections])) == list(map(id, before))
    train = make_history(2).train
    (line,) = [line for line in axes.lines if line.get_label() == "A train"]
    drawn = np.asarray(line.get_xydata())[-20:]
    np.testing.assert_allclose(drawn[:, 0], train.epoch[-20:])
    np.testing.assert_allclose(drawn[:, 1], train.loss[-20:])


def test_nothing_grows_over_many_drawings(make_history):
    chart = CurveChart("accuracy")
    stages = [{"A": make_history(epochs), "B": make_history(epochs, seed=1)} for epochs in (0.1, 1, 2, 3)]

    def draw(times):
        for index in range(times):
            chart.update(stages[index % 4])
            chart.svg()
        sys._clear_type_cache()  # it holds names of methods that matplotlib puts together, up to a limit
        gc.collect()
        # Only what drawing makes: other tests of the same process may have left threads that work on.
        drawn = [thing for thing in gc.get_objects() if str(type(thing).__module__).startswith(LOOKED_AT)]
        files = [tracemalloc.Filter(True, f"*/{folder}/*") for folder in ("matplotlib", "nncompare/figures")]
        statistics = tracemalloc.take_snapshot().filter_traces(files).statistics("filename")
        return len(drawn), sum(statistic.size for statistic in statistics)

    tracemalloc.start()
    try:
        draw(4)
        objects_before, memory_before = draw(16)
        objects_after, memory_after = draw(48)
    finally:
        tracemalloc.stop()
    assert objects_after - objects_before < 40
    assert memory_after - memory_before < 2_000


def areas(svg):
    """The bands that are drawn: {(model, opacity): number}."""
    found = re.findall(r"fill: var\(--nnc-([ab]), [^)]*\); fill-opacity: ([0-9.]+)", svg)
    return {key: found.count(key) for key in found}


def test_settings_of_the_notebook_are_left_as_they_are(make_history, recwarn):
    """Also those that cannot be compared, or that matplotlib warns of."""
    from cycler import cycler
    from matplotlib import colormaps, rc_context, rcParams

    with rc_context():
        rcParams["axes.prop_cycle"] = cycler(color=colormaps["viridis"](np.linspace(0, 1, 10)))
        rcParams["toolbar"] = "toolmanager"
        recwarn.clear()
        before = {name: repr(value) for name, value in dict.items(rcParams)}
        chart = CurveChart("loss")
        chart.update({"A": make_history(1)})
        chart.svg()
        assert not recwarn.list
        assert {name: repr(value) for name, value in dict.items(rcParams)} == before


def test_the_figure_itself_shows_its_curves(make_history):
    """Others than this program may draw it, such as a notebook."""
    chart = CurveChart("loss")
    chart.update({"A": make_history(1)})
    text = chart.svg()
    assert figure_svg(chart.figure, chart.description, "nnc-chart").count("<path") == text.count("<path")


def test_several_seeds_are_a_mean_with_a_band_behind_it(make_history):
    chart = CurveChart("loss")
    seeds = [make_history(2, seed=seed) for seed in range(3)]
    chart.update({"A": seed_band(seeds), "B": make_history(2, floor=0.2)})
    svg = chart.svg()
    assert areas(svg) == {("a", "0.12"): 1, ("a", "0.25"): 1}
    assert not any(element.get("id") for element in ElementTree.fromstring(svg).iter())
    mean = np.mean([seed.train.loss[-1] for seed in seeds])
    assert f"Model A: training {mean:.3f}" in chart.description
    chart.update({"A": seeds[0]})
    assert areas(chart.svg()) == {}


def test_a_band_begins_with_its_second_point_and_stays_in_the_chart(make_history):
    chart = CurveChart("accuracy")
    chart.update({"A": seed_band([make_history(0.025), make_history(0.025, seed=1)])})
    assert areas(chart.svg()) == {}
    wild = [make_history(3), make_history(3, floor=50.0)]
    chart = chart_of("loss")
    chart.update({"A": seed_band(wild)})
    (axes,) = chart.figure.axes
    low, high = axes.get_ylim()
    bands = [np.asarray(path.vertices) for area in axes.collections if area.get_visible() for path in area.get_paths()]
    assert len(bands) == 2
    assert all((low <= band[:, 1]).all() and (band[:, 1] <= high).all() for band in bands)


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
    heights = sorted(y for text, _, y in texts(chart.svg()) if text in NAMES)
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


def test_a_line_that_is_off_leaves_its_name_and_no_place_on_the_scale(make_history):
    chart = CurveChart("accuracy")
    curves = {"A": make_history(3), "B": make_history(3, floor=2.0)}
    chart.update(curves)
    low = chart.figure.axes[0].get_ylim()[0]
    chart.look(View(off=frozenset({"B train", "B test"})))
    chart.update(curves)
    svg = chart.svg()
    assert values(svg)["B train"] == "off"
    assert "--nnc-b," not in svg
    assert chart.figure.axes[0].get_ylim()[0] > low
    readout = chart.readout()
    assert readout.lines.keys() == {"A train", "A test"}
    assert {name: is_on for name, (_, is_on) in readout.names.items()} == {
        "A train": True,
        "A test": True,
        "B train": False,
        "B test": False,
    }


def test_test_points_of_a_sample_and_of_all_images_are_not_joined(make_history):
    chart = chart_of("loss")
    chart.update({"A": make_history(2)})
    lines = {line.get_label(): np.asarray(line.get_xydata()) for line in chart.figure.axes[0].lines}
    np.testing.assert_allclose(lines["A test"][:, 0], [0.2, 0.4, 0.6, 0.8, 1.2, 1.4, 1.6, 1.8])
    np.testing.assert_allclose(lines["A whole"][:, 0], [1, 2])
    assert chart.readout().whole["A test"][0] == [1, 2]
    assert "all test images" in words(chart.svg()), "as the key says"


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


def test_a_leader_joins_each_name_to_the_end_of_its_own_line(make_history):
    chart = CurveChart("loss")
    chart.look(View(axis="seconds"))
    chart.update({"A": make_history(1), "B": make_history(3, floor=0.4)})
    lines = {line.get_label(): line for line in chart.figure.axes[0].lines}
    for name in NAMES:
        leader, end = lines[f"{name} leader"], lines[f"{name} end"]
        across = np.asarray(leader.get_xdata())
        np.testing.assert_array_equal(across[:1], end.get_xdata())
        assert across[-1] > 1
    assert np.asarray(lines["A train end"].get_xdata()).tolist() == [pytest.approx(1 / 3)]


def test_the_numbers_behind_a_drawing_are_those_that_are_drawn(make_history):
    chart = chart_of("accuracy")
    chart.update({"A": make_history(30), "B": make_history(2)})
    readout = chart.readout()
    (line,) = [line for line in chart.figure.axes[0].lines if line.get_label() == "A train"]
    np.testing.assert_allclose(readout.lines["A train"], np.asarray(line.get_xydata()).T, rtol=1e-4)
    assert readout.x_end == 30
    assert readout.unit == "epochs"
    assert sum(len(part) for line in readout.lines.values() for part in line) < 1_400


def test_smoothing_takes_means_of_training_points_alone(make_history):
    chart, history = chart_of("loss"), make_history(1)
    chart.look(View(is_log=False, smoothing=5))
    chart.update({"A": history})
    lines = {line.get_label(): np.asarray(line.get_ydata()) for line in chart.figure.axes[0].lines}
    assert lines["A train"][-1] == pytest.approx(np.mean(history.train.loss[-5:]))
    assert lines["A train"][0] == pytest.approx(history.train.loss[0])
    np.testing.assert_allclose(lines["A test"], history.test.loss[:-1])
