"""The step Explore on a whole dashboard, whose engine trains nothing."""

import pytest
from processes import until
from stored_runs import finished as made_finished
from tiny_comparison import TINY, WHAT, train
from waiting import wait_until

from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.data import CATALOG, DataError
from nncompare.ui.steps import explore


@pytest.fixture
def wishes(monkeypatch):
    """What a comparison is told of who looks."""
    made, pass_on = [], ComparisonRun.explore

    def hear(running, is_on):
        made.append(is_on)
        pass_on(running, is_on)

    monkeypatch.setattr(ComparisonRun, "explore", hear)
    return made


def _value(dashboard, place):
    drawn = dashboard.steps.explore._drawn  # the one thread that changes widgets makes it
    return place(drawn.panel).value if drawn.is_made else ""


def html(dashboard):
    return _value(dashboard, lambda drawn: drawn.answers.box)


def seen(dashboard):
    return _value(dashboard, lambda drawn: drawn.disturb.seen)


def test_before_anything_is_trained_the_images_of_the_data_set_are_shown(tiny):
    tiny.go("Explore")
    until(lambda: "Nothing is trained yet." in html(tiny), WHAT)
    assert "Test image 0" in seen(tiny)


def test_what_has_ended_answers(finished):
    finished.go("Explore")
    until(lambda: "They disagree" in html(finished), WHAT)
    finished.steps.explore.drawn.disturb.slider.set_state({"value": 9})
    until(lambda: "Rotate: 9°" in seen(finished), WHAT)


def test_a_tab_that_is_made_later_knows_what_is_looked_at(finished, settle):
    finished.go("Explore")
    step = finished.steps.explore
    finished.refresher.post(lambda: step.look_at("test", 3))
    settle(finished)
    inside = step._looks["Inside"]
    assert not inside.is_made
    step.tabs.pick("Inside")
    settle(finished)
    assert inside.panel._pair is finished.current.running.current
    assert inside.panel._image.words == "test image 3"


def test_inside_can_take_the_disturbance_off(finished, settle):
    finished.go("Explore")
    step = finished.steps.explore
    step.drawn.disturb.slider.set_state({"value": 9})
    until(lambda: "Rotate: 9°" in seen(finished), WHAT)
    step.tabs.pick("Inside")
    settle(finished)
    step._looks["Inside"].panel.plain.click()
    settle(finished)
    assert step._looks["Inside"].panel._image.disturbance is None
    assert "Rotate" not in seen(finished)


def enlarge_one(dashboard, settle):
    """Enlarge the first of the images that are shown; others may be shown before it is pressed."""

    def press():
        predictions = dashboard.steps.predictions
        pick = f"explore:{predictions.shown.indices[0]}"
        predictions.cards.pick(pick.rpartition(":")[2])
        settle(dashboard)
        return pick if predictions.cards.offers(pick) else ""

    return wait_until(press, WHAT)


def test_an_enlarged_image_leads_to_its_answers(finished, settle):
    finished.go("Predictions")
    pick = enlarge_one(finished, settle)
    finished.steps.predictions.cards.pick(pick)
    until(lambda: finished.navigation.step == "Explore", WHAT)
    assert f"Test image {int(pick.rpartition(':')[2]):,}" in seen(finished)
    until(lambda: "They disagree" in html(finished), WHAT)


def test_a_training_image_leads_there_too(finished, settle):
    finished.steps.predictions.split.value = "train"
    until(lambda: finished.steps.predictions.shown.split == "train", WHAT)
    pick = enlarge_one(finished, settle)
    finished.steps.predictions.cards.pick(pick)
    until(lambda: f"Training image {int(pick.rpartition(':')[2]):,}" in seen(finished), WHAT)


def test_weights_are_wanted_only_while_something_trains_and_somebody_looks(tiny, engine, settle, wishes, monkeypatch):
    train(tiny)
    until(lambda: tiny.current.state is State.RUNNING, WHAT)
    settle(tiny)
    assert True not in wishes
    tiny.go("Explore")
    until(lambda: wishes[-1:] == [True], WHAT)
    until(lambda: "answer here as soon as they have begun" in html(tiny), WHAT)
    tiny.go("Models")
    until(lambda: wishes[-1] is False, WHAT)
    tiny.go("Explore")
    until(lambda: wishes[-1] is True, WHAT)
    monkeypatch.setattr(type(tiny.page), "is_away", True)
    until(lambda: wishes[-1] is False, WHAT)
    monkeypatch.undo()
    engine.end_all()


def test_weights_are_wanted_no_more_after_the_end(tiny, engine, wishes):
    train(tiny)
    until(lambda: len(engine.active()) == 2, WHAT)
    tiny.go("Explore")
    until(lambda: wishes[-1:] == [True], WHAT)
    engine.end_all()
    until(lambda: wishes[-1] is False, WHAT)


def test_a_comparison_whose_images_are_gone_says_so(finished, settle, monkeypatch):
    def refuse(name):
        raise DataError("These images are gone.")

    monkeypatch.setattr(explore, "load", refuse)
    running = finished.current.running
    finished.refresher.post(lambda: finished.steps.explore.begin(running))
    finished.go("Explore")
    settle(finished)
    assert "These images are gone." in finished.steps.explore.note.value


def test_a_alone_and_then_another_comparison(open_finished, settle):
    dashboard = open_finished(TINY.model_copy(update={"b": None}), made_finished)
    dashboard.go("Explore")
    until(lambda: "A says" in html(dashboard), WHAT)
    assert 'data-model="B"' not in html(dashboard)
    assert CATALOG[TINY.dataset].classes[7] in html(dashboard)
    train(dashboard)
    until(lambda: "A says" not in html(dashboard), WHAT)


def test_each_seed_of_a_comparison_can_be_looked_at(open_finished):
    dashboard = open_finished(TINY.model_copy(update={"repeat": 2}), made_finished)
    step, running = dashboard.steps.explore, dashboard.current.running
    dashboard.go("Explore")
    until(lambda: "They disagree" in html(dashboard), WHAT)
    assert "nnc-hidden" not in step.seed.box._dom_classes
    assert [name for name, _ in step.seed.box.options] == ["newest: seed 2 of 2", "seed 1 of 2", "seed 2 of 2"]
    first, newest = running.pairs
    step.seed.box.value = 0
    until(lambda: step._used[1] is first, WHAT)
    step.seed.box.value = -1
    until(lambda: step._used[1] is newest, WHAT)


def test_one_seed_leaves_nothing_to_choose(finished):
    finished.go("Explore")
    until(lambda: "They disagree" in html(finished), WHAT)
    assert "nnc-hidden" in finished.steps.explore.seed.box._dom_classes


def test_a_settled_answer_is_read_out(finished, monkeypatch):
    said: list[dict[str, str]] = []
    monkeypatch.setattr(finished.page, "send", said.append)
    finished.go("Explore")
    until(lambda: any("A says 7, B says 1." in message.get("say", "") for message in said), WHAT)
