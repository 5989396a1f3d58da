"""One slider moves what is told of the predictions through the epochs; the end, and what is saved of it, stays."""

import re
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from processes import until
from stored_runs import broken_off, predicted_after
from tiny_comparison import TINY, WHAT, judged_cards, press, shown_indices, train

from nncompare.analysis import Group, Order, Outcomes, confusion_matrix
from nncompare.comparison.state import State
from nncompare.config import RunConfig
from nncompare.data import load
from nncompare.store import Store, to_half
from nncompare.ui.panels.findings import find_after

LONGER = TINY.model_copy(update={"a": RunConfig(channels=2, epochs=2), "b": RunConfig(channels=3, epochs=4)})
UNDER_WAY = TINY.model_copy(update={"a": RunConfig(channels=4, epochs=100), "b": RunConfig(channels=4, epochs=100)})


@pytest.fixture
def longer(open_finished):
    """A finished page of two and four epochs, judged on the test set."""
    dashboard = open_finished(LONGER)
    until(lambda: dashboard.steps.predictions.evaluation.matrix.box.html != "", WHAT)
    return dashboard


def look_at(dashboard, epoch):
    """Move the slider as the page does, and wait until the page shows that epoch; 0 is the end."""
    slider = dashboard.steps.predictions.epochs.slider
    slider._on_message(None, {"epoch": epoch}, [])
    until(lambda: slider.shown == epoch, f"epoch {epoch} is shown")


def is_hidden(dashboard):
    return "nnc-hidden" in dashboard.steps.predictions.epochs.box._dom_classes


def outcomes_after(epoch):
    """Return what was kept of both models, before the end of either."""
    labels = load("synthetic-digits").labels("test")
    a, b = (to_half(predicted_after(epoch, labels, source)) for source in (0, 1))
    return Outcomes(labels, a, b)


def test_it_offers_as_many_positions_as_the_longer_one_has_epochs(longer):
    slider = longer.steps.predictions.epochs.slider
    assert not is_hidden(longer)
    assert (slider.last, slider.total, slider.shown, slider.is_live, slider.note) == (4, 4, 0, False, "")


def test_where_there_is_one_epoch_or_nothing_is_kept_there_is_none(open_finished, open_ready, engine, home):
    one = TINY.model_copy(update={"b": RunConfig(channels=3, epochs=1)})
    assert is_hidden(open_finished(one))
    dashboard = open_finished(LONGER)
    assert not is_hidden(dashboard)
    for kept in home.glob(f"runs/{dashboard.current.running.saved_id}/seed-0/*-epochs/*/*"):
        kept.unlink()
    for kept in home.glob("runs/*/seed-0/*-epochs/*"):
        kept.rmdir()
    dashboard.open_saved(dashboard.current.running.saved_id)
    until(lambda: is_hidden(dashboard), "an older store has no epochs")
    assert is_hidden(open_ready(TINY)), "nor has what was not trained"


def test_verdict_matrix_and_bar_are_those_of_the_epoch(longer):
    evaluation = longer.steps.predictions.evaluation
    end = evaluation.verdict.value
    look_at(longer, 1)
    then = outcomes_after(1)
    right = [int((answers == then.labels).sum()) for answers in (then.predicted_by_a, then.predicted_by_b)]
    counts = then.counts()
    assert '<span class="nnc-then">after epoch 1</span>' in evaluation.verdict.value
    assert f"Only A was right on {counts[Group.ONLY_B_WRONG]:,}" in evaluation.verdict.value
    assert f"Disagree <b>{counts[Group.DISAGREE]:,}</b>" in evaluation.filter.others.html
    matrix = confusion_matrix(then.labels, then.predicted_by_a, 10)
    assert f"true 3, predicted 3: A {matrix[3, 3]:,}," in evaluation.matrix.box.html
    assert matrix.trace() == right[0]
    assert "learned for" not in evaluation.verdict.value, "both were after their first epoch"
    look_at(longer, 0)
    assert evaluation.verdict.value == end
    assert longer.steps.predictions.disagreements == len(longer.result.disagreements())


def test_the_cards_follow_and_what_was_chosen_stays_chosen(longer):
    predictions, then = longer.steps.predictions, outcomes_after(1)
    predictions.evaluation.filter.bar.pick("only A wrong")
    look_at(longer, 1)
    found = then.select(Group.ONLY_A_WRONG, Order.DIFFERENCE)
    until(lambda: shown_indices(longer) == found[:12].tolist(), "the images of that epoch")
    assert f"{len(found):,} images that only B got right" in predictions.summary.value


def test_a_sample_stays_and_its_answers_change(longer, settle):
    predictions = longer.steps.predictions
    predictions.new_sample.click()
    settle(longer)
    sample = list(predictions.shown.indices)
    until(lambda: shown_indices(longer) == sample, WHAT)  # costly cards are drawn after a rest
    before = predictions.cards.html
    look_at(longer, 1)
    until(lambda: "after 1.00 epochs" in predictions.summary.value, WHAT)
    assert shown_indices(longer) == sample
    assert predictions.cards.html != before
    labels, then = load("synthetic-digits").labels("test")[sample], outcomes_after(1)
    right = int((then.predicted_by_b[sample] == labels).sum())
    assert f"{right} of 12 right" in predictions.summary.value
    look_at(longer, 0)
    until(lambda: predictions.cards.html.count("data-model") == 24, WHAT)
    assert shown_indices(longer) == sample


def test_of_two_lengths_each_shows_its_newest_epoch_and_that_is_said(longer):
    predictions = longer.steps.predictions
    look_at(longer, 3)
    assert predictions.epochs.slider.note == "A has learned for 2 epochs only."
    assert "A learned for 2 epochs, B learned for 3 epochs" in predictions.evaluation.verdict.value
    look_at(longer, 2)
    assert predictions.epochs.slider.note == ""


def test_an_epoch_that_is_damaged_is_told_and_the_one_before_it_shown(longer, home):
    slider = longer.steps.predictions.epochs.slider
    (damaged,) = home.glob("runs/*/seed-0/b-epochs/000003/epoch.npy")
    damaged.write_bytes(b"damaged")
    look_at(longer, 3)
    assert slider.note == "A has learned for 2 epochs only. B: epoch 3 is not kept, this is epoch 2."
    for kept in home.glob("runs/*/seed-0/*-epochs/000001/epoch.npy"):
        kept.unlink()
    look_at(longer, 1)
    assert slider.note == "A: epoch 1 is not kept. B: epoch 1 is not kept."
    assert "No verdict" in longer.steps.predictions.evaluation.verdict.value
    look_at(longer, 2)
    assert slider.note == ""
    assert longer.steps.predictions.evaluation.matrix.box.html != ""


def test_files_are_those_of_the_end(longer, monkeypatch):
    box, files = longer.steps.predictions.evaluation.exports.box, []
    monkeypatch.setattr(box, "download", lambda name, kind, content: files.append(content))
    box.pick("predictions.csv")
    look_at(longer, 1)
    box.pick("predictions.csv")
    until(lambda: len(files) == 2, WHAT)
    assert files[0] == files[1]


def test_of_training_images_there_is_the_end_alone(longer, settle):
    predictions = longer.steps.predictions
    look_at(longer, 1)
    predictions.split.value = "train"
    until(lambda: "of 1,000 training images" in predictions.evaluation.verdict.value, WHAT)
    slider = predictions.epochs.slider
    assert (slider.shown, slider.is_off) == (0, True)
    assert slider.note == "Earlier epochs are kept for the test images alone."
    slider._on_message(None, {"epoch": 1}, [])
    settle(longer)
    assert slider.shown == 0
    predictions.split.value = "test"
    until(lambda: not slider.is_off and slider.note == "", WHAT)
    until(lambda: "McNemar" in predictions.evaluation.verdict.value, WHAT)
    assert slider.shown == 0


@pytest.mark.parametrize("epoch", ["1", True, 1.5, -1, 4, 10**30, None, [1]])
def test_what_is_no_earlier_epoch_leads_nowhere(longer, settle, epoch):
    slider, before = longer.steps.predictions.epochs.slider, longer.steps.predictions.evaluation.verdict.value
    slider._on_message(None, {"epoch": epoch}, [])
    settle(longer)
    assert slider.shown == 0
    assert longer.steps.predictions.evaluation.verdict.value == before


def test_of_what_is_dragged_over_the_last_one_is_shown(longer, monkeypatch):
    asked = []

    def find(pair, epoch):
        asked.append(epoch)
        return find_after(pair, epoch)

    monkeypatch.setattr("nncompare.ui.panels.epoch_slider.find_after", find)
    slider = longer.steps.predictions.epochs.slider
    longer.refresher.post(lambda: [longer.steps.predictions.epochs.go(epoch) for epoch in (1, 2, 3, 2, 1, 3)])
    until(lambda: slider.shown == 3, WHAT)
    assert asked == [1, 3], "one at a time, and the newest"


def test_what_cannot_be_shown_is_told_and_the_end_is_there_again(longer, monkeypatch):
    def broken(*_):
        raise OSError("No disk.")

    monkeypatch.setattr("nncompare.ui.panels.epoch_slider.find_after", broken)
    sent: list[object] = []
    predictions = longer.steps.predictions
    monkeypatch.setattr(predictions.epochs.slider, "send", sent.append)
    predictions.epochs.slider._on_message(None, {"epoch": 1}, [])
    until(lambda: "The epoch cannot be shown. No disk." in predictions.summary.value, WHAT)
    assert sent == [{"leave": True}]


def test_of_a_model_that_broke_off_the_other_one_is_shown(open_finished):
    dashboard = open_finished(LONGER, a=broken_off)
    until(lambda: dashboard.steps.predictions.evaluation.verdict.value != "", WHAT)
    look_at(dashboard, 3)
    slider, evaluation = dashboard.steps.predictions.epochs.slider, dashboard.steps.predictions.evaluation
    assert slider.note == "A has not finished an epoch."
    assert "after epoch 3" in evaluation.verdict.value
    assert "Answers of B" in evaluation.matrix.box.html


def test_of_a_model_alone_there_are_epochs_too(open_finished):
    dashboard = open_finished(LONGER.model_copy(update={"b": None}))
    until(lambda: dashboard.steps.predictions.evaluation.matrix.box.html != "", WHAT)
    look_at(dashboard, 1)
    evaluation, then = dashboard.steps.predictions.evaluation, outcomes_after(1)
    assert '<h3>Model A alone <span class="nnc-then">after epoch 1</span></h3>' in evaluation.verdict.value
    right = int((then.predicted_by_a == then.labels).sum())
    assert f'<span class="nnc-part-count">{right:,}<' in evaluation.filter.bar.html


def test_of_several_seeds_the_one_that_is_looked_at_is_shown_and_named(open_finished):
    dashboard = open_finished(LONGER.model_copy(update={"repeat": 2}))
    predictions = dashboard.steps.predictions
    verdict = predictions.evaluation.verdict
    until(lambda: "paired t test over the seeds" in verdict.value, WHAT)
    look_at(dashboard, 1)
    assert "after epoch 1, seed 2 of 2</span>" in verdict.value
    assert "McNemar" in verdict.value
    predictions.seed.box.value = 0
    until(lambda: "those of seed 1 of 2" in verdict.value, "the end of the other seed")
    assert predictions.epochs.slider.shown == 0
    look_at(dashboard, 1)
    assert "after epoch 1, seed 1 of 2</span>" in verdict.value


def test_who_asks_for_the_disagreements_sees_those_of_the_end(longer):
    look_at(longer, 1)
    longer.refresher.post(longer.steps.predictions.show_disagreements)
    chosen = longer.result.outcomes().select(Group.DISAGREE, Order.DIFFERENCE).tolist()
    slider = longer.steps.predictions.epochs.slider
    until(lambda: (shown_indices(longer), slider.shown) == (chosen[:12], 0), WHAT)


def test_more_epochs_are_added_while_an_earlier_one_is_looked_at(longer, engine, settle):
    predictions, before = longer.steps.predictions, longer.result
    look_at(longer, 1)
    then = predictions.evaluation.verdict.value
    press(longer, "Continue")
    until(lambda: len(engine.active()) == 2, WHAT)
    settle(longer)
    assert predictions.evaluation.verdict.value == then, "it stays"
    look_at(longer, 0)
    assert predictions.evaluation.verdict.value == "", "nothing is judged before the new end"
    look_at(longer, 2)
    engine.end_all()
    until(lambda: longer.result is not before, "the new end")
    settle(longer)
    assert "after epoch 2" in predictions.evaluation.verdict.value


def test_another_comparison_begins_at_its_end(longer, open_finished, home, settle):
    look_at(longer, 1)
    longer.open_saved(longer.current.running.saved_id)
    slider = longer.steps.predictions.epochs.slider
    until(lambda: slider.shown == 0, WHAT)
    until(lambda: "McNemar" in longer.steps.predictions.evaluation.verdict.value, WHAT)
    assert "after epoch" not in longer.steps.predictions.evaluation.verdict.value


def test_it_moves_through_what_is_done_while_both_train_and_stays_there_at_the_end(open_ready, real_engine, settle):
    dashboard = open_ready(UNDER_WAY)
    predictions = dashboard.steps.predictions
    slider, verdict = predictions.epochs.slider, predictions.evaluation.verdict
    dashboard.go("Predictions")
    train(dashboard)
    until(lambda: not is_hidden(dashboard) and slider.last > 2, "two epochs")
    assert (slider.total, slider.is_live) == (100, True)
    until(lambda: judged_cards(dashboard) == 24, WHAT)
    sample = shown_indices(dashboard)
    look_at(dashboard, 1)
    assert "after epoch 1" in verdict.value
    assert predictions.evaluation.matrix.box.html != ""
    settle(dashboard)
    assert shown_indices(dashboard) == sample
    assert "after 1.00 epochs" in predictions.summary.value
    assert predictions.evaluation.exports.box.html == ""
    press(dashboard, "Stop")
    until(lambda: dashboard.result is not None, WHAT)
    until(lambda: predictions.disagreements is not None, "the end is judged")
    assert "after epoch 1" in verdict.value
    look_at(dashboard, 0)
    until(lambda: re.search("stopped,? after", verdict.value), WHAT)
    labels, history = load("synthetic-digits").labels("test"), dashboard.result.a.history
    found = dashboard.current.running.current.test_predictions("A", 1)
    assert np.isclose((found.probabilities.argmax(axis=1) == labels).mean(), history.test_accuracy[0])
    assert Store.default().summaries()


def test_an_epoch_of_another_number_of_images_counts_as_not_kept(longer, home):
    folder = Store(home).open(longer.current.running.saved_id)
    folder.hold()
    folder.save_epoch(0, "B", 3, to_half(np.full((8, 10), 0.1, np.float32)))
    folder.release()
    look_at(longer, 3)
    words = "A has learned for 2 epochs only. B: epoch 3 is not kept, this is epoch 2."
    assert longer.steps.predictions.epochs.slider.note == words


def test_the_end_says_where_each_model_ended_that_was_stopped(longer):
    pair, epochs = longer.current.running.current, longer.steps.predictions.epochs
    assert not epochs.slider.is_early
    runs = {run.name: run for run in pair.runs}
    cut = replace(runs["B"], progress=replace(runs["B"].progress, epoch=3.528))
    epochs.look_at(SimpleNamespace(runs=[runs["A"], cut], state=State.STOPPED, epochs=pair.epochs), "test")
    assert epochs.slider.is_early
    assert epochs.slider.note == "A ended at epoch 2 of 2, B at 3.53 of 4"
