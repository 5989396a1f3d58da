"""A page that shows a comparison that has ended, out of the store: curves, verdict, images, and files to save."""

import re
from functools import partial

import numpy as np
import pytest
from processes import until
from safetensors.numpy import load as load_tensors
from small_images import TEST_IMAGES
from stored_runs import broken_off, guessing
from tiny_comparison import TINY, WHAT, judged_cards, pressable, shown_indices


@pytest.fixture
def evaluated(finished):
    """A finished page whose models have been compared on the test set."""
    until(lambda: finished.steps.predictions.evaluation.matrices.html != "", WHAT)
    return finished


def test_figures_curves_and_predictions_are_there(finished):
    training = finished.steps.training
    until(lambda: all("finished" in panel.figures.value for panel in training.runs.values()), WHAT)
    drawings = training.curves.drawings.values()
    until(lambda: all(name in drawing.value for drawing in drawings for name in ("A test", "B test")), WHAT)
    until(lambda: judged_cards(finished) == 24, WHAT)
    until(lambda: "Train" in pressable(finished), WHAT)


def test_training_images_can_be_shown_after_the_end(finished, settle):
    predictions = finished.steps.predictions
    finished.go("Predictions")
    predictions.split.value = "train"
    predictions.count.value = "100"
    until(lambda: predictions.cards.value.count("data-model") == 200, WHAT)
    until(lambda: "not predicted yet" not in predictions.cards.value, WHAT)
    assert all(index < 1_000 for index in predictions.shown.indices)  # only images that were trained with
    before = predictions.shown
    predictions.new_sample.click()
    settle(finished)
    assert predictions.shown != before


def test_a_page_that_comes_back_finds_the_curves_again(finished, settle):
    loss = finished.steps.training.curves.drawings["loss"]
    until(lambda: "B test" in loss.value, WHAT)
    finished.page._on_message(finished.page, {"ready": ""}, [])
    settle(finished)
    assert "B test" in loss.value


def test_the_race_is_told_with_what_differs_and_what_was_equal(finished):
    race = finished.steps.training.race
    until(lambda: "time per epoch" in race.value, WHAT)
    for part in ("channels", "epochs", "parameters", "data order: same", "initial weights: differ, widths differ"):
        assert part in race.value
    assert "epochs: 1 and 2" in race.value
    assert "learning rate" not in race.value


def test_curves_can_be_drawn_over_images_updates_and_seconds(finished):
    curves = finished.steps.training.curves

    def is_drawn(over):
        return f"Loss over {over}" in curves.drawings["loss"].value

    words = {"images": "images seen", "steps": "updates of the weights", "seconds": "seconds", "epoch": "epochs"}
    for axis, title in words.items():
        curves.drawings["accuracy"]._on_message(None, {"choose": axis}, [])
        until(partial(is_drawn, title), WHAT)
    further = curves.further
    assert further.values.value.strip() == ""
    further.show_values.value = True
    until(lambda: "Exact values after each epoch" in further.values.value, WHAT)
    assert "best" in further.values.value


def test_after_the_end_both_are_judged_and_their_disagreements_can_be_looked_at(evaluated, engine, settle):
    evaluation, result = evaluated.steps.predictions.evaluation, evaluated.result
    assert "McNemar" in evaluation.verdict.value
    assert f"Only A was right on {result.verdict().only_a_right:,}" in evaluation.verdict.value
    assert f"Disagree <b>{len(result.disagreements()):,}</b>" in evaluation.filter.groups.html

    evaluation.filter.pick("disagree")
    until(lambda: shown_indices(evaluated) == result.disagreements()[:12].tolist(), WHAT)
    evaluation.filter.next.click()
    until(lambda: shown_indices(evaluated) == result.disagreements()[12:24].tolist(), WHAT)
    assert "13 to 24 of" in evaluation.filter.place.value
    cards = evaluated.steps.predictions.cards.value
    assert cards.count("nnc-other") == 12 * 2 * 2, "second and third choice of both models"

    evaluation.filter.true_class.value = 3
    labels = result.labels()
    wanted = [index for index in result.disagreements().tolist() if labels[index] == 3][:12]
    until(lambda: shown_indices(evaluated) == wanted, WHAT)

    evaluated.steps.training.both.buttons["train_on"].click()
    until(lambda: evaluation.verdict.value == "", WHAT)
    assert not evaluation.filter.is_on
    assert evaluated.result is result, "until the new end"
    until(lambda: len(engine.active()) == 2, WHAT)
    engine.end_all()
    until(lambda: evaluated.result is not result, WHAT)


def test_a_cell_of_a_matrix_shows_its_images(evaluated):
    evaluation, result = evaluated.steps.predictions.evaluation, evaluated.result
    matrix, labels = result.confusion("b"), result.labels()
    true_class, predicted = divmod(int((matrix - np.diag(matrix.diagonal())).argmax()), 10)
    pick = f"b:{true_class}:{predicted}"
    assert f'data-pick="{pick}"' in evaluation.matrices.html
    evaluation.matrices.pick(pick)
    found = np.flatnonzero((labels == true_class) & (result.b.probabilities("test").argmax(axis=1) == predicted))
    until(lambda: shown_indices(evaluated) == found[:12].tolist(), WHAT)
    assert f"of {matrix[true_class, predicted]:,}" in evaluation.filter.place.value
    difference = result.confusion("a") - matrix
    assert f"{difference[true_class, predicted]:+,}" in evaluation.matrices.html


def test_training_images_are_judged_as_well(evaluated):
    evaluated.steps.predictions.split.value = "train"
    until(lambda: "of 1,000 training images" in evaluated.steps.predictions.evaluation.verdict.value, WHAT)


def test_a_comparison_from_several_seeds_has_one_verdict_and_each_seed_can_be_looked_at(open_finished):
    dashboard = open_finished(TINY.model_copy(update={"repeat": 2}))
    training, predictions = dashboard.steps.training, dashboard.steps.predictions
    assert dashboard.comparison.repeat == 2
    assert list(dashboard.result.by_seed) == [0, 1]
    until(lambda: "2 of 2 seeds" in training.seeds.value, WHAT)
    verdict = predictions.evaluation.verdict
    until(lambda: "paired t test over the seeds" in verdict.value, WHAT)
    assert "those of seed 1" in verdict.value
    predictions.seed.value = 0
    until(lambda: "those of seed 0" in verdict.value, WHAT)
    first = dashboard.result.by_seed[0].confusion("a")
    until(lambda: f"3 taken for 3: {first[3, 3]:,}" in predictions.evaluation.matrices.html, WHAT)
    training.curves.further.show_values.value = True
    until(lambda: "mean of 2 seeds" in training.curves.further.values.value, WHAT)
    until(lambda: training.curves.drawings["loss"].note == "Mean and range of 2 seeds", WHAT)


def test_what_happened_to_a_model_is_said_before_its_figures(open_finished):
    dashboard = open_finished(TINY, b=broken_off)
    verdict = dashboard.steps.predictions.evaluation.verdict
    until(lambda: verdict.value != "", WHAT)
    (heading,) = re.findall("<h3>(.*)</h3>", verdict.value)
    assert heading.startswith("A learned for 1 epoch, B broke off at epoch 0.5: ")
    assert "is better" not in heading
    assert verdict.value.index("Training of model B broke off") < verdict.value.index("A has ")


def test_a_model_that_ended_without_a_word_and_only_guesses_is_told(open_finished):
    dashboard = open_finished(TINY, a=guessing)
    figures = {name: panel.figures for name, panel in dashboard.steps.training.runs.items()}
    until(lambda: "nothing shows that it has learned" in figures["A"].value, WHAT)
    assert "nothing shows" not in figures["B"].value
    verdict = dashboard.steps.predictions.evaluation.verdict
    until(lambda: "B is ahead by" in verdict.value, WHAT)
    assert "<h3>A learned for 1 epoch and did no better than guessing, B learned for 2 epochs: " in verdict.value


def test_a_model_alone_that_only_guesses_is_told(open_finished):
    dashboard = open_finished(TINY.model_copy(update={"b": None}), a=guessing)
    verdict = dashboard.steps.predictions.evaluation.verdict
    until(lambda: "<h3>Model A did no better than guessing</h3>" in verdict.value, WHAT)


def test_files_are_made_of_what_is_looked_at(tiny, finished, monkeypatch):
    assert tiny.steps.predictions.evaluation.exports.box.html == ""
    box = finished.steps.predictions.evaluation.exports.box
    until(lambda: "report.html" in box.html, WHAT)
    files = {}
    monkeypatch.setattr(box, "download", lambda name, kind, content: files.update({name: (kind, content)}))
    hostile = ("nothing.exe", "../../x.html", "x.html", "a", ".", "", "c.safetensors", "report.csv", "__class__.svg")
    wanted = ("report.html", "predictions.csv", "calibration.svg", "accuracy.png", "b.safetensors")
    for pick in (*hostile, *wanted):
        box.pick(pick)
    until(lambda: len(files) == len(wanted), WHAT)
    name, of_pair = "nncompare-synthetic-digits-", "nncompare-synthetic-digits-seed-0-test-"
    assert files[f"{name}report.html"][0] == "text/html"
    assert files[f"{name}report.html"][1].startswith(b"<!doctype html>")
    assert files[f"{of_pair}predictions.csv"][1].count(b"\n") == TEST_IMAGES + 1
    assert b"<svg" in files[f"{of_pair}calibration.svg"][1]
    assert files[f"{name}accuracy.png"][1].startswith(b"\x89PNG")
    saved = load_tensors(files[f"{name}seed-0-b.safetensors"][1])
    assert {key: values.tolist() for key, values in saved.items()} == {
        key: values.tolist() for key, values in finished.result.b.weights.items()
    }


def test_a_file_that_cannot_be_made_is_told(finished, monkeypatch):
    box = finished.steps.predictions.evaluation.exports.box
    until(lambda: "report.html" in box.html, WHAT)

    def broken(_):
        raise ValueError("No ink.")

    monkeypatch.setattr("nncompare.ui.panels.exports.report_page", broken)
    box.pick("report.html")
    until(lambda: "The file could not be made. No ink." in finished.steps.predictions.summary.value, WHAT)


def test_of_one_model_alone_there_are_curves_and_a_report(open_finished):
    dashboard = open_finished(TINY.model_copy(update={"b": None}))
    box = dashboard.steps.predictions.evaluation.exports.box
    until(lambda: "report.html" in box.html, WHAT)
    assert "loss.png" in box.html
    assert "Weights of A" in box.html
    assert "Weights of B" not in box.html
    assert "confusion.png" not in box.html
    until(lambda: judged_cards(dashboard) == 12, WHAT)
    assert "not used" in dashboard.steps.training.runs["B"].figures.value


def test_a_hundred_cards_are_light(evaluated):
    predictions = evaluated.steps.predictions
    predictions.count.value = "100"
    predictions.evaluation.filter.pick("all")
    until(lambda: shown_indices(evaluated) == list(range(100)), WHAT)
    cards = predictions.cards.value
    assert cards.count("nnc-other") == 400
    assert len(cards.encode()) < 1_000_000
