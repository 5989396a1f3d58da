import ipywidgets as widgets
import pytest

from nncompare.ui import elements
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, hide, offer, row, set_value


def test_what_was_chosen_stays_chosen_when_other_options_are_offered():
    choice = widgets.Dropdown(options=[("newest", -1), ("5", 5)], value=5)
    offer(choice, [("newest", -1), ("5", 5), ("6", 6)], otherwise=-1)
    assert choice.value == 5
    assert [label for label, _ in choice.options] == ["newest", "5", "6"]
    offer(choice, [("newest", -1), ("7", 7)], otherwise=-1)
    assert choice.value == -1


def test_equal_options_are_left_alone():
    choice = widgets.Dropdown(options=[("a", 1), ("b", 2)], value=2)
    told: list[object] = []
    choice.observe(told.append)
    offer(choice, [("a", 1), ("b", 2)], otherwise=1)
    assert told == []


def test_texts_are_filled_in_again_when_they_or_the_place_have_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    filled: list[str] = []

    def render(template: str, **values: object) -> str:
        filled.append(template)
        return f"{template}: {values}"

    monkeypatch.setattr(elements, "render", render)
    place, texts = Place("nnc-x"), ["one"]
    for _ in range(3):
        place.show_texts("a.html", texts=list(texts))
    assert filled == ["a.html"]
    place.show_texts("a.html", texts=["two"])
    assert place.value == "a.html: {'texts': ['two']}"
    place.show_texts("b.html", texts=["two"])
    set_value(place, value="")
    place.show_texts("b.html", texts=["two"])
    assert place.value == "b.html: {'texts': ['two']}"
    place.show("c.html")
    place.show_texts("b.html", texts=["two"])
    assert place.value == "b.html: {'texts': ['two']}"
    assert filled == ["a.html", "a.html", "b.html", "b.html", "c.html", "b.html"]


def test_what_has_a_script_of_ours_cannot_be_hidden_by_itself():
    shown = Clickable(lambda _: None)
    with pytest.raises(TypeError, match="Put it into a box"):
        hide(shown, True)
    box = row("", [shown])
    hide(box, True)
    assert "nnc-hidden" in box._dom_classes
