from dataclasses import replace

import numpy as np

from nncompare.analysis import Outcomes, judge, judge_seeds
from nncompare.analysis.wording import chance, explanation, headline


def verdict_of(only_a: int, only_b: int, both: int, neither: int = 0):
    """Build answers with so many images of each kind, and judge them."""
    right, wrong = [1.0, 0.0], [0.0, 1.0]
    a = [right] * only_a + [wrong] * only_b + [right] * both + [wrong] * neither
    b = [wrong] * only_a + [right] * only_b + [right] * both + [wrong] * neither
    return judge(Outcomes(np.zeros(len(a), int), np.array(a), np.array(b)))


def test_the_better_model_is_named_with_its_lead() -> None:
    assert headline(verdict_of(171, 61, 9_768)) == "A is better by 1.1 points"
    assert headline(verdict_of(61, 171, 9_768)) == "B is better by 1.1 points"
    assert headline(verdict_of(5, 4, 9_991)) == "A is better by 0.01 points"
    assert headline(verdict_of(7, 7, 86)) == "Both are equally good"


def test_the_explanation_counts_and_warns() -> None:
    text = " ".join(explanation(verdict_of(171, 61, 9_700, 68)))
    assert "A has 98.7% (98.5 to 98.9), B 97.6% (97.3 to 97.9) of 10,000 test images right" in text
    assert "Only A was right on 171, only B on 61." in text
    assert "very rare among equally good models (exact McNemar test, p < 0.001)" in text
    assert "one seed" in text
    assert "watched while training" in text


def test_chance_is_told_for_what_it_is() -> None:
    assert "is rare among" in chance(verdict_of(30, 13, 100))
    assert "is common among equally good models (exact McNemar test, p = 0.678)" in chance(verdict_of(13, 10, 100))
    assert chance(verdict_of(0, 0, 10)) == "They are right on the very same images."


def test_on_the_training_images_it_says_whose_images_they_are() -> None:
    text = " ".join(explanation(verdict_of(30, 13, 57), "train"))
    assert "of 100 training images right" in text
    assert "learned from these very images" in text
    assert "watched" not in text


def over_seeds(a: tuple[int, ...], b: tuple[int, ...], left_out: int = 0):
    return replace(verdict_of(30, 13, 957), seeds=judge_seeds(a, b, 1_000, left_out=left_out))


def test_over_several_seeds_the_verdict_is_theirs() -> None:
    many = over_seeds((970, 975, 980), (980, 984, 991))
    assert headline(many) == "B is better by 1.0 points over 3 seeds"
    text = " ".join(explanation(many))
    assert "On average A has 97.5% (97.0 to 98.0), B 98.5% (98.0 to 99.1) of 1,000 test images right" in text
    assert "A was better from 0 of 3 seeds, B from 3." in text
    assert "A minus B is -1.00 points (95% confidence: -1.25 to -0.75)." in text
    assert "rare among equally good settings (paired t test over the seeds, p = 0.003)" in text
    assert "not the images" in text
    assert "So few seeds say little" in text
    for word in ("McNemar", "one seed", "Left out"):
        assert word not in text


def test_ties_and_equal_differences_are_told_for_what_they_are() -> None:
    assert headline(over_seeds((970, 980), (970, 980))) == "Both are equally good over 2 seeds"
    same = " ".join(explanation(over_seeds((970, 980), (960, 970))))
    assert "The difference is the same from every seed, so nothing tells how much it varies." in same
    assert "confidence" not in same
    tie = " ".join(explanation(over_seeds((970, 980), (980, 970))))
    assert "On average there is no difference." in tie


def test_seeds_that_are_left_out_are_told() -> None:
    assert "Left out: 2 more" in " ".join(explanation(over_seeds((970, 981), (980, 970), left_out=2)))


def test_from_five_seeds_on_nothing_is_said_of_few() -> None:
    five = (970, 971, 972, 973, 974)
    assert "So few seeds" not in " ".join(explanation(over_seeds(five, tuple(right + 1 for right in five))))
