"""The analysis against scikit-learn and scipy, on random and on degenerate answers."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, ttest_rel
from sklearn.metrics import accuracy_score, precision_recall_fscore_support
from sklearn.metrics import confusion_matrix as sklearn_confusion

from nncompare.analysis import (
    Group,
    Outcomes,
    calibration,
    class_scores,
    confusion_matrix,
    guessing,
    judge,
    judge_seeds,
)
from nncompare.analysis.chance import binomial_tail
from nncompare.analysis.verdict import mcnemar_p, newcombe_interval, wilson_interval

CLASSES = 10


def answers(kind: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Give labels and the probabilities of two models."""
    random = np.random.default_rng(3)
    count = 2 if kind == "two images" else 500
    labels = random.integers(0, CLASSES, count)
    a, b = (random.dirichlet(np.full(CLASSES, 0.3), count).astype(np.float32) for _ in "ab")
    sure = np.eye(CLASSES, dtype=np.float32)
    match kind:
        case "one class never predicted":
            a[:, 3] = b[:, 3] = 0
        case "all right":
            a, b = sure[labels], sure[labels]
        case "all wrong":
            a, b = sure[(labels + 1) % CLASSES], sure[(labels + 2) % CLASSES]
        case "identical models":
            b = a.copy()
        case "ties":
            a = np.full_like(a, 0.1)
    return labels, a, b


KINDS = [
    "random",
    "one class never predicted",
    "all right",
    "all wrong",
    "identical models",
    "ties",
    "two images",
]


@pytest.mark.parametrize("kind", KINDS)
def test_confusion_and_scores_of_the_classes(kind: str) -> None:
    labels, a, _ = answers(kind)
    said = a.argmax(axis=1)
    matrix = confusion_matrix(labels, said, CLASSES)
    classes = np.arange(CLASSES)
    np.testing.assert_array_equal(matrix, sklearn_confusion(labels, said, labels=classes))
    precision, recall, f1, _ = precision_recall_fscore_support(labels, said, labels=classes, zero_division=0)
    scores = class_scores(matrix)
    np.testing.assert_allclose(scores.precision, precision)
    np.testing.assert_allclose(scores.recall, recall)
    np.testing.assert_allclose(scores.f1, f1)


@pytest.mark.parametrize("kind", KINDS)
def test_the_verdict(kind: str) -> None:
    labels, a, b = answers(kind)
    verdict = judge(Outcomes(labels, a, b))
    right_a, right_b = a.argmax(1) == labels, b.argmax(1) == labels
    assert verdict.accuracy_a == pytest.approx(accuracy_score(labels, a.argmax(1)))
    assert verdict.accuracy_b == pytest.approx(accuracy_score(labels, b.argmax(1)))
    assert verdict.only_a_right == int((right_a & ~right_b).sum())
    assert verdict.only_b_right == int((right_b & ~right_a).sum())
    assert verdict.difference == pytest.approx(verdict.accuracy_a - verdict.accuracy_b)
    low, high = verdict.difference_interval
    assert -1 <= low <= verdict.difference <= high <= 1
    uneven = verdict.only_a_right + verdict.only_b_right
    p = binomtest(verdict.only_a_right, uneven).pvalue if uneven else 1.0
    assert verdict.p_value == pytest.approx(p, rel=1e-9)
    ahead = "A" if verdict.difference > 0 else "B"
    assert verdict.better == (ahead if p < 0.05 else "")
    for guess, right in ((verdict.guess_a, right_a), (verdict.guess_b, right_b)):
        by_chance = binomtest(int(right.sum()), len(labels), np.bincount(labels).max() / len(labels), "greater")
        assert guess.p_value == pytest.approx(by_chance.pvalue, rel=1e-9)
        assert guess.is_likely == (by_chance.pvalue >= 0.05)


@given(st.integers(0, 5_000), st.integers(0, 5_000))
def test_mcnemar_is_the_exact_binomial_test(only_a: int, only_b: int) -> None:
    expected = binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0
    assert mcnemar_p(only_a, only_b) == pytest.approx(expected, rel=1e-8, abs=1e-300)


@given(st.integers(0, 10_000), st.integers(1, 10_000), st.floats(0.01, 1))
def test_guessing_is_the_exact_one_sided_binomial_test(right: int, images: int, share: float) -> None:
    right = min(right, images)
    expected = binomtest(right, images, share, alternative="greater").pvalue
    assert binomial_tail(right, images, share) == pytest.approx(expected, rel=1e-7, abs=1e-300)


def test_whoever_always_says_the_commonest_class_only_guesses() -> None:
    labels = np.array([3] * 30 + [1] * 20 + [0] * 50)
    always, half = np.zeros(100, int), np.where(np.arange(100) < 25, 3, 0)
    assert (guessing(labels, always).chance, guessing(labels, always).is_likely) == (0.5, True)
    assert guessing(labels, half).right == 75
    assert not guessing(labels, half).is_likely
    one_class = guessing(np.zeros(5, int), np.zeros(5, int))
    assert (one_class.p_value, one_class.is_likely) == (1.0, True)


@given(st.integers(0, 10_000), st.integers(1, 10_000))
def test_wilson_is_that_of_scipy(right: int, images: int) -> None:
    right = min(right, images)
    expected = binomtest(right, images).proportion_ci(method="wilson")
    assert wilson_interval(right, images) == pytest.approx((expected.low, expected.high), abs=1e-9)


@pytest.mark.parametrize(
    ("counts", "expected"),
    [((56, 70, 48, 80), (0.0524, 0.3339)), ((9, 10, 3, 10), (0.1705, 0.8090)), ((5, 56, 0, 29), (-0.0381, 0.1926))],
)
def test_newcombe_is_that_of_his_table(counts: tuple[int, int, int, int], expected: tuple[float, float]) -> None:
    """Method 10 of Table II of the paper."""
    assert newcombe_interval(*counts) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("kind", KINDS)
def test_calibration_written_as_its_definition(kind: str) -> None:
    labels, a, _ = answers(kind)
    found = calibration(labels, a, bins=10)
    sure, right = a.max(axis=1).astype(float), a.argmax(axis=1) == labels
    total = 0.0
    for number in range(10):
        inside = (sure > number / 10) & (sure <= (number + 1) / 10)
        assert found.counts[number] == inside.sum()
        if inside.any():
            assert found.confidence[number] == pytest.approx(sure[inside].mean())
            assert found.accuracy[number] == pytest.approx(right[inside].mean())
            total += inside.sum() * abs(right[inside].mean() - sure[inside].mean())
    assert found.error == pytest.approx(total / len(labels))


@pytest.mark.parametrize("kind", KINDS)
def test_every_image_is_in_one_group_of_right_and_wrong(kind: str) -> None:
    labels, a, b = answers(kind)
    counts = Outcomes(labels, a, b).counts()
    parts = (Group.ONLY_A_WRONG, Group.ONLY_B_WRONG, Group.BOTH_WRONG, Group.BOTH_RIGHT)
    assert sum(counts[group] for group in parts) == counts[Group.ALL] == len(labels)
    assert counts[Group.DISAGREE] == int((a.argmax(1) != b.argmax(1)).sum())
    assert counts[Group.ONLY_A_WRONG] + counts[Group.ONLY_B_WRONG] <= counts[Group.DISAGREE]


def test_without_images_there_is_no_verdict() -> None:
    nothing = np.zeros((0, CLASSES))
    with pytest.raises(ValueError, match="nothing to judge"):
        judge(Outcomes(np.zeros(0, int), nothing, nothing))


@pytest.mark.parametrize("seeds", range(2, 11))
def test_the_verdict_over_seeds_is_a_paired_t_test(seeds: int) -> None:
    random = np.random.default_rng(seeds)
    a, b = random.integers(9_700, 9_800, seeds), random.integers(9_720, 9_850, seeds)
    wanted = ttest_rel(a / 10_000, b / 10_000)
    found = judge_seeds(tuple(a.tolist()), tuple(b.tolist()), 10_000)
    assert found.accuracies_a == pytest.approx(tuple(a / 10_000))
    assert found.difference == pytest.approx((a - b).mean() / 10_000)
    assert found.p_value == pytest.approx(wanted.pvalue)
    assert found.difference_interval == pytest.approx(tuple(wanted.confidence_interval(0.95)))
    assert (found.seeds, found.better_a, found.better_b) == (seeds, (a > b).sum(), (b > a).sum())
    one = judge(Outcomes(np.arange(20) % 10, *(np.eye(10)[np.arange(20) % 10],) * 2))
    assert replace(one, seeds=found).better == ("" if wanted.pvalue >= 0.05 else "A" if (a - b).mean() > 0 else "B")


def test_seeds_that_all_tell_the_same_say_nothing_of_chance() -> None:
    ahead, equal = judge_seeds((75, 80), (50, 55), 100), judge_seeds((50, 75), (50, 75), 100)
    assert (ahead.difference, ahead.difference_interval, ahead.p_value) == (0.25, None, None)
    assert (equal.difference, equal.p_value, equal.better_a, equal.better_b) == (0.0, None, 0, 0)
    assert judge_seeds((75, 10), (10, 10), 100).difference_interval == (-1, 1), "differences go no further"
    tie = judge_seeds((9_701, 9_803, 9_744), (9_702, 9_801, 9_745), 10_000)
    assert tie.difference == 0
    assert tie.p_value == pytest.approx(1)
    for few in ((), (5,)):
        with pytest.raises(ValueError, match="Two seeds or more"):
            judge_seeds(few, few, 10)
    with pytest.raises(ValueError, match="Two seeds or more"):
        judge_seeds((5, 5), (5, 5, 5), 10)
