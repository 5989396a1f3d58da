"""What the Predictions step draws of a verdict: intervals on one axis, a matrix of mistakes, costs."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from nncompare.analysis import Outcomes, Verdict, judge, judge_seeds
from nncompare.ui.panels.costs import costs_of
from nncompare.ui.panels.intervals import intervals
from nncompare.ui.panels.matrix import Matrix

CLASSES = [str(number) for number in range(10)]


def verdict_of(right_a: int, right_b: int, images: int = 10_000) -> Verdict:
    """Judge two models that have so many of the first images right."""
    labels = np.zeros(images, np.uint8)

    def shares(right: int) -> np.ndarray:
        return np.eye(10, dtype=np.float32)[np.where(np.arange(images) < right, 0, 1)]

    return judge(Outcomes(labels, shares(right_a), shares(right_b)))


@pytest.mark.parametrize(
    ("right_a", "right_b"), [(9_874, 9_904), (9_904, 9_874), (900, 10_000), (0, 1), (5_000, 5_000)]
)
def test_both_intervals_lie_on_the_axis_with_their_accuracy_between_them(right_a: int, right_b: int) -> None:
    picture = intervals(verdict_of(right_a, right_b), "AB")
    for row in picture.rows:
        assert 0 <= row.low <= row.middle <= row.high <= 100
    a, b = picture.rows
    assert (a.middle > b.middle) == (right_a > right_b)
    assert 2 <= len(picture.ticks) <= 8
    assert all(0 <= place <= 100 for place, _ in picture.ticks)
    words = [text for _, text in picture.ticks]
    assert len(set(words)) == len(words)
    assert all(0 <= float(text.rstrip("%")) <= 100 for text in words)


def test_the_picture_says_what_the_verdict_says() -> None:
    picture = intervals(verdict_of(9_874, 9_904), "AB")
    assert [row.accuracy for row in picture.rows] == ["98.7%", "99.0%"]
    assert [row.words for row in picture.rows] == ["98.5 to 98.9", "98.8 to 99.2"]
    assert picture.gap is not None
    assert picture.gap.words == "0.3 points"
    assert picture.label == "A: 98.7%, 95% interval 98.5 to 98.9. B: 99.0%, 95% interval 98.8 to 99.2"
    assert [row.accuracy for row in intervals(verdict_of(9_871, 9_874), "AB").rows] == ["98.71%", "98.74%"]
    assert intervals(verdict_of(5_000, 5_000), "AB").gap is None


def test_over_seeds_it_is_the_mean_from_lowest_to_highest() -> None:
    seeds = judge_seeds((90, 92, 94), (80, 80, 80), 100)
    picture = intervals(replace(verdict_of(94, 80, 100), seeds=seeds), "AB")
    assert [(row.accuracy, row.words) for row in picture.rows] == [("92.0%", "90.0 to 94.0"), ("80.0%", "80.0 to 80.0")]
    assert picture.kind == "lowest to highest"


def test_one_model_alone_has_one_row_and_no_gap() -> None:
    picture = intervals(verdict_of(9_000, 9_000), ["B"])
    assert [row.name for row in picture.rows] == ["B"]
    assert picture.gap is None


@pytest.fixture
def matrix() -> Matrix:
    """The matrices of two models that differ in few mistakes, and one large one."""
    a, b = np.diag(np.full(10, 900)), np.diag(np.full(10, 901))
    a[5, 3], a[4, 9], b[7, 1] = 8, 300, 1
    made = Matrix(SimpleNamespace(posting=lambda action: action), lambda *_: None)  # type: ignore[arg-type]
    made.offer({"A": a, "B": b}, CLASSES)
    return made


def cell(matrix: Matrix, pick: str) -> str:
    return next(part for part in matrix.box.html.split("<td>") if f'data-pick="{pick}"' in part)


def test_few_mistakes_are_darker_than_none_and_tell_whose_they_are(matrix: Matrix) -> None:
    few, none, most = cell(matrix, "difference:5:3"), cell(matrix, "difference:5:4"), cell(matrix, "difference:4:9")
    assert 0.2 < float(few.partition("--share:")[2].partition(";")[0]) < 0.3
    assert "--share:1.0;" in most
    assert "nnc-zero" in none
    assert ">+8<" in few
    assert 'class="nnc-a"' in few
    assert ">−1<" in cell(matrix, "difference:7:1")
    assert 'class="nnc-b"' in cell(matrix, "difference:7:1")


def test_a_toggle_that_was_pressed_before_all_was_cleared_changes_nothing(matrix: Matrix) -> None:
    matrix.clear()
    matrix._on_pick("a")
    assert matrix.box.html == ""


def test_zero_is_read_as_zero_and_right_answers_have_no_tint(matrix: Matrix) -> None:
    assert 'aria-label="true 5, predicted 4: A 0, B 0, A − B 0"></button>' in cell(matrix, "difference:5:4")
    right = cell(matrix, "difference:2:2")
    assert "--share:0.0;" in right
    assert "nnc-diagonal" in right
    assert ">−1<" in right


def test_the_matrix_of_each_model_is_behind_a_toggle(matrix: Matrix) -> None:
    matrix.box.pick("a")
    assert ">300<" in cell(matrix, "a:4:9")
    assert 'data-pick="b:' not in matrix.box.html
    matrix.mark((4, 9, "a"))
    assert 'aria-pressed="true"' in cell(matrix, "a:4:9")
    matrix.box.pick("difference")
    assert 'aria-pressed="true"' not in cell(matrix, "difference:4:9")


def test_costs_stand_side_by_side_with_how_many_times_as_much() -> None:
    def model(name: str, parameters: int, seconds: float, size: int) -> Any:
        return SimpleNamespace(
            name=name, parameters=parameters, seconds=seconds, plan=SimpleNamespace(training_bytes=size)
        )

    found = costs_of([model("A", 1_000, 41.0, 2**23), model("B", 3_300, 74.0, 2**22)])
    assert [cost.values for cost in found.rows] == [["1,000", "3,300"], ["0:41", "1:14"], ["8.0 MiB", "4.0 MiB"]]
    assert [cost.times for cost in found.rows] == ["× 3.3", "× 1.8", "× 0.5"]
    assert [cost.times for cost in costs_of([model("A", 1, 1.0, 1)]).rows] == [""] * 3
