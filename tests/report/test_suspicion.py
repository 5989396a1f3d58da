"""What is said of labels that all networks contradict, and the part of the report on them."""

import re
from html import unescape

import pytest
from doubted_results import doubted

from nncompare.report import report_page
from nncompare.report.suspicion import suspicion
from nncompare.report.wording import chance, chance_over_seeds

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
    assert text.startswith("Both networks are sure of the same other class on these 2 test images: ")
    assert "That is a suspicion and no proof" in text
    images = len(result.labels()) - 2
    assert re.search(rf"Without them: A has 99\.\d+% .*, B 100\.\d+% .* of {images:,} test images right", text)
    assert f"A minus B is {-200 / images:+.2f} points (95% confidence: " in text
    assert chance(without) in text
    assert without.p_value == result.verdict().p_value


def test_one_image_is_spoken_of_as_one() -> None:
    text = " ".join(suspicion(doubted(0, {3: 0.9}, {3: 0.9})).sentences)
    assert "on this test image: " in text
    assert "Without it: A has" in text


def test_over_seeds_all_networks_are_counted_and_the_figures_are_means() -> None:
    result = doubted(0, TWO | {90: 0.9}, TWO, doubted(1, TWO, TWO))
    text = " ".join(suspicion(result).sentences)
    assert text.startswith("All four networks are sure")
    assert "Without them: On average A has" in text
    seeds = result.verdict(without=[3, 50]).seeds
    assert seeds is not None
    assert chance_over_seeds(seeds) in text


def test_of_training_images_it_says_that_they_were_learned() -> None:
    text = " ".join(suspicion(doubted(0, TWO, TWO), "train").sentences)
    assert "these 2 training images" in text
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
