"""A chart on the page: what it is told, and what it says."""

from typing import Any

import pytest

from nncompare.figures import CurveChart
from nncompare.history import COLUMNS, Curve, History
from nncompare.ui.panels.chart import Chart, Choice

CHOICE = Choice("Scale", {"linear": "linear", "log": "log"}, "log")


@pytest.fixture
def said() -> list[Any]:
    return []


@pytest.fixture
def chart(said: list[Any]) -> Chart:
    return Chart("loss", CHOICE, lambda *size: said.append(size), said.append, said.append)


def test_it_shows_a_drawing_with_its_numbers(chart: Chart) -> None:
    chart.show(CurveChart("loss"))
    assert chart.value.startswith("<svg")
    assert chart.readout["unit"] == "epochs"
    assert (chart.title, chart.chosen, chart.is_share) == ("Loss", "log", False)


@pytest.mark.parametrize(
    ("content", "heard"),
    [
        ({"size": [590.4, 330, 15]}, [(590.0, 330.0, 15.0)]),
        ({"size": [1, 10**9, 1000]}, [(160.0, 4000.0, 60.0)]),
        ({"size": [1, 2]}, []),
        ({"size": [float("nan"), 300, 15]}, []),
        ({"size": ["1", None, 15]}, []),
        ({"size": [10**400, 300, 15]}, []),
        ({"choose": "linear"}, ["linear"]),
        ({"choose": "cubic"}, []),
        ({"choose": ["linear"]}, []),
        ({"line": "A train"}, []),
        ({}, []),
    ],
)
def test_what_is_not_offered_is_passed_over(chart: Chart, said: list[Any], content: Any, heard: list[Any]) -> None:
    chart.show(CurveChart("loss"))
    chart._on_message(chart, content, [])
    assert said == heard


def test_a_line_that_is_there_can_be_switched(chart: Chart, said: list[Any]) -> None:
    drawn = CurveChart("loss")
    drawn.update({"A": History(train=Curve(**{name: [0.5, 1.0] for name in COLUMNS}))})
    chart.show(drawn)
    chart._on_message(chart, {"line": "A train"}, [])
    assert said == ["A train"]
