from xml.etree import ElementTree

import numpy as np
import pytest
from drawn_chart import MODEL_NAMES, SVG, chart_of, history_of, points_curve, values, words

from nncompare.events import TrainPoint
from nncompare.figures import CurveChart, View, figure_svg
from nncompare.history import History

NOTE = "The curves appear here"


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


def test_one_model_alone(make_history):
    chart = CurveChart("loss")
    chart.update({"A": make_history(3), "B": make_history(3)})
    chart.update({"B": make_history(3)})
    assert MODEL_NAMES & set(words(chart.svg())) == {"B train", "B test"}
    assert "Model A" not in chart.description


def test_description_says_where_the_lines_end():
    chart = CurveChart("loss")
    chart.update({"A": history_of((1, 0.5), (2.4, 0.0904)), "B": history_of((2, 1234.5))})
    assert chart.description == (
        "Loss over epochs. Model A: training about 0.090, test 0.090 at epoch 2.4. "
        "Model B: training about 1234.500, test 1234.500 at epoch 2.0."
    )
    accuracy = CurveChart("accuracy")
    accuracy.update({"A": history_of((1, 0.1))})
    assert accuracy.description == "Accuracy over epochs. Model A: training about 50.0%, test 50.0% at epoch 1.0."


def test_description_tells_both_models_apart():
    chart = CurveChart("loss")
    chart.update({"A": history_of((1, 0.05231)), "B": history_of((1, 0.05233))})
    assert "Model A: training about 0.05231, test 0.05231" in chart.description
    assert "Model B: training about 0.05233, test 0.05233" in chart.description
    chart.update({"A": history_of((1, 0.00031))})
    assert "training about 0.00031" in chart.description


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
    assert (found["B train"], found["B test"]) == ("≈6e33", "5.6e33")
    assert axes.get_ylim()[1] <= 10


def test_the_figure_itself_shows_its_curves(make_history):
    """Others than this program may draw it, such as a notebook."""
    chart = CurveChart("loss")
    chart.update({"A": make_history(1)})
    text = chart.svg()
    assert figure_svg(chart.figure, chart.description, "nnc-chart").count("<path") == text.count("<path")


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
