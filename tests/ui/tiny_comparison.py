"""The comparison that most pages here show, and how its widgets are read."""

import re

from processes import until

from nncompare.config import Comparison, RunConfig
from nncompare.ui.action_buttons import ActionButtons
from nncompare.ui.dashboard import Dashboard
from nncompare.ui.panels.field import Field

WHAT = "the dashboard gets there"
TINY = Comparison(
    dataset="synthetic-digits",
    a=RunConfig(channels=2, epochs=1),
    b=RunConfig(channels=3, epochs=2),
    train_images=1_000,
)


def _buttons(dashboard: Dashboard) -> list[ActionButtons]:
    training = dashboard.steps.training
    own = [buttons for panel in training.runs.values() for buttons in (panel.controls, panel.alone)]
    return [training.bar.main, training.bar.further, *own]


def pressable(dashboard: Dashboard) -> set[str]:
    """Name what can be pressed on the Training step, but for the choice of more epochs."""
    offered = {name for buttons in _buttons(dashboard) for name in buttons.offered} - {"Fewer epochs", "More epochs"}
    return {re.sub(r"^Continue (?:[AB] )?\+.*", "Continue", name) for name in offered}


def press(dashboard: Dashboard, name: str) -> None:
    """Press a button of the Training step, as `pressable` names it, as soon as that is possible."""
    until(lambda: name in pressable(dashboard), f"{name} can be pressed")
    for buttons in _buttons(dashboard):
        for label, action in buttons.offered.items():
            if label == name or label.startswith(f"{name} +"):
                buttons.press(action)
                return


def can_train(dashboard: Dashboard) -> bool:
    """Whether a comparison can be begun."""
    return bool(pressable(dashboard) & {"Train both", "Train A", "Train again"})


def train(dashboard: Dashboard) -> None:
    """Begin a comparison, where one can be begun."""
    for name in pressable(dashboard) & {"Train both", "Train A", "Train again"}:
        press(dashboard, name)


def shown_indices(dashboard: Dashboard) -> list[int]:
    """List the images on the cards."""
    return [int(index) for index in re.findall(r'data-index="(\d+)"', dashboard.steps.predictions.cards.html)]


def judged_cards(dashboard: Dashboard) -> int:
    """Count the predictions on the cards that are marked as right or wrong."""
    cards = dashboard.steps.predictions.cards.html
    return cards.count("nnc-ok") + cards.count("nnc-no")


def steps_seen(dashboard: Dashboard) -> list[str]:
    """Name the steps that are on the page."""
    steps = dashboard.steps.by_title()
    return [name for name, step in steps.items() if "nnc-hidden" not in step.box._dom_classes]


def is_marked(field: Field) -> bool:
    """Whether a field is marked as wrong."""
    return "nnc-invalid" in field.control._dom_classes
