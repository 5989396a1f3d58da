"""Tables of both models: what differs reads differently."""

import numpy as np

from nncompare.analysis import ClassScores
from nncompare.events import EpochEnd
from nncompare.history import History
from nncompare.report.tables import exact_values, score_rows


def history_of(*ends: tuple[float, float]) -> History:
    history = History()
    for epoch, (lost, accuracy) in enumerate(ends, start=1):
        history.add(EpochEnd(epoch, 1.0, lost, accuracy, accuracy, lost, accuracy))
    return history


def test_exact_values_of_an_epoch_that_differ_read_differently() -> None:
    found = exact_values({"A": history_of((0.5, 0.9), (0.123_41, 0.98)), "B": history_of((0.4, 0.8), (0.123_43, 0.97))})
    assert [row[0] for row in found["A"]] == ["0.50000", "0.12341"]
    assert [row[0] for row in found["B"]] == ["0.40000", "0.12343"]
    assert found["A"][0] == ("0.50000", "0.50000", "90.0%", "90.0%", "90.0%")


def test_exact_values_of_a_tiny_loss_are_not_zero_and_the_shorter_run_has_fewer_rows() -> None:
    found = exact_values({"A": history_of((0.000_03, 1.0)), "B": history_of()})
    assert found == {"A": [("0.0000300", "0.0000300", "100.0%", "100.0%", "100.0%")], "B": []}
    assert exact_values({}) == {}


def test_scores_of_a_class_that_differ_read_differently() -> None:
    a, b = (ClassScores(*(np.array([0.5, value]) for _ in range(3))) for value in (0.98712, 0.98743))
    same, close = score_rows(a, b, ["cat", "dog"])
    assert (same.a, same.b, same.difference) == (("50.0%",) * 3, ("50.0%",) * 3, "+0.0")
    assert (close.name, close.a, close.b, close.difference) == ("dog", ("98.71%",) * 3, ("98.74%",) * 3, "−0.03")
