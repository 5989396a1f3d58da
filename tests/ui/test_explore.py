"""The image that is looked at, what disturbs it, and what both networks say of it; no network is trained here."""

import numpy as np
import pytest
from by_hand import ByHand
from fake_pair import pair_of

from nncompare.comparison.state import State
from nncompare.data import load, png_data_uri
from nncompare.disturbances import DISTURBANCES, Disturbance
from nncompare.engine.client import EngineError
from nncompare.ui.panels import answers, draw_and_disturb
from nncompare.ui.panels.draw_and_disturb import DrawAndDisturb
from nncompare.ui.panels.image_choice import ChosenImage

DRAWING = ChosenImage(np.full((28, 28), 100, np.uint8), "your drawing")


@pytest.fixture
def refresher():
    return ByHand()


@pytest.fixture
def images(synthetic_digits):
    return load("synthetic-digits")


@pytest.fixture
def heard():
    return []


@pytest.fixture
def chosen():
    return []


@pytest.fixture
def panel(refresher, chosen, heard, monkeypatch):
    monkeypatch.setattr(draw_and_disturb, "_REST_SECONDS", 0.0)
    monkeypatch.setattr(answers, "_SETTLED_SECONDS", 0.0)
    made = DrawAndDisturb(refresher, chosen.append, heard.append)
    made.set_visible(True)
    return made


@pytest.fixture
def pair():
    return pair_of()


@pytest.fixture
def looking(panel, images, pair, refresher):
    """A panel with the answers of both on the first test image."""
    panel.use(images, pair)
    refresher.work()
    return panel


def html(panel):
    return panel.answers.box.value


def label_of(images, number):
    return images.info.classes[images.test_labels[number]]


def test_the_first_test_image_is_asked_about_at_once(looking, images, pair, chosen):
    (inquiry,) = pair.asked
    assert (inquiry.dataset, inquiry.look, inquiry.disturbance) == ("synthetic-digits", "answers", None)
    assert [network.name for network in inquiry.networks] == ["A", "B"]
    np.testing.assert_array_equal(inquiry.images, images.test_images[:1])
    assert (chosen[-1].words, chosen[-1].label) == ("test image 0", images.test_labels[0])
    assert png_data_uri(images.test_images[0]) in looking.disturb.seen.value
    assert f"Test image 0: <b>{label_of(images, 0)}</b>" in looking.disturb.seen.value


def test_both_answers_stand_side_by_side_with_three_classes_each(looking, images):
    shown = html(looking)
    assert shown.count("<li>") == 6
    assert shown.count(">75.0%<") == shown.count(">20.0%<") == 2
    assert shown.index('data-model="A"') < shown.index('data-model="B"')
    assert shown.count("after 0.5 epochs") == 2
    assert "<b>Both say 7</b>" in shown
    assert f"The label is {label_of(images, 0)}: both are" in shown


def test_who_is_right_is_said_where_the_label_is_known(looking, images, pair, refresher):
    label = int(images.test_labels[3])
    pair.says = {"A": label, "B": (label + 1) % 10}
    looking.choose("test", 3)
    refresher.work()
    assert "<b>They disagree</b>" in html(looking)
    assert f"The label is {images.info.classes[label]}: only A is right." in html(looking)
    assert (html(looking).count('aria-label="right"'), html(looking).count('aria-label="wrong"')) == (1, 1)
    looking.look_at(DRAWING)
    refresher.work()
    assert "The label" not in html(looking)
    assert 'aria-label="right"' not in html(looking)
    assert "Your drawing<span>" in looking.disturb.seen.value


def test_of_what_is_drawn_meanwhile_only_the_newest_is_asked(looking, pair, refresher):
    for shade in range(10):
        looking.look_at(ChosenImage(np.full((28, 28), shade, np.uint8), "your drawing"))
    refresher.work()
    assert [int(inquiry.images[0, 0, 0]) for inquiry in pair.asked[1:]] == [0, 9]


def test_answers_follow_while_the_networks_learn(looking, pair, refresher):
    looking.tick()
    refresher.work()
    assert len(pair.asked) == 1
    pair.learn(1.5)
    pair.says["B"] = 1
    looking.tick()
    refresher.work()
    assert len(pair.asked) == 2
    assert "after 1.5 epochs" in html(looking)
    assert "They disagree" in html(looking)


def test_while_they_learn_they_are_asked_once_a_second(looking, pair, refresher, monkeypatch):
    monkeypatch.setattr(draw_and_disturb, "_REST_SECONDS", 3600)
    looking.look_at(DRAWING)
    refresher.work()
    pair.learn(1.5)
    looking.tick()
    assert refresher.at_work == 0


def test_nothing_is_asked_while_nobody_looks(looking, pair, refresher):
    looking.set_visible(False)
    looking.look_at(DRAWING)
    pair.learn(2)
    looking.tick()
    refresher.work()
    assert len(pair.asked) == 1
    looking.set_visible(True)
    refresher.work()
    assert len(pair.asked) == 2


def test_a_disturbance_follows_the_slider(looking, images, pair, refresher, chosen):
    looking.disturb.slider.set_state({"value": 25})
    refresher.work()
    assert pair.asked[-1].disturbance == chosen[-1].disturbance == Disturbance("rotate", 25)
    np.testing.assert_array_equal(chosen[-1].pixels, images.test_images[0])
    seen = looking.disturb.seen.value
    assert png_data_uri(255 - images.test_images[0]) in seen
    assert "<span>Rotate: 25°</span>" in seen
    looking.disturb.slider.set_state({"value": -25})
    refresher.work()
    assert "Rotate: −25°" in looking.disturb.seen.value
    looking.picker.choose("test", 5)
    refresher.work()
    assert pair.asked[-1].disturbance == Disturbance("rotate", -25)
    assert "<small>(Rotate: −25°)</small>" in html(looking)
    looking.disturb.reset.click()
    refresher.work()
    assert pair.asked[-1].disturbance is None
    assert (looking.disturb.slider.value, looking.disturb.reset.disabled) == (0, True)
    assert "(Rotate" not in html(looking)


def test_an_image_that_is_chosen_elsewhere_is_looked_at_as_it_is_there(looking, pair, refresher, chosen):
    looking.disturb._on_strength(25.0)
    looking.choose("test", 5)
    refresher.work()
    assert (chosen[-1].words, chosen[-1].disturbance) == ("test image 5", None)
    assert pair.asked[-1].disturbance is None
    assert looking.disturb.slider.value == 0


def test_the_sheet_is_set_aside_while_an_image_is_looked_at(looking, monkeypatch):
    told = []
    monkeypatch.setattr(looking.drawing.box, "send", lambda content, buffers=(): told.append(content))
    looking.picker.choose("test", 5)
    assert [content["aside"] for content in told] == [True]


def test_another_kind_begins_where_nothing_is_changed(looking, pair, refresher):
    looking.disturb.slider.set_state({"value": -45})
    refresher.work()
    for name, info in reversed(DISTURBANCES.items()):
        looking.disturb.kind.value = name
        refresher.work()
        slider = looking.disturb.slider
        assert (slider.label, slider.unit, slider.value) == (info.title, info.unit, info.neutral)
        assert (slider.lowest, slider.highest, slider.step) == (info.lowest, info.highest, info.step)
        assert looking.disturb.disturbance is None
    assert pair.asked[-1].disturbance is None


def test_a_strength_of_the_kind_before_becomes_one_that_there_is(looking, refresher):
    looking.disturb.kind.value = "contrast"
    refresher.catch_up()
    looking.disturb._on_strength(-45)
    assert looking.disturb.disturbance == Disturbance("contrast", DISTURBANCES["contrast"].lowest)


def test_an_image_is_chosen_by_its_number_and_what_is_no_number_is_told(looking, images, pair, refresher):
    picker = looking.picker
    picker.number.value = "17"
    refresher.work()
    np.testing.assert_array_equal(pair.asked[-1].images[0], images.test_images[17])
    for wrong in ("-1", str(len(images.test_labels)), "seven", "", "9" * 5_000):
        picker.number.value = wrong
        refresher.work()
        picker.again.click()
        refresher.work()
        assert picker.number.value == wrong
        assert f"A number from 0 to {len(images.test_labels) - 1:,}." in picker.number.note.value
    assert len(pair.asked) == 2
    picker.number.value = "18"
    picker.split.value = "train"
    refresher.work()
    np.testing.assert_array_equal(pair.asked[-1].images[0], images.train_images[18])
    assert "Training image 18" in looking.disturb.seen.value
    assert picker.number.note.value.strip() == ""


def test_another_one_is_chosen_at_random_and_the_same_one_again_after_a_drawing(looking, pair, refresher, chosen):
    looking.picker.another.click()
    refresher.work()
    number = looking.picker.number.value
    assert chosen[-1].words == f"test image {int(number):,}"
    assert number != "0"
    looking.look_at(DRAWING)
    looking.picker.again.click()
    refresher.work()
    assert chosen[-1].words == f"test image {int(number):,}"
    assert len(chosen) == len({id(image) for image in chosen})


def test_one_on_which_they_disagree_is_offered_once_that_is_known(looking, images, pair, refresher, chosen):
    picker, count = looking.picker, len(images.test_labels)
    assert picker.disagreed.disabled
    said = np.zeros(count, int)
    said[42] = 1
    pair.test(A=[0] * count, B=said.tolist())
    looking.tick()
    assert not picker.disagreed.disabled
    looking.disturb._on_strength(25.0)
    assert chosen[-1].disturbance is not None
    picker.disagreed.click()
    refresher.work()
    assert chosen[-1].words == "test image 42"
    assert chosen[-1].disturbance is None, "they disagree on it as it is"
    pair.test(A=[0] * count, B=[0] * count)
    picker.disagreed.click()
    refresher.work()
    assert "they agree on all test images" in picker.number.note.value


def test_a_alone_answers_alone(panel, images, refresher):
    panel.use(images, pair_of(is_alone=True))
    refresher.work()
    assert "<b>A says 7</b>" in html(panel)
    assert 'data-model="B"' not in html(panel)
    assert "nnc-hidden" in panel.picker.disagreed._dom_classes


def test_a_network_without_weights_beside_one_that_answers(panel, images, pair, refresher):
    pair.networks = pair.networks[:1]
    panel.use(images, pair)
    refresher.work()
    assert "Model B has no weights to answer with." in html(panel)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (None, "Nothing is trained yet."),
        (State.PREPARING, "A and B answer here as soon as they have begun to learn."),
        (State.FINISHED, "The weights of these networks are gone"),
    ],
)
def test_why_there_are_no_answers_is_said(panel, images, refresher, state, sentence):
    pair = pair_of(state) if state is not None else None
    if pair is not None:
        pair.networks = ()
    panel.use(images, pair)
    refresher.work()
    panel.tick()
    assert sentence in html(panel)
    assert panel.disturb.slider.is_off
    assert png_data_uri(images.test_images[0]) in panel.disturb.seen.value


def test_an_error_of_a_worker_is_a_sentence_and_goes_with_the_next_answer(looking, pair, refresher):
    pair.error = "That cannot be asked."
    looking.look_at(DRAWING)
    refresher.work()
    assert "That cannot be asked." in html(looking)
    assert "Both say 7" in html(looking)
    pair.error = ""
    looking.choose("test", 1)
    refresher.work()
    assert "That cannot be asked." not in html(looking)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (EngineError("No worker."), "No worker."),
        (KeyError("x"), "could not answer (KeyError: &#39;x&#39;)."),
    ],
)
def test_whatever_breaks_is_told(looking, pair, refresher, monkeypatch, error, words):
    def break_off(_):
        raise error

    monkeypatch.setattr(pair, "inspect", break_off)
    looking.look_at(DRAWING)
    refresher.work()
    assert words in html(looking)


def test_who_waits_for_a_worker_is_told_and_the_old_answers_fade(looking, refresher, monkeypatch):
    monkeypatch.setattr(draw_and_disturb, "_PATIENCE_SECONDS", 3600.0)
    looking.look_at(DRAWING)
    looking.tick()
    assert "Waiting for a worker" not in html(looking)
    monkeypatch.setattr(draw_and_disturb, "_PATIENCE_SECONDS", 0.0)
    looking.tick()
    assert "Waiting for a worker" in html(looking)
    assert "nnc-old" in looking.answers.box._dom_classes
    refresher.work()
    looking.tick()
    assert "Waiting for a worker" not in html(looking)
    assert "nnc-old" not in looking.answers.box._dom_classes


def test_an_answer_to_another_comparison_is_not_shown(looking, images, pair, refresher):
    pair.says = {"A": 1, "B": 1}
    looking.look_at(DRAWING)
    other = pair_of()
    other.says = {"A": 4, "B": 4}
    looking.use(images, other)
    assert "Both say" not in html(looking)
    refresher.work()
    assert "Both say 4" in html(looking)
    np.testing.assert_array_equal(other.asked[-1].images, DRAWING.pixels[None])


def test_a_picture_that_is_opened_is_not_disturbed_but_the_next_image_is_and_that_is_said(
    looking, pair, refresher, heard
):
    looking.disturb._on_strength(25.0)
    looking.picker.choose("test", 5)
    refresher.work()
    looking.tick()
    assert "Rotate: 25°" in looking.disturb.seen.value
    assert heard[-1].startswith("Test image 5, Rotate: 25°: A says")
    looking.drawing._show(DRAWING.pixels, "", "your picture", DRAWING.pixels)
    refresher.work()
    assert pair.asked[-1].disturbance is None
    assert "Rotate" not in looking.disturb.seen.value
    assert looking.disturb.slider.value == 0


def test_nothing_drawn_shows_nothing(looking, pair, refresher):
    looking.look_at(None)
    refresher.work()
    looking.tick()
    assert "Draw a picture, or choose one." in looking.disturb.seen.value
    assert "Both say" not in html(looking)
    assert "A and B answer here." in html(looking)
    assert len(pair.asked) == 1


def test_what_has_settled_is_read_out_once(looking, pair, refresher, heard, monkeypatch):
    looking.tick()
    looking.tick()
    assert len(heard) == 1
    assert heard[0].startswith("Test image 0: A says 7, B says 7.")
    pair.learn(1.0)
    looking.tick()
    refresher.work()
    looking.tick()
    assert len(heard) == 1
    monkeypatch.setattr(answers, "_SETTLED_SECONDS", 3600)
    looking.look_at(DRAWING)
    refresher.work()
    looking.tick()
    assert len(heard) == 1


def test_nothing_is_drawn_again_that_is_there(looking, refresher, monkeypatch):
    def refuse(*_, **__):
        raise AssertionError

    looking.tick()
    monkeypatch.setattr(looking.answers.box, "show", refuse)
    monkeypatch.setattr(looking.disturb.seen, "show", refuse)
    looking.tick()


def test_what_is_drawn_is_looked_at_until_the_sheet_is_empty(looking, pair, refresher, chosen):
    looking._on_drawing(DRAWING.pixels, "your drawing")
    refresher.work()
    assert (chosen[-1].words, chosen[-1].label) == ("your drawing", None)
    np.testing.assert_array_equal(pair.asked[-1].images[0], DRAWING.pixels)
    looking._on_drawing(None, "Draw something, or open a picture.")
    assert chosen[-1] is None
    looking.choose("test", 2)
    looking._on_drawing(None, "Draw something, or open a picture.")
    assert [image.words for image in chosen[-1:]] == ["test image 2"]
