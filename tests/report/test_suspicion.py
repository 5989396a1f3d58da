"""What is said of labels that all networks contradict, and the part of the report on them."""

import re
from html import unescape

import pytest
from doubted_results import doubted

from nncompare.report import report_page
from nncompare.report.suspicion import suspicion

pytestmark = pytest.mark.usefixtures("synthetic_digits")
TWO = {3: 0.9, 50: 0.6}


def test_where_nothing_is_doubted_nothing_is_said() -> None:
    found = suspicion(doubted(0, {3: 0.9}, {50: 0.9}))
    assert (found.images.tolist(), found.sentences) == ([], ())


def test_it_is_called_a_suspicion_and_the_verdict_without_them_is_told() -> None:
    result = doubted(0, TWO | {90: 0.9, 91: 0.9}, TWO)
    found, without = suspicion(result), result.verdict(without=[3, 50])
    text = " ".join(found.sentences)
    assert found.images.tolist() == [3, 50]
    assert text.startswith("A suspicion, not a proof: both networks are as sure of another class as ")
    images = len(result.labels()) - 2
    assert f"Without these 2, A has {without.accuracy_a:.1%}, B 100.0% of {images:,} test images right; " in text
    assert f"B is ahead by {200 / images:.2f} points (exact McNemar test, p = {without.p_value:.3f})." in text
    assert "Which model is better stays the same, since both networks are wrong on these 2." in text
    assert without.p_value == result.verdict().p_value


def test_networks_that_are_often_wrong_are_not_trusted_with_labels(monkeypatch: pytest.MonkeyPatch) -> None:
    words = "most of these labels may well be right"
    assert words not in " ".join(suspicion(doubted(0, TWO, TWO)).sentences)
    monkeypatch.setattr("nncompare.report.suspicion._STRONG", 1.01)
    assert words in " ".join(suspicion(doubted(0, TWO, TWO)).sentences)


def test_one_image_is_spoken_of_as_one() -> None:
    text = " ".join(suspicion(doubted(0, {3: 0.9}, {3: 0.9})).sentences)
    assert "Without this one, A has" in text
    assert "are wrong on this one." in text


def test_over_seeds_all_networks_are_counted_and_the_figures_are_means() -> None:
    second = doubted(1, TWO | {90: 0.9, 91: 0.9, 92: 0.9}, TWO)
    result = doubted(0, TWO | {90: 0.9}, TWO, second)
    text = " ".join(suspicion(result).sentences)
    assert "all four networks are as sure" in text
    assert "Without these 2, on average A has" in text
    seeds = result.verdict(without=[3, 50]).seeds
    assert seeds is not None
    assert f"points (paired t test, p = {seeds.p_value:.3f})." in text
    equal = suspicion(doubted(0, TWO, TWO, doubted(1, TWO, TWO)))
    assert "neither is ahead (the same from every seed)." in " ".join(equal.sentences)


def test_of_training_images_it_says_that_they_were_learned() -> None:
    text = " ".join(suspicion(doubted(0, TWO, TWO), "train").sentences)
    assert "of 998 training images right" in text
    assert "learned by heart" in text


def test_the_report_folds_them_with_their_cards() -> None:
    result = doubted(0, TWO, TWO)
    (part,) = re.findall(
        r"<details class=\"more\">\s*<summary>Perhaps mislabelled: 2</summary>.*?</details>", page(result)
    )
    assert re.findall(r"#(\d+) · label", part) == ["3", "50"]
    assert " ".join(suspicion(result).sentences) in part
    assert "Here are the" not in part
    assert "mislabelled" not in page(doubted(0, {3: 0.9}, {50: 0.9}))


def test_of_more_than_a_hundred_the_report_shows_the_clearest() -> None:
    every_third = dict.fromkeys(range(0, 480, 3), 0.9)
    text = page(doubted(0, every_third, every_third))
    assert "Perhaps mislabelled: 160" in text
    assert "Here are the 100 with the widest margin." in text


def page(result) -> str:
    return unescape(re.sub(r"\n\s*", " ", report_page(result)))
