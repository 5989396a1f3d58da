"""The buttons that steer runs: pause and resume, stop, train on. What the states allow is all that is enabled."""

from collections.abc import Callable, Sequence

from nncompare.comparison.state import State
from nncompare.ui.elements import button, row, set_value


class Steering:
    """Three buttons for the model `name`, or for both; calls `on_steer` with pause, resume, stop or train_on."""

    def __init__(self, on_steer: Callable[[str], None], name: str = "") -> None:
        self._on_steer, self._whom = on_steer, f" {name}" if name else ""
        self._can_resume = False
        self.pause = button(f"Pause{self._whom}", self._on_pause)
        self.stop = button(f"Stop{self._whom}", lambda: on_steer("stop"))
        self.train_on = button(f"Train{self._whom} on", lambda: on_steer("train_on"))
        self.box = row("nnc-steering", [self.pause, self.stop, self.train_on])
        self.enable([])

    def enable(self, states: Sequence[State]) -> None:
        """Enable what at least one of these states allows."""
        can_pause = any(state.can_pause for state in states)
        self._can_resume = not can_pause and any(state.can_resume for state in states)
        word = "Resume" if self._can_resume else "Pause"
        set_value(self.pause, description=f"{word}{self._whom}", disabled=not (can_pause or self._can_resume))
        set_value(self.stop, disabled=not any(state.can_stop for state in states))
        set_value(self.train_on, disabled=not any(state.can_train_on for state in states))

    def _on_pause(self) -> None:
        self._on_steer("resume" if self._can_resume else "pause")
