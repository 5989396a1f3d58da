"""The buttons that steer runs. What the states allow is all that is enabled."""

from collections.abc import Callable, Sequence

from nncompare.comparison.state import State
from nncompare.ui.elements import button, row, set_value


class RunControls:
    """Four buttons for the model `name`, or for both; calls `on_steer` with pause, resume, stop or train_on.

    Pause and Resume are two: one that changes its meaning could do the opposite of what was read on it.
    """

    def __init__(self, on_steer: Callable[[str], None], name: str = "") -> None:
        whom = f" {name}" if name else ""
        self.pause = button(f"Pause{whom}", lambda: on_steer("pause"))
        self.resume = button(f"Resume{whom}", lambda: on_steer("resume"))
        self.stop = button(f"Stop{whom}", lambda: on_steer("stop"))
        self.train_on = button(f"Train{whom} on", lambda: on_steer("train_on"))
        self.buttons = [self.pause, self.resume, self.stop, self.train_on]
        self.box = row("nnc-steering", self.buttons)
        self.enable([])

    def enable(self, states: Sequence[State], *, can_train_on: bool = True) -> None:
        """Enable what at least one of these states allows."""
        set_value(self.pause, disabled=not any(state.can_pause for state in states))
        set_value(self.resume, disabled=not any(state.can_resume for state in states))
        set_value(self.stop, disabled=not any(state.can_stop for state in states))
        set_value(self.train_on, disabled=not (can_train_on and any(state.can_train_on for state in states)))
