"""The keys, their list, and the tour: one table each, of which everything is there."""

import re
from collections.abc import Callable

import pytest
from processes import until
from tiny_comparison import WHAT

from nncompare.ui.clickable import STATIC
from nncompare.ui.dashboard import Dashboard
from nncompare.ui.panels.shortcuts import ON_PAGE, SHORTCUTS
from nncompare.ui.panels.tour import STOPS


def press(dashboard: Dashboard, key: str) -> None:
    """Send what the page sends when a key is pressed."""
    (shortcut,) = [one for one in SHORTCUTS if one.key == key]
    dashboard.help._on_message(dashboard.help, {"action": shortcut.action}, [])


def test_no_key_has_two_meanings_and_all_are_told() -> None:
    for values in zip(*((one.key, one.does, one.action) for one in SHORTCUTS), strict=True):
        assert len(set(values)) == len(SHORTCUTS)
    assert all(len(one.key) == 1 for one in SHORTCUTS)


def test_every_key_does_something(open_dashboard: Callable[..., Dashboard]) -> None:
    dashboard = open_dashboard()
    wanted = {one.action for one in SHORTCUTS}
    assert wanted == {*dashboard.help.actions, *ON_PAGE}
    script = (STATIC / "help.js").read_text("utf-8")
    assert set(re.findall(r'action === "(\w+)"', script)) == set(ON_PAGE)
    assert [f"go:{step}" for step in dashboard.steps.by_title()] == [one.action for one in SHORTCUTS[:6]]
    for one in SHORTCUTS:
        assert f"<kbd>{one.key}</kbd></th><td>{one.does}</td>" in dashboard.help.html
        assert dashboard.help.shortcuts[one.key] == one.action


def test_the_tour_has_seven_stops_on_steps_that_there_are(open_dashboard: Callable[..., Dashboard]) -> None:
    dashboard = open_dashboard()
    assert len(STOPS) == 7
    order = [list(dashboard.steps.by_title()).index(stop.step) for stop in STOPS]
    assert order == sorted(order)
    assert set(order) == set(range(6))
    assert [stop["title"] for stop in dashboard.help.stops] == [stop.title for stop in STOPS]


@pytest.mark.parametrize("action", ["", "go:Nowhere", "close", None, 3, ["go:Data"]])
def test_what_is_no_action_does_nothing(
    open_dashboard: Callable[..., Dashboard], settle: Callable[[Dashboard], None], action: object
) -> None:
    dashboard = open_dashboard()
    dashboard.help._on_message(dashboard.help, {"action": action}, [])
    settle(dashboard)
    assert dashboard.navigation.step == "Data"


def test_keys_go_to_steps_and_train_pause_and_stop(tiny: Dashboard) -> None:
    for key, step in zip("654321", reversed(tiny.steps.by_title()), strict=True):
        press(tiny, key)
        until(lambda step=step: tiny.navigation.step == step, WHAT)  # type: ignore[misc]
    press(tiny, "t")
    until(lambda: tiny.current.state.is_active, WHAT)
    assert tiny.navigation.step == "Training"
    press(tiny, "s")
    until(lambda: tiny.current.state.is_over, WHAT)


def test_a_key_shows_the_images_on_which_the_models_disagree(finished: Dashboard) -> None:
    press(finished, "4")
    image_filter = finished.steps.predictions.evaluation.filter
    until(lambda: image_filter.is_on, "it shows them by itself once they are judged")
    finished.refresher.post(image_filter.leave)
    press(finished, "1")
    until(lambda: (finished.navigation.step, image_filter.is_on) == ("Data", False), WHAT)
    press(finished, "d")
    until(lambda: (finished.navigation.step, image_filter.is_on) == ("Predictions", True), WHAT)
