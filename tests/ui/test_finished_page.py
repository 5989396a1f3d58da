"""A page that shows a comparison that has ended, out of the store: curves, verdict, images, and files to save."""

import re
from dataclasses import replace
from functools import partial

import numpy as np
import pytest
from processes import until
from safetensors.numpy import load as load_tensors
from small_images import TEST_IMAGES
from stored_runs import broken_off, guessing, predicted
from stored_runs import finished as made_finished
from tiny_comparison import TINY, WHAT, judged_cards, press, pressable, shown_indices

from nncompare.analysis import Group, Order
from nncompare.messages import Prediction


@pytest.fixture
def evaluated(finished):
    """A finished page whose models have been compared on the test set."""
    until(lambda: finished.steps.predictions.evaluation.matrix.box.html != "", WHAT)
    return finished


def test_figures_curves_and_predictions_are_there(finished):
    training = finished.steps.training
    until(lambda: all("finished" in panel.figures.value for panel in training.runs.values()), WHAT)
    drawings = training.curves.drawings.values()
    until(lambda: all(name in drawing.value for drawing in drawings for name in ("A test", "B test")), WHAT)
    until(lambda: judged_cards(finished) == 24, WHAT)
    until(lambda: "Train again" in pressable(finished), WHAT)


def test_training_images_can_be_shown_after_the_end(finished, settle):
    predictions = finished.steps.predictions
    finished.go("Predictions")
    predictions.split.value = "train"
    predictions.count.value = "100"
    until(lambda: predictions.cards.html.count("data-model") == 200, WHAT)
    until(lambda: "not predicted yet" not in predictions.cards.html, WHAT)
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
    until(lambda: "parameters" in race.value, WHAT)
    equal, _, different = race.value.partition("Differs")
    assert "data order, device, precision" in equal
    for part in ("channels", "epochs", "parameters", "initial weights"):
        assert part in different
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
    assert f"Disagree <b>{len(result.disagreements()):,}</b>" in evaluation.filter.others.html

    chosen = result.outcomes().select(Group.DISAGREE, Order.DIFFERENCE).tolist()
    until(lambda: shown_indices(evaluated) == chosen[:12], "the clearest of them are there without a click")
    evaluation.filter.next.click()
    until(lambda: shown_indices(evaluated) == chosen[12:24], WHAT)
    assert "13 to 24 of" in evaluation.filter.place.value

    evaluation.filter.true_class.value = 3
    labels = result.labels()
    until(lambda: shown_indices(evaluated) == [index for index in chosen if labels[index] == 3][:12], WHAT)
    evaluation.filter.bar.pick("only A wrong")
    count = result.verdict().only_b_right
    summary = evaluated.steps.predictions.summary
    until(lambda: f"{count:,} images that only B got right</b>" in summary.value, "a group is of all classes again")

    press(evaluated, "Continue")
    until(lambda: evaluation.verdict.value == "", WHAT)
    assert not evaluation.filter.is_on
    assert evaluated.result is result, "until the new end"
    until(lambda: len(engine.active()) == 2, WHAT)
    engine.end_all()
    until(lambda: evaluated.result is not result, WHAT)


def test_a_cell_of_a_matrix_shows_its_images(evaluated):
    evaluation, result = evaluated.steps.predictions.evaluation, evaluated.result
    matrix = result.confusion("b")
    true_class, predicted = divmod(int((matrix - np.diag(matrix.diagonal())).argmax()), 10)
    pick = f"b:{true_class}:{predicted}"
    evaluation.matrix.box.pick("b")
    until(lambda: f'data-pick="{pick}"' in evaluation.matrix.box.html, WHAT)
    evaluation.matrix.box.pick(pick)
    found = result.outcomes().select(Group.ALL, Order.DIFFERENCE, true_class=true_class, predicted=predicted, by="b")
    until(lambda: shown_indices(evaluated) == found[:12].tolist(), WHAT)
    assert f"of {matrix[true_class, predicted]:,}" in evaluation.filter.place.value
    assert f'data-pick="{pick}" aria-pressed="true"' in evaluation.matrix.box.html
    evaluation.matrix.box.pick("difference")
    difference = int(result.confusion("a")[true_class, predicted] - matrix[true_class, predicted])
    words = f"{difference:+,}".replace("-", "−") if difference else "0"
    label = f"true {true_class}, predicted {predicted}: A .*, B {matrix[true_class, predicted]:,}, A − B "
    until(lambda: re.search(label + re.escape(words), evaluation.matrix.box.html), WHAT)


def test_both_answers_are_counted_and_one_call_shows_where_they_differ(evaluated):
    predictions, result = evaluated.steps.predictions, evaluated.result
    assert predictions.disagreements == len(result.disagreements())
    predictions.new_sample.click()
    until(lambda: not predictions.evaluation.filter.is_on, WHAT)
    chosen = result.outcomes().select(Group.DISAGREE, Order.DIFFERENCE).tolist()
    evaluated.refresher.post(predictions.show_disagreements)
    until(lambda: shown_indices(evaluated) == chosen[:12], WHAT)
    predictions.split.value = "train"
    until(lambda: predictions.shown.split == "train", WHAT)
    assert predictions.disagreements == len(chosen), "of the test images"
    evaluated.refresher.post(predictions.show_disagreements)
    until(lambda: shown_indices(evaluated) == chosen[:12], WHAT)


def test_before_the_end_nobody_knows_where_they_differ(tiny):
    assert tiny.steps.predictions.disagreements is None
    tiny.steps.predictions.show_disagreements()
    assert not tiny.steps.predictions.evaluation.filter.is_on


def test_an_image_is_enlarged_with_all_probabilities_of_both(evaluated, monkeypatch):
    cards, sent = evaluated.steps.predictions.cards, []
    monkeypatch.setattr(cards, "send", lambda message, **_: sent.append(message))
    chosen = evaluated.result.outcomes().select(Group.DISAGREE, Order.DIFFERENCE).tolist()
    until(lambda: shown_indices(evaluated) == chosen[:12], WHAT)
    index = shown_indices(evaluated)[0]
    for pick in ("-1", "60000", "x", str(index)):
        cards.pick(pick)
    until(lambda: len(sent) == 1, WHAT)
    (html,) = (message["dialog"] for message in sent)
    assert f"Image {index}: label {evaluated.result.labels()[index]}" in html
    assert html.count("%</span>") == 20


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
    assert "those of seed 2 of 2" in verdict.value
    predictions.seed.box.value = 0
    until(lambda: "those of seed 1 of 2" in verdict.value, WHAT)
    first = dashboard.result.by_seed[0].confusion("a")
    until(lambda: f"true 3, predicted 3: A {first[3, 3]:,}," in predictions.evaluation.matrix.box.html, WHAT)
    training.curves.further.show_values.value = True
    until(lambda: "mean of 2 seeds" in training.curves.further.values.value, WHAT)
    until(lambda: training.curves.drawings["loss"].note == "Mean and range of 2 seeds", WHAT)
    until(lambda: "mean of 2 seeds</span>" in training.runs["A"].figures.value, WHAT)


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
    figures = {name: panel.log for name, panel in dashboard.steps.training.runs.items()}
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


def test_a_file_that_cannot_be_made_is_told(evaluated, monkeypatch):
    box = evaluated.steps.predictions.evaluation.exports.box

    def broken(*_):
        raise ValueError("No ink.")

    monkeypatch.setattr("nncompare.ui.panels.exports.report_page", broken)
    box.pick("report.html")
    until(lambda: "The file could not be made. No ink." in evaluated.steps.predictions.summary.value, WHAT)


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


def test_one_model_alone_has_its_accuracy_a_matrix_and_its_mistakes(open_finished):
    dashboard = open_finished(TINY.model_copy(update={"b": None}))
    evaluation, model = dashboard.steps.predictions.evaluation, dashboard.result.a
    until(lambda: evaluation.matrix.box.html != "", WHAT)
    scores, labels = model.probabilities(), dashboard.result.labels()
    wrong = np.flatnonzero(scores.argmax(axis=1) != labels)
    surest = sorted(wrong.tolist(), key=lambda image: -scores[image].max())
    until(lambda: shown_indices(dashboard) == surest[:12], "its surest mistakes")
    assert f"{len(wrong)} images that A got wrong" in dashboard.steps.predictions.summary.value
    assert f"<b>{100 - 100 * len(wrong) / len(labels):.1f}%</b>" in evaluation.verdict.value
    assert "95% interval" in evaluation.verdict.value
    assert "A − B" not in evaluation.matrix.box.html
    assert "Disagree" not in evaluation.filter.others.html
    assert dashboard.steps.predictions.disagreements is None


def test_where_one_model_has_no_weights_the_other_one_is_judged_alone(open_finished):
    def lost(*arguments):
        return replace(broken_off(*arguments), weights=None, test=None)

    dashboard = open_finished(TINY, a=lost)
    evaluation = dashboard.steps.predictions.evaluation
    until(lambda: evaluation.matrix.box.html != "", WHAT)
    assert "<h3>No verdict: A broke off at epoch 0.5" in evaluation.verdict.value
    assert "Answers of B" in evaluation.matrix.box.html
    until(lambda: "images that B got wrong" in dashboard.steps.predictions.summary.value, WHAT)
    until(lambda: judged_cards(dashboard) == 12, "B alone has said something")
    evaluation.matrix.box.pick("b:3:3")
    until(lambda: ", true 3, predicted 3<" in dashboard.steps.predictions.summary.value, WHAT)


def test_a_hundred_cards_are_light(evaluated):
    predictions = evaluated.steps.predictions
    predictions.count.value = "100"
    predictions.evaluation.filter.order.value = Order.DATA_SET
    predictions.evaluation.filter.others.pick("all")
    until(lambda: shown_indices(evaluated) == list(range(100)), WHAT)
    assert len(predictions.cards.html.encode()) < 1_000_000


def of_too_few_images(config, labels, source):
    return replace(
        made_finished(config, labels, source), test=Prediction(float(config.epochs), predicted(labels[:8], source))
    )


def test_saved_predictions_of_too_few_images_are_told_and_made_anew(open_finished):
    dashboard = open_finished(TINY, a=of_too_few_images)
    words = f"The predictions of model A, seed 0, are damaged: there are 8 of them for {TEST_IMAGES} test images."
    until(lambda: words in dashboard.news.storage_note.value, WHAT)
    verdict = dashboard.steps.predictions.evaluation.verdict
    until(lambda: f"of {TEST_IMAGES} test images right" in verdict.value, "both are judged all the same")
    dashboard.go("Predictions")
    until(lambda: judged_cards(dashboard) == 24, WHAT)


def test_where_the_weights_are_lost_as_well_the_other_model_is_judged_alone(open_finished):
    def lost(*arguments):
        return replace(of_too_few_images(*arguments), weights=None)

    dashboard = open_finished(TINY, b=lost)
    until(lambda: "Its curves are kept." in dashboard.news.storage_note.value, WHAT)
    until(lambda: "Answers of A" in dashboard.steps.predictions.evaluation.matrix.box.html, WHAT)
    until(lambda: judged_cards(dashboard) == 12, "A alone has said something")


def test_every_disagreement_is_accounted_for_and_the_lines_above_the_groups_are_in_proportion(evaluated):
    evaluation, counts = evaluated.steps.predictions.evaluation, evaluated.result.outcomes().counts()
    rest = counts[Group.DISAGREE] - counts[Group.ONLY_A_WRONG] - counts[Group.ONLY_B_WRONG]
    assert (f"{rest:,} of them both wrong, differently</span>" in evaluation.filter.others.html) == (rest > 0)
    shares = [float(share) for share in re.findall(r"width:([\d.]+)%", evaluation.filter.bar.html)]
    of_groups = [counts[group] for group in (Group.ONLY_B_WRONG, Group.ONLY_A_WRONG, Group.BOTH_WRONG)]
    assert shares == [round(100 * count / max(of_groups), 1) for count in of_groups]
