"""What a page pays for its widgets: as few messages as there are widgets, and none for what nobody has looked at."""

import ipywidgets as widgets
import pytest
from ipywidgets.widgets import widget as registry

from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Later, Place, button, close_tree, column, row
from nncompare.ui.making import make


class Late:
    """A panel."""

    def __init__(self) -> None:
        self.box = column("nnc-late", [])


@pytest.fixture
def counted(monkeypatch):
    """Count the messages that open a widget, and those that change one."""
    counts = {"opened": 0, "changed": 0}
    make_comm = registry.comm.create_comm

    def create(**values):
        counts["opened"] += 1
        made = make_comm(**values)
        monkeypatch.setattr(made, "send", lambda *_, **__: counts.update(changed=counts["changed"] + 1))
        return made

    make(widgets.Button)  # whose layout and style are there from now on
    close_tree(row("", [Place(""), Clickable(lambda _: None)]))
    monkeypatch.setattr(registry.comm, "create_comm", create)
    return counts


def test_each_widget_costs_one_message(counted):
    parts = [Place("nnc-a nnc-b", "note.html", error="", used="", hint="a"), button("Go", print, strong=True)]
    made = column("nnc-c", [*parts, row("nnc-d", []), Clickable(print, "nnc-e")])
    assert counted == {"opened": 5, "changed": 0}
    assert [list(one._dom_classes) for one in (made, *made.children)] == [
        ["nnc-c"],
        ["nnc-a", "nnc-b"],
        ["nnc-button", "nnc-strong"],
        ["nnc-d"],
        ["nnc-e"],
    ]


def test_closing_one_page_leaves_the_others_what_all_share():
    gone, stays = button("Go", print), button("Stay", print)
    close_tree(gone)
    assert stays.layout.comm is not None
    assert stays.style.comm is not None
    assert stays.layout is button("Another", print).layout


def test_what_is_not_shared_is_closed_with_its_widget():
    own = widgets.Text()
    close_tree(own)
    assert own.comm is own.layout.comm is own.style.comm is None


def test_a_page_can_be_opened_after_all_widgets_were_closed():
    layout = button("Go", print).layout
    layout.close()
    assert button("Go", print).layout.comm is not None


def test_what_comes_later_is_made_once_and_at_the_first_look(counted):
    later = Later("nnc-place", Late)
    assert not later.is_made
    assert (later.box.children, counted["opened"]) == ((), 1)
    panel = later.panel
    assert later.is_made
    assert later.panel is panel
    assert later.box.children == (panel.box,)


def test_what_was_made_late_is_closed_with_its_place():
    later = Later("", Late)
    box = later.panel.box
    close_tree(later.box)
    assert box.comm is None
