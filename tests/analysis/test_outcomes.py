import time

import numpy as np
import pytest

from nncompare.analysis import Group, Order, Outcomes, judge

# Five images of three classes: both right, only A wrong, only B wrong, both wrong alike, both wrong differently.
LABELS = np.array([0, 1, 2, 0, 1])
A = np.array([[0.9, 0.05, 0.05], [0.6, 0.3, 0.1], [0.1, 0.2, 0.7], [0.2, 0.5, 0.3], [0.8, 0.1, 0.1]])
B = np.array([[0.5, 0.3, 0.2], [0.1, 0.8, 0.1], [0.2, 0.7, 0.1], [0.0, 0.9, 0.1], [0.1, 0.2, 0.7]])


@pytest.fixture
def outcomes() -> Outcomes:
    return Outcomes(LABELS, A, B)


@pytest.mark.parametrize(
    ("group", "positions"),
    [
        (Group.ALL, [0, 1, 2, 3, 4]),
        (Group.DISAGREE, [1, 2, 4]),
        (Group.ONLY_A_WRONG, [1]),
        (Group.ONLY_B_WRONG, [2]),
        (Group.BOTH_WRONG, [3, 4]),
        (Group.BOTH_RIGHT, [0]),
    ],
)
def test_the_groups(outcomes: Outcomes, group: Group, positions: list[int]) -> None:
    assert outcomes.select(group).tolist() == positions
    assert outcomes.counts()[group] == len(positions)


@pytest.mark.parametrize(
    ("order", "positions"),
    [
        (Order.DATA_SET, [0, 1, 2, 3, 4]),
        (Order.MISTAKE, [3, 4, 2, 1, 0]),
        (Order.LOSS, [3, 2, 4, 1, 0]),  # the true class has 0, 0.1, 0.1, 0.3 and 0.5 in the less certain model
        (Order.CONFIDENCE, [0, 3, 1, 2, 4]),
        (Order.MARGIN, [0, 3, 1, 2, 4]),
        (Order.DIFFERENCE, [4, 2, 1, 0, 3]),
    ],
)
def test_the_orders(outcomes: Outcomes, order: Order, positions: list[int]) -> None:
    assert outcomes.select(order=order).tolist() == positions


def test_only_a_class(outcomes: Outcomes) -> None:
    assert outcomes.select(true_class=1).tolist() == [1, 4]
    assert outcomes.select(predicted=2).tolist() == [2, 4]
    assert outcomes.select(predicted=2, by="a").tolist() == [2]
    assert outcomes.select(predicted=2, by="b").tolist() == [4]
    assert outcomes.select(Group.DISAGREE, true_class=1, predicted=2).tolist() == [4]
    assert outcomes.select(true_class=9).tolist() == []


def test_shapes_that_do_not_fit_are_told() -> None:
    with pytest.raises(ValueError, match=r"got \(4,\), \(5, 3\), \(5, 3\)"):
        Outcomes(LABELS[:4], A, B)


def test_ten_thousand_images_are_answered_within_a_tenth_of_a_second() -> None:
    random = np.random.default_rng(0)
    labels = random.integers(0, 10, 10_000)
    a, b = (random.dirichlet(np.ones(10), 10_000).astype(np.float32) for _ in "ab")
    seconds = []
    for _ in range(5):
        began = time.perf_counter()
        outcomes = Outcomes(labels, a, b)
        outcomes.counts()
        for order in Order:
            outcomes.select(Group.DISAGREE, order)
        judge(outcomes)
        seconds.append(time.perf_counter() - began)
    assert sorted(seconds)[2] < 0.1, seconds
