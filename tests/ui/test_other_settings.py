"""That the settings of the page are others than those of the run that is shown."""

import pytest
from processes import until
from tiny_comparison import TINY, WHAT, press, pressable

from nncompare.config import Comparison, RunConfig
from nncompare.ui.other_settings import other_settings


@pytest.mark.parametrize(
    ("page", "told"),
    [
        ({}, []),
        ({"dataset": "synthetic-fashion"}, ["data set Synthetic digits, now Synthetic fashion"]),
        ({"train_images": None}, ["training images 1,000, now all"]),
        ({"memory_budget": 2**23}, ["memory budget none, now 8.0 MiB"]),
        ({"a": RunConfig(channels=7, epochs=1)}, ["channels 2 (A), now 7"]),
        ({"b": RunConfig(channels=3, epochs=2, optimizer="sgd")}, ["optimiser Adam (B), now SGD"]),
        ({"b": None}, ["two models"]),
        (
            {"seed": 3, "repeat": 2, "a": RunConfig()},
            ["seed 0, now 3", "repeat 1, now 2", "channels 2 (A), now 16", "and 1 more"],
        ),
    ],
)
def test_the_settings_of_the_run_are_named(page: dict[str, object], told: list[str]) -> None:
    assert other_settings(TINY, TINY.model_copy(update=page)) == told


def test_a_model_alone_is_named() -> None:
    alone = Comparison(b=None)
    assert other_settings(alone, Comparison()) == ["A alone"]
    assert other_settings(alone, alone) == []


def test_the_page_says_so_and_offers_to_train_them(finished, settle) -> None:
    reason = finished.steps.training.reason
    until(lambda: "Train again" in pressable(finished), WHAT)
    assert "other settings" not in reason.html
    finished.steps.models.forms["A"].fields["channels"].value = "7"
    settle(finished)
    assert "This run used other settings: channels 2 (A), now 7." in reason.html
    assert "Train both" in pressable(finished)
    finished.steps.models.forms["A"].fields["channels"].value = "2"
    settle(finished)
    assert "other settings" not in reason.html


def test_one_press_leads_from_the_end_to_the_disagreements(finished) -> None:
    count = len(finished.result.disagreements())
    assert count > 1
    see = f"See the {count:,} images on which they disagree"
    until(lambda: see in pressable(finished), WHAT)
    until(lambda: "nnc-conclusion" in finished.steps.training.lead.value, WHAT)
    verdict = finished.steps.predictions.evaluation.verdict.value
    headline = finished.news.ending.headline
    assert headline in verdict
    assert headline in finished.steps.training.lead.value
    press(finished, see)
    until(lambda: finished.navigation.step == "Predictions", WHAT)
    image_filter = finished.steps.predictions.evaluation.filter
    assert image_filter.is_on
    assert f"of {count:,}" in image_filter.place.value


def test_while_it_goes_on_nothing_is_concluded(finished, engine) -> None:
    until(lambda: finished.news.ending.headline, WHAT)
    press(finished, "Continue")
    until(lambda: len(engine.active()) == 2, WHAT)
    until(lambda: not finished.news.ending.headline, WHAT)
    until(lambda: "nnc-conclusion" not in finished.steps.training.lead.value, WHAT)
    engine.end_all()
