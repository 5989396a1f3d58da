"""The dashboard without a browser: real widgets, real workers, tiny data."""

import json
import re

import ipywidgets as widgets
import numpy as np
import pytest
from processes import until
from safetensors.numpy import load as load_tensors

from nncompare.comparison.state import State
from nncompare.config import Comparison, RunConfig
from nncompare.engine.shared import shared_engine
from nncompare.ui.presets import PRESETS

WHAT = "the dashboard gets there"
TINY = Comparison(
    dataset="synthetic-digits",
    a=RunConfig(channels=2, epochs=1),
    b=RunConfig(channels=3, epochs=2),
    train_images=1_000,
)


@pytest.fixture(scope="module", autouse=True)
def one_engine():
    """Keep the engine for all these tests: starting one takes seconds."""
    shared_engine.join()
    yield
    shared_engine.leave()


@pytest.fixture
def tiny(open_dashboard, settle):
    """A dashboard whose data set is ready."""
    dashboard = open_dashboard(TINY)
    dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
    until(lambda: dashboard._data.images is not None, WHAT)
    settle(dashboard)
    return dashboard


def test_it_opens_with_what_it_was_given(tiny):
    assert tiny.comparison == TINY
    assert tiny.result is None


def test_a_bare_dashboard_compares_two_different_models(open_dashboard, settle):
    dashboard = open_dashboard()
    settle(dashboard)
    a, b = dashboard._models.settings(Comparison()).a, dashboard._models.settings(Comparison()).b
    assert a != b
    assert dashboard.comparison.dataset == "mnist"  # a setting like any other, though nothing can be trained yet
    assert "MNIST is not here yet" in dashboard._training._reason.value
    assert dashboard._training._train.disabled


def test_it_trains_and_shows_predictions_of_both(tiny, settle):
    tiny._training._train.click()
    settle(tiny)
    assert tiny._training._train.disabled
    assert not tiny._training._both.stop.disabled
    running = tiny._running
    tiny._training._train.click()
    settle(tiny)
    assert tiny._running is running  # pressed twice, one run
    until(lambda: tiny.result is not None, WHAT)
    until(
        lambda: tiny._predictions._cards.value.count("nnc-ok") + tiny._predictions._cards.value.count("nnc-no") == 24,
        WHAT,
    )
    assert tiny.result.state is State.FINISHED
    assert tiny.result.b.history.epochs == 2
    for name in ("A", "B"):
        until(lambda name=name: "finished" in tiny._training._lanes[name].figures.value, WHAT)
    for chart in tiny._training._chart_places.values():
        until(lambda chart=chart: "A test" in chart.value and "B test" in chart.value, WHAT)
    until(lambda: not tiny._training._train.disabled, WHAT)


def test_stop_keeps_what_was_learned_and_train_works_again(open_dashboard, settle):
    long = TINY.model_copy(update={"a": RunConfig(channels=8, epochs=100), "b": RunConfig(channels=8, epochs=100)})
    dashboard = open_dashboard(long)
    dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
    until(lambda: dashboard._data.images is not None, WHAT)
    settle(dashboard)
    dashboard._training._train.click()
    until(lambda: dashboard._running and len(dashboard._running.a.history.train.loss) > 2, WHAT)
    dashboard._training._both.stop.click()
    until(lambda: dashboard.result is not None, WHAT)
    assert dashboard.result.state is State.STOPPED
    assert dashboard.result.a.probabilities("test").shape == (10_000, 10)
    until(lambda: not dashboard._training._train.disabled, WHAT)
    dashboard._models._forms["A"].write(RunConfig(channels=2, epochs=1))
    dashboard._models._forms["B"].write(None)
    settle(dashboard)
    dashboard._training._train.click()
    until(lambda: dashboard.result is not None and dashboard.result.state is State.FINISHED, WHAT)
    assert dashboard.result.b is None
    assert "not used" in dashboard._training._lanes["B"].figures.value


def test_training_images_can_be_shown_after_the_end(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    tiny._predictions._split.value = "train"
    tiny._predictions._count.value = "100"
    until(lambda: tiny._predictions._cards.value.count("nnc-guess") == 200, WHAT)
    until(lambda: "not predicted yet" not in tiny._predictions._cards.value, WHAT)
    assert all(index < 1_000 for index in tiny._predictions._shown.indices)  # only images that were trained with
    before = tiny._predictions._shown
    tiny._predictions._new_sample()
    assert tiny._predictions._shown != before


@pytest.mark.parametrize("text", ["0", "101", "-1", "ten", "", "9" * 5_000, "²"])
def test_a_wrong_number_of_images_is_marked(tiny, settle, text):
    before = tiny._predictions._cards.value
    tiny._predictions._count.value = text
    settle(tiny)
    assert "nnc-invalid" in tiny._predictions._count._dom_classes
    assert "from 1 to 100" in tiny._predictions._note.value
    assert tiny._predictions._cards.value == before


def test_a_wrong_setting_disables_train_and_says_why(tiny, settle):
    tiny._models._forms["B"]._fields["channels"].value = "1000000000"
    settle(tiny)
    assert tiny.comparison is None
    assert tiny._training._train.disabled
    assert "Model B: Channels must be a whole number from 1 to 256; got 1000000000." in tiny._training._reason.value
    tiny._models._forms["B"]._fields["channels"].value = "4"
    settle(tiny)
    assert not tiny._training._train.disabled


@pytest.mark.parametrize(
    ("text", "is_right"), [("all", True), ("1,000", True), ("5000", True), ("999", False), ("x", False)]
)
def test_the_number_of_training_images_is_checked(tiny, settle, text, is_right):
    tiny._data._count.value = text
    settle(tiny)
    assert tiny._training._train.disabled is not is_right
    assert ("nnc-invalid" in tiny._data._count._dom_classes) is not is_right


def test_copying_makes_both_models_equal(tiny, settle):
    tiny._models._copy("A", "B")
    settle(tiny)
    assert tiny.comparison.a == tiny.comparison.b == TINY.a


@pytest.mark.parametrize("preset", PRESETS, ids=lambda preset: preset.name)
def test_a_preset_sets_both_models_and_asks(tiny, settle, preset):
    tiny._refresher.post(lambda: tiny._models._use(preset))
    settle(tiny)
    until(lambda: tiny.comparison is not None and tiny.comparison.a == preset.a, WHAT)
    assert tiny.comparison.b == preset.b
    assert tiny.comparison.train_images == preset.train_images
    assert preset.question.split("?")[0] in tiny._models._question.value


def test_the_fast_preset_is_what_reaches_99_percent():
    (preset,) = [preset for preset in PRESETS if preset.name == "99% in one epoch"]
    fast = preset.b
    assert (fast.schedule, fast.weight_decay, fast.label_smoothing) == ("one-cycle", 0.01, 0.05)
    assert (fast.dropout, fast.batch_size, fast.epochs) == (0, 128, 1)
    assert fast.channels in (12, 16)
    assert 0.012 <= fast.learning_rate <= 0.015


def test_settings_are_opened_from_a_file(tiny, settle):
    wanted = TINY.model_copy(update={"seed": 7, "b": None})
    upload(tiny, wanted.model_dump_json().encode())
    settle(tiny)
    until(lambda: tiny.comparison == wanted, WHAT)


@pytest.mark.parametrize(
    "content",
    [b"", b"\xff\xfe\x00", b"[]", b'{"a": {"channels": 0}}', b"{" * 10_000, b"x" * 200_000, b'{"evil": "<script>"}'],
)
def test_a_foreign_file_is_refused_in_a_sentence(tiny, settle, content):
    upload(tiny, content)
    settle(tiny)
    assert "settings.json was not taken" in tiny._models._file_note.value
    assert "<script>" not in tiny._models._file_note.value
    assert tiny.comparison == TINY


def upload(dashboard, content, name="settings.json"):
    file = dashboard._models._file
    file._on_message(file, {"file": name}, [memoryview(content)])


def test_the_settings_are_offered_as_a_file_and_a_link(tiny, settle):
    from urllib.parse import unquote

    tiny._on_page_ready("http://127.0.0.1:1/")
    settle(tiny)
    offered = tiny._models._keep.value
    encoded = offered.split("charset=utf-8,")[1].split('"')[0]
    assert Comparison.model_validate(json.loads(unquote(encoded))) == TINY
    assert 'value="http://127.0.0.1:1/"' in offered  # as it was opened
    tiny._models._shared._fields["seed"].value = "7"
    settle(tiny)
    assert 'value="http://127.0.0.1:1/?seed=7"' in tiny._models._keep.value


def test_the_address_of_a_web_page_sets_the_fields(monkeypatch, open_dashboard):
    monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
    monkeypatch.setenv("QUERY_STRING", "dataset=synthetic-fashion&a.channels=5&a.epochs=0&utm=x&train_images=2000")
    dashboard = open_dashboard()
    assert dashboard._data.dataset == "synthetic-fashion"
    assert dashboard._models._forms["A"].read()[0].channels == 5
    assert "Model A: Epochs must be" in dashboard._notice.value


def test_only_one_step_is_seen(tiny, settle):
    for step in ("Models", "Predictions", "Training", "Data"):
        tiny._post_go(step)
        settle(tiny)
        seen = [name for name, box in tiny._boxes.items() if "nnc-hidden" not in box._dom_classes]
        assert seen == [step]
        assert tiny._steps.html.count('aria-current="step"') == 1


def test_opening_and_closing_leaves_no_widget_behind(open_dashboard, settle):
    first = open_dashboard(TINY)
    settle(first)
    first.close()
    before = len(widgets.widget._instances)
    second = open_dashboard(TINY)
    settle(second)
    second.close()
    after = len(widgets.widget._instances)
    assert after <= before


def test_a_page_that_comes_back_finds_the_curves_again(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    loss = tiny._training._chart_places["loss"]
    until(lambda: "B test" in loss.value, WHAT)
    tiny._page._on_message(tiny._page, {"ready": ""}, [])
    settle(tiny)
    assert "B test" in loss.value


def test_the_last_result_stays_while_the_next_one_is_trained(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    first = tiny.result
    assert tiny.result is first
    until(lambda: not tiny._training._train.disabled, WHAT)
    tiny._training._train.click()
    settle(tiny)
    assert tiny.result is first
    until(lambda: tiny.result is not first, WHAT)


@pytest.mark.parametrize(("text", "seed"), [("7", 7), (" 1,000 ", 1_000), ("1.0", 1)])
def test_a_seed_is_read_once_and_the_same_everywhere(tiny, settle, text, seed):
    tiny._models._shared._fields["seed"].value = text
    settle(tiny)
    assert tiny.comparison.seed == seed
    assert not tiny._training._train.disabled


def test_the_clock_does_not_redraw_the_steps(tiny, settle):
    """What is pressed must still be there when it is released."""
    tiny._post_go("Training")
    tiny._training._train.click()
    settle(tiny)
    steps, status = tiny._steps.html, tiny._status.value
    until(lambda: tiny._status.value != status, WHAT)
    assert tiny._steps.html == steps


def test_two_dashboards_share_one_engine(tiny, open_dashboard):
    other = open_dashboard(TINY)
    assert other._engines.get() is tiny._engines.get()


def test_the_same_file_can_be_opened_twice(tiny, settle):
    wanted = TINY.model_copy(update={"seed": 7})
    for _ in range(2):
        upload(tiny, wanted.model_dump_json().encode())
        until(lambda: tiny.comparison == wanted, WHAT)
        tiny._models._shared._fields["seed"].value = "3"
        until(lambda: tiny.comparison is not None and tiny.comparison.seed == 3, WHAT)


def test_the_workers_say_which_device_auto_took(tiny, settle):
    tiny._on_page_ready("http://127.0.0.1:1/")
    until(lambda: "auto took cpu" in tiny._models._shared._notes["device"].value, WHAT)


def test_a_device_that_is_not_there_is_told_before_training(tiny, settle):
    tiny._on_page_ready("http://127.0.0.1:1/")
    tiny._refresher.post(lambda: tiny._open(TINY.model_copy(update={"device": "cuda:7"})))
    until(lambda: "There is no device cuda:7 here" in tiny._training._reason.value, WHAT)
    assert tiny._training._train.disabled
    tiny._models._shared._fields["device"].value = "cpu"
    until(lambda: not tiny._training._train.disabled, WHAT)


def test_a_budget_makes_accumulation_and_says_so_before_and_after_training(tiny, settle):
    wide = TINY.model_copy(update={"a": RunConfig(channels=8, batch_size=256, epochs=1)})
    tiny._refresher.post(lambda: tiny._open(wide))
    settle(tiny)
    tiny._models._shared._fields["memory_budget"].value = "9"
    settle(tiny)
    sentence = "Used: 32 × 8 steps = 256 images an update."
    assert sentence in tiny._models._forms["A"]._notes["batch_size"].value
    assert tiny.comparison.memory_budget == 9 * 2**20
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    assert tiny.result.a.plan.why["batch_size"].startswith(sentence)
    until(lambda: sentence in tiny._training._lanes["A"].figures.value, WHAT)


def test_a_budget_above_the_memory_that_is_there_is_told_at_its_field(tiny, settle):
    tiny._models._shared._fields["memory_budget"].value = "99,999,999"
    settle(tiny)
    assert "is more than the memory that is there" in tiny._models._shared._notes["memory_budget"].value
    assert "is more than the memory that is there" in tiny._training._reason.value
    assert tiny._training._train.disabled


@pytest.fixture
def long(open_dashboard):
    """A dashboard whose both models train for as long as a test needs."""
    settings = {"a": RunConfig(channels=4, epochs=100), "b": RunConfig(channels=4, epochs=100)}
    dashboard = open_dashboard(TINY.model_copy(update=settings))
    dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
    until(lambda: dashboard._data.images is not None, WHAT)
    until(lambda: not dashboard._training._train.disabled, WHAT)
    dashboard._training._train.click()
    until(lambda: dashboard._running and all(len(run.history.train.loss) > 2 for run in dashboard._running.runs), WHAT)
    return dashboard


def pressable(dashboard):
    """Name what can be pressed on the Training step."""
    training = dashboard._training
    buttons = [training._train]
    for steering in (training._both, *(lane.buttons for lane in training._lanes.values())):
        buttons += steering.buttons
    return {button.description for button in buttons if not button.disabled}


def test_pause_and_resume_of_both_and_of_one(long, settle):
    training = long._training
    until(lambda: pressable(long) == {"Pause", "Stop", "Pause A", "Stop A", "Pause B", "Stop B"}, WHAT)
    training._both.pause.click()
    until(lambda: long._state is State.PAUSED, WHAT)
    until(lambda: pressable(long) == {"Resume", "Stop", "Resume A", "Stop A", "Resume B", "Stop B"}, WHAT)
    until(lambda: "paused at" in training._lanes["A"].figures.value, WHAT)
    until(lambda: 'data-state="paused"' in long._status.value, WHAT)
    training._lanes["A"].buttons.resume.click()
    until(lambda: pressable(long) == {"Pause", "Resume", "Stop", "Pause A", "Stop A", "Resume B", "Stop B"}, WHAT)
    training._lanes["A"].buttons.stop.click()
    until(lambda: "stopped" in training._lanes["A"].figures.value, WHAT)
    until(lambda: pressable(long) == {"Resume", "Stop", "Train on", "Train A on", "Resume B", "Stop B"}, WHAT)
    training._both.stop.click()
    until(lambda: long.result is not None, WHAT)
    until(lambda: pressable(long) == {"Train", "Train on", "Train A on", "Train B on"}, WHAT)


def test_epochs_can_be_added_after_the_end(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    first = tiny.result
    until(lambda: "Train on" in pressable(tiny), WHAT)
    tiny._training._more.value = 2
    tiny._training._both.train_on.click()
    settle(tiny)
    assert tiny.result is first, "until the new end"
    until(lambda: tiny.result is not first, WHAT)
    assert (tiny.result.a.history.epochs, tiny.result.b.history.epochs) == (3, 4)
    until(lambda: "epoch 3 of 3" in tiny._training._lanes["A"].figures.value, WHAT)


def test_the_race_is_told_with_what_differs_and_what_was_equal(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    until(lambda: "time per epoch" in tiny._training._race.value, WHAT)
    text = tiny._training._race.value
    for part in ("channels", "epochs", "parameters", "data order: same", "initial weights: differ, widths differ"):
        assert part in text
    assert "epochs: 1 and 2" in text
    assert "learning rate" not in text


def test_curves_can_be_drawn_over_images_updates_and_seconds(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    for title in ("images seen", "updates of the weights", "seconds", "epochs"):
        tiny._training._axis.value = dict(tiny._training._axis.options)[title]
        until(lambda title=title: f"Loss over {title}" in tiny._training._chart_places["loss"].value, WHAT)
    assert tiny._training._values.value.strip() == ""
    tiny._training._show_values.value = True
    until(lambda: "Exact values after each epoch" in tiny._training._values.value, WHAT)
    assert "best" in tiny._training._values.value


def shown_indices(dashboard):
    return [int(index) for index in re.findall(r'data-index="(\d+)"', dashboard._predictions._cards.value)]


def test_after_the_end_both_are_judged_and_their_disagreements_can_be_looked_at(tiny, settle):
    assert tiny._predictions._judgement.verdict.value == ""
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    judgement = tiny._predictions._judgement
    until(lambda: "McNemar" in judgement.verdict.value or "same images" in judgement.verdict.value, WHAT)
    result = tiny.result
    assert f"Only A was right on {result.verdict().only_a_right:,}" in judgement.verdict.value
    assert f"Disagree <b>{len(result.disagreements()):,}</b>" in judgement.filter._groups.html

    judgement.filter._groups._on_pick("disagree")
    until(lambda: shown_indices(tiny) == result.disagreements()[:12].tolist(), WHAT)
    judgement.filter._next.click()
    until(lambda: shown_indices(tiny) == result.disagreements()[12:24].tolist(), WHAT)
    assert "13 to 24 of" in judgement.filter._place.value
    assert tiny._predictions._cards.value.count("nnc-other") == 12 * 2 * 2, "second and third choice of both models"

    judgement.filter._true_class.value = 3
    labels = result.labels()
    wanted = [index for index in result.disagreements().tolist() if labels[index] == 3][:12]
    until(lambda: shown_indices(tiny) == wanted, WHAT)

    tiny._training._both.train_on.click()
    until(lambda: judgement.verdict.value == "", WHAT)
    until(lambda: tiny.result is not result, WHAT)
    until(lambda: "seed" in judgement.verdict.value, WHAT)
    assert not judgement.filter.is_on


def test_a_cell_of_a_matrix_shows_its_images(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    judgement = tiny._predictions._judgement
    until(lambda: judgement.matrices.html != "", WHAT)
    matrix, labels = tiny.result.confusion("b"), tiny.result.labels()
    true_class, said = divmod(int((matrix - np.diag(matrix.diagonal())).argmax()), 10)
    assert f'data-pick="b:{true_class}:{said}"' in judgement.matrices.html
    judgement.matrices._on_pick(f"b:{true_class}:{said}")
    found = np.flatnonzero((labels == true_class) & (tiny.result.b.probabilities("test").argmax(axis=1) == said))
    until(lambda: shown_indices(tiny) == found[:12].tolist(), WHAT)
    assert f"of {matrix[true_class, said]:,}" in judgement.filter._place.value
    difference = tiny.result.confusion("a") - matrix
    assert f"{difference[true_class, said]:+,}" in judgement.matrices.html


def test_training_images_are_judged_as_well(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    tiny._predictions._split.value = "train"
    until(lambda: "of 1,000 training images" in tiny._predictions._judgement.verdict.value, WHAT)


def test_a_comparison_from_several_seeds_has_one_verdict_and_each_seed_can_be_looked_at(tiny, settle):
    tiny._models._shared._fields["repeat"].value = "2"
    settle(tiny)
    assert tiny.comparison.repeat == 2
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    assert list(tiny.result.by_seed) == [0, 1]
    until(lambda: "2 of 2 seeds" in tiny._training._seeds.value, WHAT)
    predictions = tiny._predictions
    verdict = predictions._judgement.verdict
    until(lambda: "over 2 seeds" in verdict.value, WHAT)
    assert "those of seed 1" in verdict.value
    predictions._seed.value = 0
    until(lambda: "those of seed 0" in verdict.value, WHAT)
    first = tiny.result.by_seed[0].confusion("a")
    until(lambda: f"3 taken for 3: {first[3, 3]:,}" in predictions._judgement.matrices.html, WHAT)
    tiny._training._show_values.value = True
    until(lambda: "mean of 2 seeds" in tiny._training._values.value, WHAT)


def test_epochs_are_not_added_while_other_seeds_wait(open_dashboard):
    settings = {"a": RunConfig(channels=1, epochs=1), "b": RunConfig(channels=8, epochs=3), "repeat": 10}
    dashboard = open_dashboard(TINY.model_copy(update=settings))
    dashboard._refresher.post(lambda: dashboard._data.choose("synthetic-digits"))
    until(lambda: not dashboard._training._train.disabled, WHAT)
    dashboard._training._train.click()
    until(lambda: dashboard._running and len(dashboard._running.begun) > 2, WHAT)
    assert {"Train on", "Train A on", "Train B on"}.isdisjoint(pressable(dashboard))
    dashboard._training._both.stop.click()
    until(lambda: dashboard.result is not None, WHAT)
    until(lambda: "Train on" in pressable(dashboard), WHAT)
    assert len(dashboard.result.by_seed) < 10


def test_files_are_made_of_what_is_looked_at(tiny, monkeypatch):
    exports = tiny._predictions._judgement.exports
    assert exports.box.html == ""
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    until(lambda: "report.html" in exports.box.html, WHAT)
    files = {}
    monkeypatch.setattr(exports.box, "download", lambda name, kind, content: files.update({name: (kind, content)}))
    hostile = ("nothing.exe", "../../x.html", "x.html", "a", ".", "", "c.safetensors", "report.csv", "__class__.svg")
    wanted = ("report.html", "predictions.csv", "calibration.svg", "accuracy.png", "b.safetensors")
    for pick in (*hostile, *wanted):
        exports.box._on_pick(pick)
    until(lambda: len(files) == len(wanted), WHAT)
    name, of_pair = "nncompare-synthetic-digits-", "nncompare-synthetic-digits-seed-0-test-"
    assert files[f"{name}report.html"][0] == "text/html"
    assert files[f"{name}report.html"][1].startswith(b"<!doctype html>")
    assert files[f"{of_pair}predictions.csv"][1].count(b"\n") == 10_001
    assert b"<svg" in files[f"{of_pair}calibration.svg"][1]
    assert files[f"{name}accuracy.png"][1].startswith(b"\x89PNG")
    saved = load_tensors(files[f"{name}seed-0-b.safetensors"][1])
    assert {key: values.tolist() for key, values in saved.items()} == {
        key: values.tolist() for key, values in tiny.result.b.weights.items()
    }


def test_a_file_that_cannot_be_made_is_told(tiny, monkeypatch):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    exports = tiny._predictions._judgement.exports
    until(lambda: "report.html" in exports.box.html, WHAT)

    def broken(_):
        raise ValueError("No ink.")

    monkeypatch.setattr("nncompare.ui.panels.exports.report_page", broken)
    exports.box._on_pick("report.html")
    until(lambda: "The file could not be made. No ink." in tiny._predictions._summary.value, WHAT)


def test_of_one_model_alone_there_are_curves_and_a_report(tiny, settle):
    tiny._refresher.post(lambda: tiny._open(TINY.model_copy(update={"b": None})))
    settle(tiny)
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    exports = tiny._predictions._judgement.exports
    until(lambda: "report.html" in exports.box.html, WHAT)
    assert "loss.png" in exports.box.html
    assert "Weights of A" in exports.box.html
    assert "Weights of B" not in exports.box.html
    assert "confusion.png" not in exports.box.html


def test_a_hundred_cards_are_light(tiny, settle):
    tiny._training._train.click()
    until(lambda: tiny.result is not None, WHAT)
    groups = tiny._predictions._judgement.filter._groups
    until(lambda: groups.html != "", WHAT)
    tiny._predictions._count.value = "100"
    groups._on_pick("all")
    until(lambda: shown_indices(tiny) == list(range(100)), WHAT)
    cards = tiny._predictions._cards.value
    assert cards.count("nnc-other") == 400
    assert len(cards.encode()) < 1_000_000
