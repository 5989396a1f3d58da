"""What the cards of images say of two models."""

import numpy as np
import pytest

from nncompare.data import load
from nncompare.messages import Prediction, VisibleImages
from nncompare.ui.elements import render
from nncompare.ui.panels.cards import cards_of
from nncompare.ui.panels.newest_predictions import Changes


def prediction(share: float, class_: int = 0) -> Prediction:
    """Make a prediction for the first test image: so sure of a class, and the rest of its neighbour."""
    shares = np.zeros((1, 10), np.float32)
    shares[0, [class_, class_ + 1]] = share, 1 - share
    return Prediction(1.0, shares, VisibleImages("test", (0,)))


@pytest.mark.usefixtures("synthetic_digits")
@pytest.mark.parametrize(
    ("a", "b", "words"),
    [
        ((0.9961, 0), (0.9987, 0), ["99.6%", "99.9%"]),
        ((0.9961, 0), (0.9987, 5), ["100%", "100%"]),
        ((0.96, 0), (0.9, 0), ["96%", "90%"]),
        ((1.0, 0), (1.0, 0), ["100%", "100%"]),
    ],
)
def test_how_sure_two_models_are_of_the_same_class_reads_differently(
    a: tuple[float, int], b: tuple[float, int], words: list[str]
) -> None:
    images = load("synthetic-digits")
    newest = {"A": prediction(*a), "B": prediction(*b)}
    cards = cards_of(images, VisibleImages("test", (0,)), newest, Changes())
    html = render("cards.html", cards=cards, classes=images.info.classes)
    assert [part.partition("<")[0] for part in html.split("<small>")[1:]] == words
