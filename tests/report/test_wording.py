from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binomtest, ttest_rel

from nncompare.analysis import Outcomes, guessing, judge, judge_seeds
from nncompare.report.judging import how_judged
from nncompare.report.wording import chance, explanation, finding, no_better_than_guessing


def verdict_of(only_a: int, only_b: int, both: int, neither: int = 0):
    """Build answers with so many images of each kind, and judge them."""
    right, wrong = [1.0, 0.0], [0.0, 1.0]
    a = [right] * only_a + [wrong] * only_b + [right] * both + [wrong] * neither
    b = [wrong] * only_a + [right] * only_b + [right] * both + [wrong] * neither
    return judge(Outcomes(np.zeros(len(a), int), np.array(a), np.array(b)))


def test_the_better_model_is_named_with_its_lead() -> None:
    assert finding(verdict_of(171, 61, 9_768)) == "A is better by 1.1 points"
    assert finding(verdict_of(61, 171, 9_768)) == "B is better by 1.1 points"
    assert finding(verdict_of(61, 171, 9_768), is_sound=False) == "B is ahead by 1.1 points"
    assert finding(verdict_of(171, 61, 9_768), "train") == "A is better by 1.1 points on the training images"
    assert finding(verdict_of(6, 0, 9_994)) == "A is better by 0.06 points"


@pytest.mark.parametrize(("only_a", "only_b"), [(5, 4), (20, 10), (7, 7), (0, 0)])
def test_what_chance_would_often_make_is_not_called_better(only_a: int, only_b: int) -> None:
    verdict = verdict_of(only_a, only_b, 9_900)
    assert binomtest(only_a, max(1, only_a + only_b)).pvalue >= 0.05
    assert verdict.better == ""
    assert finding(verdict) == f"no difference that {verdict.images:,} test images could show"
    assert "training images" in finding(verdict, "train")


def test_the_explanation_counts_and_warns() -> None:
    text = " ".join(explanation(verdict_of(171, 61, 9_700, 68)).sentences)
    assert "A has 98.7% (98.5 to 98.9), B 97.6% (97.3 to 97.9) of 10,000 test images right" in text
    assert "Only A was right on 171, only B on 61." in text
    assert "happens by chance less than once in 1,000 times (exact McNemar test, p < 0.001)" in text
    assert "one seed" in text
    assert "watched while training" in text


def test_chance_is_told_for_what_it_is() -> None:
    for only_a, only_b in ((30, 13), (13, 10)):
        expected = binomtest(only_a, only_a + only_b).pvalue
        words = f"by chance about {1_000 * expected:.0f} times in 1,000 (exact McNemar test, p = {expected:.3f})"
        assert words in chance(verdict_of(only_a, only_b, 100))
    assert "by chance every time" in chance(verdict_of(5, 5, 100))
    assert "by chance about once in 1,000 times" in chance(replace(verdict_of(5, 5, 100), p_value=0.0012))
    assert chance(verdict_of(0, 0, 10)) == "They are right on the very same images."


def test_on_the_training_images_it_says_whose_images_they_are() -> None:
    text = " ".join(explanation(verdict_of(30, 13, 57), "train").sentences)
    assert "of 100 training images right" in text
    assert "learned from these very images" in text
    assert "watched" not in text


def over_seeds(a: tuple[int, ...], b: tuple[int, ...], left_out: int = 0):
    return replace(verdict_of(30, 13, 957), seeds=judge_seeds(a, b, 1_000, left_out=left_out))


def test_over_several_seeds_the_verdict_is_theirs() -> None:
    many = over_seeds((970, 975, 980), (980, 984, 991))
    assert finding(many) == "B is better by 1.0 points over three seeds"
    text = " ".join(explanation(many).sentences)
    assert "On average A has 97.5% (97.0 to 98.0), B 98.5% (98.0 to 99.1) of 1,000 test images right" in text
    assert "A had more right from 0 of 3 seeds, B from 3." in text
    assert "B is ahead by 1.00 points (95% confidence: B by 0.75 to 1.25)." in text
    assert "by chance about 3 times in 1,000 (paired t test over the seeds, p = 0.003)" in text
    assert "not the images" in text
    assert "fewer than five seeds" in text
    for word in ("McNemar", "one seed"):
        assert word not in text


def test_ties_and_equal_differences_are_told_for_what_they_are() -> None:
    for tie in (over_seeds((970, 980), (970, 980)), over_seeds((970, 980), (960, 970))):
        assert finding(tie) == "no difference that two seeds could show"
    same = " ".join(explanation(over_seeds((970, 980), (960, 970))).sentences)
    assert "The difference is the same from every seed, so nothing tells how much it varies." in same
    assert "confidence" not in same
    tie = " ".join(explanation(over_seeds((970, 980), (980, 970))).sentences)
    assert "On average there is no difference." in tie


def test_a_lead_that_the_seeds_do_not_show_is_not_the_headline() -> None:
    luck = over_seeds((700, 730), (725, 721))
    assert luck.seeds is not None
    wanted = ttest_rel((0.700, 0.730), (0.725, 0.721))
    low, high = wanted.confidence_interval(0.95)
    assert (luck.lead, low < 0 < high, wanted.pvalue > 0.5) == (pytest.approx(-0.008), True, True)
    assert (luck.better, finding(luck)) == ("", "no difference that two seeds could show")
    assert explanation(luck).counted[2] == (
        f"B is ahead by 0.80 points (95% confidence: A by {100 * high:.2f} to B by {-100 * low:.2f})."
    )


def test_seeds_that_are_left_out_are_counted() -> None:
    found = finding(over_seeds((970, 975, 980), (980, 984, 991), left_out=2))
    assert found == "B is better by 1.0 points over three of five seeds"


def test_shares_that_differ_read_differently_and_not_all_is_not_a_hundred_percent() -> None:
    assert "A has 97.05% (" in explanation(verdict_of(5, 1, 9_700, 294)).counted[0]
    assert "B 97.01% (" in explanation(verdict_of(5, 1, 9_700, 294)).counted[0]
    assert "A has 99.99% (" in explanation(verdict_of(0, 1, 9_999)).counted[0]


def test_guessing_is_told_with_its_reason() -> None:
    labels = np.repeat(np.arange(10), 50)
    words = no_better_than_guessing("B", guessing(labels, np.zeros(500, int)), "train")
    assert "Model B has 10.0% of 500 training images right" in words
    assert "the commonest class gives 10.0%" in words
    expected = binomtest(50, 500, 0.1, alternative="greater").pvalue
    assert f"one-sided exact binomial test, p = {expected:.3f}" in words


def test_from_five_seeds_on_nothing_is_said_of_few() -> None:
    five = (970, 971, 972, 973, 974)
    assert explanation(over_seeds(five, tuple(right + 1 for right in five))).caution == ""


def test_interval_test_and_luck_are_explained_with_the_counts_of_this_verdict() -> None:
    verdict = verdict_of(171, 61, 9_700, 68)
    interval, test, luck = how_judged(verdict)
    assert "about 95" in interval
    assert "171 for A, 61 for B" in test
    assert "coin" in test
    assert "Only below 0.05, which is once in 20 times" in luck
    of_seeds = how_judged(replace(verdict, seeds=judge_seeds((900, 910), (905, 920), 1_000)))
    assert "from every seed" in of_seeds[0]
    assert "paired t test" in of_seeds[1]
    assert of_seeds[2] == luck
