"""The key of a chart: it explains what is drawn, and nothing else."""

import re
from typing import Any

import pytest

from nncompare.events import Diverged, EpochEnd
from nncompare.figures import CurveChart, Layout, View
from nncompare.figures.key import KEY
from nncompare.history import History


@pytest.fixture
def ended(make_history) -> History:
    """Two whole epochs, with what is measured at their ends."""
    history: History = make_history(2)
    for epoch in (1, 2):
        history.add(EpochEnd(epoch, epoch, 0.5, 0.8, 0.85, 0.4, 0.8 + 0.05 * epoch))
    return history


def words_in(chart: CurveChart) -> set[str]:
    """Return the words of the key that are written in a picture."""
    written = re.findall(r">\s*([^<>]+?)\s*</text>", chart.svg())
    return {words for words in KEY.values() if words in written}


LINES = {"training", "test"}
ENDS = LINES | {"all test images", "best epoch"}


@pytest.mark.parametrize(
    ("quantity", "epochs", "words"),
    [
        ("loss", 0, set()),
        ("loss", 0.1, {"training"}),
        ("loss", 0.5, LINES),
        ("accuracy", 0.5, LINES),
    ],
)
def test_before_an_epoch_has_ended_it_names_the_lines(
    make_history, quantity: Any, epochs: float, words: set[str]
) -> None:
    chart = CurveChart(quantity)
    chart.update({"A": make_history(epochs)})
    assert words_in(chart) == words


def test_each_mark_is_explained_where_it_is_drawn(ended: History) -> None:
    loss, accuracy = CurveChart("loss"), CurveChart("accuracy")
    for chart, words in ((loss, ENDS), (accuracy, ENDS | {"training, no dropout"})):
        chart.update({"A": ended})
        assert words_in(chart) == words
        chart.look(View(off=frozenset({"A test"})))
        chart.update({"A": ended})
        assert words_in(chart) == words - {"test", "all test images", "best epoch"}


def test_a_run_that_broke_off_and_a_line_that_has_left_are_explained(ended: History) -> None:
    ended.train.loss[-1] = 5.6e33
    ended.add(Diverged(2, 1, 1, 2.0))
    chart = CurveChart("loss")
    chart.look(View(is_log=False))
    chart.update({"A": ended})
    assert words_in(chart) == ENDS | {"beyond the chart", "broke off"}


def test_the_page_is_told_what_is_drawn_and_writes_the_key_itself(ended: History) -> None:
    chart = CurveChart("accuracy", layout=Layout(has_heading=False))
    chart.update({"A": ended})
    assert chart.readout().pens == ["solid", "dashed", "diamond", "ring", "plus"]
    assert words_in(chart) == set()
