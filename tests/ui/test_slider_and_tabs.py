import pytest
from traitlets import TraitError

from nncompare.ui.elements import Place
from nncompare.ui.slider import Slider
from nncompare.ui.tabs import Tabs


@pytest.fixture
def moved():
    return []


@pytest.fixture
def slider(moved):
    made = Slider(moved.append)
    made.offer("Rotate", "°", -90, 90, 1, 0)
    return made


def test_a_slider_tells_where_it_is_moved_to(slider, moved):
    slider.set_state({"value": 25})
    slider.set_state({"value": -30.0})
    assert moved == [25.0, -30.0]


@pytest.mark.parametrize(("sent", "end"), [(1e308, 90), (-1e308, -90), (10**400, 90), (float("inf"), 90)])
def test_what_lies_beyond_its_ends_becomes_the_end(slider, moved, sent, end):
    slider.set_state({"value": sent})
    assert moved == [end]


@pytest.mark.parametrize("sent", ["9", None, [], {}, float("nan")])
def test_what_is_no_number_is_refused(slider, moved, sent):
    with pytest.raises(TraitError):
        slider.set_state({"value": sent})
    assert (moved, slider.value) == ([], 0)


def test_other_values_are_offered_at_once(slider, moved):
    slider.set_state({"value": 45})
    slider.offer("Scale", "%", 40, 160, 5, 100)
    assert (slider.label, slider.unit, slider.lowest, slider.highest, slider.value) == ("Scale", "%", 40, 160, 100)
    assert moved == [45, 100]


def test_one_panel_is_seen_and_others_are_asked_for_by_their_titles():
    picked: list[str] = []
    panels = {"First": Place("nnc-one"), "Second": Place("nnc-other")}
    tabs = Tabs("Both", {title: type("Made", (), {"box": place})() for title, place in panels.items()}, picked.append)

    def seen():
        return [not {"nnc-hidden"} & set(panel._dom_classes) for panel in tabs.box.children[1:]]

    assert (tabs.shown, seen()) == ("First", [True, False])
    for title in ("Second", "Third", None, 3, ["Second"]):
        tabs.pick(title)
    assert picked == ["Second"]
    tabs.show("Second")
    assert (tabs.shown, seen()) == ("Second", [False, True])
