"""The comparison that most pages here show, and how its widgets are read."""

import re

from nncompare.config import Comparison, RunConfig
from nncompare.ui.dashboard import Dashboard
from nncompare.ui.panels.field import Field

WHAT = "the dashboard gets there"
TINY = Comparison(
    dataset="synthetic-digits",
    a=RunConfig(channels=2, epochs=1),
    b=RunConfig(channels=3, epochs=2),
    train_images=1_000,
)


def pressable(dashboard: Dashboard) -> set[str]:
    """Name what can be pressed on the Training step."""
    training = dashboard.steps.training
    controls = [training.both, *(panel.controls for panel in training.runs.values())]
    buttons = [training.train, *(button for each in controls for button in each.buttons.values())]
    return {button.description for button in buttons if not button.disabled}


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
