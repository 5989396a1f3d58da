"""The buttons that control runs. Enabled is what their states allow."""

from collections.abc import Callable, Sequence

import ipywidgets as widgets

from nncompare.comparison.state import State
from nncompare.ui.elements import button, row, set_value

_TITLES = {"pause": "Pause", "resume": "Resume", "stop": "Stop", "train_on": "Continue"}


class RunControls:
    """Four buttons for the model `name`, or for both; calls `on_control` with pause, resume, stop or train_on.

    Pause and Resume are two: one that changes its meaning could do the opposite of what was read on it.
    """

    def __init__(self, on_control: Callable[[str], None], name: str = "") -> None:
        self.buttons: dict[str, widgets.Button] = {
            action: button(f"{title} {name}".strip(), lambda action=action: on_control(action))  # type: ignore[misc]
            for action, title in _TITLES.items()
        }
        self.box = row("nnc-run-controls", list(self.buttons.values()))
        self.enable([])

    def press(self, action: str) -> None:
        """Press a button."""
        self.buttons[action].click()

    def enable(self, states: Sequence[State], *, can_train_on: bool = True) -> None:
        """Enable what at least one of these states allows."""
        for action, pressed in self.buttons.items():
            is_allowed = any(getattr(state, f"can_{action}") for state in states)
            set_value(pressed, disabled=not is_allowed or (action == "train_on" and not can_train_on))
