import ipywidgets as widgets

from nncompare.ui.elements import offer


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
