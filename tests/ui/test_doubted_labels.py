"""Images whose labels all networks contradict, as a group of the filter on Predictions."""

import re
from dataclasses import replace
from functools import partial

import pytest
from processes import until
from stored_runs import finished as finished_record
from tiny_comparison import TINY, WHAT, shown_indices
from wrong_labels import contradict

from nncompare.analysis import Order
from nncompare.messages import Prediction

BOTH = {3: 0.7, 50: 0.9, 120: 0.6}


def record(margins, config, labels, source):
    made = finished_record(config, labels, source)
    return replace(made, test=Prediction(float(config.epochs), contradict(labels, margins)))


def contradicting(margins):
    return partial(record, margins)


def of_seed(by_source, config, labels, source):
    return record(by_source[source], config, labels, source)


@pytest.fixture
def offered(settle):
    """Wait until so many images are offered, and return the filter."""

    def wait(dashboard, count):
        evaluation = dashboard.steps.predictions.evaluation
        words = f"Mislabelled? <b>{count}</b>" if count else "A sample"
        until(lambda: words in evaluation.filter.others.html, WHAT)
        settle(dashboard)  # what is shown at first is chosen after that
        return evaluation.filter

    return wait


def test_they_are_offered_with_their_count_their_reason_and_the_verdict_without_them(open_finished, offered):
    dashboard = open_finished(TINY, contradicting(BOTH | {200: 0.9}), contradicting(BOTH))
    found, summary = offered(dashboard, 3), dashboard.steps.predictions.summary
    assert 'data-pick="perhaps mislabelled"' not in found.bar.html, "it is no part of the whole"
    assert found.note.value == ""
    found.others.pick("perhaps mislabelled")
    until(lambda: shown_indices(dashboard) == [50, 3, 120], "the widest margin first")
    until(lambda: "3 images perhaps mislabelled</b>" in summary.value, WHAT)
    assert found.order.value is Order.AGAINST_LABEL
    assert re.search("A suspicion, not a proof: .*Without these 3, A has .* McNemar", found.note.value)
    found.order.value = Order.DATA_SET
    until(lambda: shown_indices(dashboard) == [3, 50, 120], WHAT)
    found.bar.pick("both right")
    until(lambda: found.note.value == "", WHAT)
    assert found.order.value is Order.DIFFERENCE


def test_where_nothing_is_doubted_nothing_is_offered(open_finished, offered):
    dashboard = open_finished(TINY, contradicting({3: 0.9}), contradicting({50: 0.9}))
    found = offered(dashboard, 0)
    assert "islabelled" not in found.others.html
    found.others.pick("perhaps mislabelled")
    assert found.is_on
    assert "mislabelled" not in found.words


def test_one_model_alone_doubts_nothing(open_finished, offered):
    dashboard = open_finished(TINY.model_copy(update={"b": None}), contradicting(BOTH))
    found = offered(dashboard, 0)
    assert "islabelled" not in found.others.html


def test_over_seeds_the_networks_of_all_must_agree(open_finished, offered):
    by_source = {0: BOTH, 1: BOTH, 2: BOTH | {77: 0.9}, 3: {50: 0.8, 77: 0.9}}
    of = partial(of_seed, by_source)
    dashboard = open_finished(TINY.model_copy(update={"repeat": 2}), of, of)
    found = offered(dashboard, 1)
    found.others.pick("perhaps mislabelled")
    until(lambda: shown_indices(dashboard) == [50], WHAT)
    assert "all four networks" in found.note.value


def test_training_images_are_doubted_as_well(open_finished, offered):
    dashboard = open_finished(TINY, contradicting(BOTH), contradicting(BOTH))
    predictions = dashboard.steps.predictions
    for model in dashboard.result.models:
        model._predicted["train"] = contradict(dashboard.result.labels("train"), {7: 0.9})
    predictions.split.value = "train"
    found = offered(dashboard, 1)
    found.others.pick("perhaps mislabelled")
    until(lambda: shown_indices(dashboard) == [7], WHAT)
    assert "learned by heart" in found.note.value


def test_what_is_looked_at_stays_as_more_seeds_or_other_epochs_doubt_other_labels(open_finished, offered, settle):
    dashboard = open_finished(TINY, contradicting(BOTH), contradicting(BOTH))
    found, outcomes = offered(dashboard, 3), dashboard.result.outcomes()
    found.others.pick("perhaps mislabelled")
    until(lambda: shown_indices(dashboard) == [50, 3, 120], WHAT)
    for suspects, doubts in (((50,), ("One.",)), ((), ())):
        now, button = replace(outcomes, suspects=suspects), f"Mislabelled? <b>{len(suspects)}</b>"
        dashboard.refresher.post(partial(found.offer, now, "0123456789", "AB", doubts))
        settle(dashboard)
        assert button in found.others.html
        assert "".join(doubts) in found.note.value
        assert found.is_on
    found.others.pick("disagree")
    until(lambda: "islabelled" not in found.others.html, "none is left, and nobody looks at them")
