import numpy as np

from nncompare.analysis import Outcomes, judge
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
