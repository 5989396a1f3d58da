"""Robustness, held against scipy, and against corrections of p values that were made in another way."""

from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binomtest

from nncompare.analysis import Robustness, robustness
from nncompare.analysis.robustness import holm
from nncompare.disturbances import DISTURBANCES

STRENGTHS = DISTURBANCES["rotate"].strengths


def made(right_a: list[int], right_b: list[int] | None = None, guessed: int = 0) -> Robustness:
    """Make robustness in which the model with fewer right answers has none right that the other one has wrong."""
    right = {"A": tuple(right_a)} | ({"B": tuple(right_b)} if right_b is not None else {})
    leads = [a - b for a, b in zip(right_a, right_b or [], strict=False)]
    only_a, only_b = (tuple(max(0, sign * lead) for lead in leads) for sign in (1, -1))
    return Robustness("rotate", STRENGTHS[: len(right_a)], 1_000, right, only_a, only_b, guessed=guessed)


def closed_testing(p_values: list[float]) -> list[float]:
    """Correct p values by Bonferroni's test of every set of hypotheses, which comes to the same as Holm's steps."""
    numbers = range(len(p_values))
    sets = [chosen for size in numbers for chosen in combinations(numbers, size + 1)]
    least = {chosen: min(1.0, len(chosen) * min(p_values[here] for here in chosen)) for chosen in sets}
    return [max(least[chosen] for chosen in sets if here in chosen) for here in numbers]


@pytest.mark.parametrize("seed", range(20))
def test_p_values_are_corrected_as_by_testing_every_set_of_hypotheses(seed):
    p_values = list(np.random.default_rng(seed).beta(0.3, 2, 9))
    assert holm(p_values) == pytest.approx(closed_testing(p_values))


def test_equal_and_certain_p_values_are_corrected_too():
    assert holm([0.01, 0.02, 0.03, 0.04, 0.05]) == pytest.approx((0.05, 0.08, 0.09, 0.09, 0.09))
    assert holm([1.0, 1.0]) == (1.0, 1.0)
    assert holm([]) == ()


@pytest.mark.parametrize("seed", range(5))
def test_counts_bands_and_p_values_are_those_of_the_answers(seed):
    random = np.random.default_rng(seed)
    labels = random.integers(0, 10, 200)
    said = {
        name: [np.where(random.random(200) < share, labels, 9 - labels) for share in np.linspace(0.98, low, 9)]
        for name, low in (("A", 0.5), ("B", 0.3))
    }
    found = robustness("rotate", STRENGTHS, labels, said, seed=3, epochs={"A": 1.0, "B": 2.5})
    assert (found.images, found.strengths, found.seed, found.epochs["B"]) == (200, STRENGTHS, 3, 2.5)
    expected = []
    for here in range(9):
        a, b = (said[name][here] == labels for name in "AB")
        assert (found.right["A"][here], found.right["B"][here]) == (a.sum(), b.sum())
        only_a, only_b = int((a & ~b).sum()), int((b & ~a).sum())
        expected.append(binomtest(only_a, only_a + only_b).pvalue if only_a + only_b else 1.0)
        interval = binomtest(int(a.sum()), 200).proportion_ci(method="wilson")
        assert found.band("A")[here] == pytest.approx((interval.low, interval.high))
        assert found.accuracy("A")[here] == a.mean()
    assert found.p_values == pytest.approx(closed_testing(expected))
    assert found.guessed == max(np.bincount(labels))


def test_a_model_is_better_in_stretches_and_breaks_first_where_it_has_lost_much():
    found = made([980, 970, 960, 950, 900, 700, 500], [981, 972, 958, 820, 700, 400, 200], guessed=110)
    assert found.better == ["", "", "", "A", "A", "A", "A"]
    (stretch,) = found.stretches
    assert (stretch.better, stretch.first, stretch.last) == ("A", 3, 6)
    assert stretch.p_value == max(found.p_values[3:]) < 0.001
    assert found.breaks_first == "B"


def test_a_small_lead_does_not_mean_that_the_other_model_breaks():
    found = made([980, 980, 980], [980, 955, 980])
    assert found.better == ["", "A", ""]
    assert found.breaks_first == ""


def test_who_is_worse_undisturbed_does_not_break_first():
    found = made([980, 900, 500], [800, 600, 100])
    assert [(stretch.first, stretch.last) for stretch in found.stretches] == [(0, 2)]
    assert found.breaks_first == ""


def test_the_lead_may_change_hands():
    found = made([980, 960, 700, 300], [900, 940, 900, 600])
    assert [(one.better, one.first, one.last) for one in found.stretches] == [("A", 0, 1), ("B", 2, 3)]
    assert found.breaks_first == "A"


def test_a_lead_that_is_lost_for_a_moment_is_the_same_lead():
    found = made([980, 960, 900, 500], [900, 958, 700, 100])
    assert [(one.better, one.first, one.last) for one in found.stretches] == [("A", 0, 0), ("A", 2, 3)]
    assert found.breaks_first == ""


def test_a_small_lead_before_does_not_hide_who_breaks():
    found = made([980, 980, 980, 300], [980, 955, 980, 900])
    assert [(one.better, one.first) for one in found.stretches] == [("A", 1), ("B", 3)]
    assert found.breaks_first == "A"


def test_a_lead_counts_only_where_the_better_one_is_clearly_above_guessing():
    found = made([980, 600, 230, 219], [980, 400, 150, 100], guessed=110)
    assert (found.better, found.leads) == (["", "A", "A", "A"], ["", "A", "A", ""])
    assert [(one.first, one.last) for one in found.stretches] == [(1, 2)]
    assert found.breaks_first == "B"


def test_both_broken_at_the_same_strength_is_neither_first():
    found = made([980, 960, 480, 300], [980, 900, 300, 200], guessed=110)
    assert [(one.better, one.first) for one in found.stretches] == [("A", 1)]
    assert found.breaks_first == ""


def test_equal_models_and_one_alone_show_no_difference():
    equal = made([900, 500, 100], [900, 500, 100])
    assert (equal.better, equal.stretches, equal.breaks_first) == (["", "", ""], [], "")
    assert set(equal.p_values) == {1.0}
    alone = made([900, 500, 100])
    assert ([*alone.right], alone.p_values, alone.better, alone.stretches, alone.breaks_first) == (
        ["A"],
        (),
        [],
        [],
        "",
    )


def test_what_cannot_be_counted_is_refused():
    labels = np.zeros(3, int)
    with pytest.raises(ValueError, match="at every strength"):
        robustness("rotate", STRENGTHS, labels, {"A": [labels]})
    with pytest.raises(ValueError, match="at least one image"):
        robustness("rotate", (0.0,), labels[:0], {"A": [labels[:0]]})
