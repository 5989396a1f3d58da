import numpy as np

from nncompare.figures import PAST, CurveChart
from nncompare.figures.palette import MUTED


def test_a_past_model_lies_beside_the_others_in_grey(make_history):
    chart = CurveChart("loss")
    chart.update({"A": make_history(2), PAST: make_history(3, floor=0.3)})
    lines = [line for line in chart.figure.axes[0].get_lines() if line.get_label() in ("past train", "past test")]
    assert [(np.size(line.get_xdata()) > 2, line.get_color()) for line in lines] == [(True, MUTED)] * 2
    assert "past train" in chart.svg()
    assert "past test" in chart.svg()
    assert "Past model: training" in chart.description


def test_a_past_model_can_be_taken_away_again(make_history):
    chart = CurveChart("loss")
    chart.update({"A": make_history(2), PAST: make_history(3)})
    chart.update({"A": make_history(2)})
    assert "past" not in chart.svg().lower()


def test_the_axis_reaches_to_the_end_of_a_longer_past(make_history):
    chart = CurveChart("accuracy", epochs=2)
    chart.update({"A": make_history(1), PAST: make_history(5)})
    assert chart.figure.axes[0].get_xlim()[1] == 5
