from typing import Any

import pytest

from nncompare.events import Diverged, EpochEnd, TestPoint, TrainPoint
from nncompare.figures import CurveChart, View
from nncompare.figures.marks import best_epoch, best_spots, train_eval_spots
from nncompare.figures.points import Quantity
from nncompare.history import History


def history_of(accuracies, losses):
    """A history with one training point and one test point an epoch, and their epoch ends."""
    history = History()
    for epoch, (accuracy, loss) in enumerate(zip(accuracies, losses, strict=True), start=1):
        place: dict[str, Any] = {
            "epoch": float(epoch),
            "images": 100 * epoch,
            "steps": 10 * epoch,
            "seconds": 2.0 * epoch,
        }
        history.add(TrainPoint(**place, loss=loss, accuracy=accuracy))
        history.add(TestPoint(**place, loss=loss, accuracy=accuracy, sample_size=1_000))
        history.add(EpochEnd(epoch, 2.0 * epoch, loss, accuracy, accuracy - 0.05, loss, accuracy))
    return history


HISTORY = history_of([0.8, 0.95, 0.9, 0.95], [0.7, 0.4, 0.2, 0.3])


def spots(chart, model, mark):
    """Where the markers of a kind stand, in the units of the axes."""
    (line,) = [line for line in chart.figure.axes[0].lines if line.get_label() == f"{model} {mark}"]
    return [tuple(spot) for spot in line.get_xydata()]


def test_the_best_epoch_is_the_first_of_the_best():
    assert best_epoch(HISTORY, "accuracy") == 2
    assert best_epoch(HISTORY, "loss") == 3
    assert best_epoch(History(), "accuracy") == 0


@pytest.mark.parametrize(("axis", "place"), [("epoch", 2), ("images", 200), ("steps", 20), ("seconds", 4)])
def test_the_best_epoch_is_found_on_every_axis(axis, place):
    assert best_spots(HISTORY, "accuracy", axis) == [(place, 0.95)]
    assert train_eval_spots(HISTORY, axis)[1] == (place, pytest.approx(0.9))


def test_the_ring_is_around_the_best_point_and_the_pluses_only_in_the_chart_of_the_accuracy():
    counts: dict[Quantity, int] = {"accuracy": 3, "loss": 0}
    for quantity, pluses in counts.items():  # the first of four lies below the chart
        chart = CurveChart(quantity)
        chart.look(View(is_log=False))
        chart.update({"A": HISTORY})
        assert spots(chart, "A", "best") == best_spots(HISTORY, quantity, "epoch")
        assert len(spots(chart, "A", "evaluated")) == pluses
        assert spots(chart, "B", "best") == []


@pytest.mark.parametrize("quantity", ["loss", "accuracy"])
def test_a_cross_shows_where_a_run_broke_off_also_beyond_the_edge(quantity):
    history = history_of([0.5], [1e10])
    history.add(Diverged(1.25, 125, 12, 2.5))
    chart = CurveChart(quantity)
    chart.update({"A": HISTORY, "B": history})
    low, high = chart.figure.axes[0].get_ylim()
    last = min(max(history.train.accuracy[-1], low), high)
    assert spots(chart, "B", "end") == [(1.25, pytest.approx(high if quantity == "loss" else last))]
    assert quantity == "loss" or last < high
    assert "Model B broke off at epoch 1.25." in chart.description
    assert spots(chart, "A", "end") == []


def test_a_run_that_broke_off_before_its_first_point_is_marked_too():
    history = History()
    history.add(Diverged(0.0, 0, 0, 0.1))
    chart = CurveChart("loss")
    chart.update({"A": history})
    assert len(spots(chart, "A", "end")) == 1


@pytest.mark.parametrize(
    ("axis", "title"), [("images", "images seen"), ("steps", "updates of the weights"), ("seconds", "seconds")]
)
def test_the_axis_counts_what_is_asked_for(axis, title):
    chart = CurveChart("loss")
    chart.look(View(axis=axis))
    chart.update({"A": HISTORY})
    low, high = chart.figure.axes[0].get_xlim()
    assert low == 0
    assert high >= getattr(HISTORY.test, axis)[-1]
    assert title in chart.svg()
    assert chart.description.startswith(f"Loss over {title}.")
