"""The states of one model's run and of the pair, as `docs/design.md` draws them."""

from collections.abc import Iterable
from enum import StrEnum

_PRESSES = ("train", "pause", "resume", "stop", "train_on")


class State(StrEnum):
    """Where a run is: the word for it on the page, what may be pressed there, and what may follow."""

    IDLE = "idle", "train", "preparing"
    PREPARING = "preparing", "stop", "running stopping stopped failed"
    RUNNING = "running", "pause stop", "pausing stopping stopped finished failed"
    PAUSING = "pausing", "resume stop", "paused running stopping stopped finished failed"
    PAUSED = "paused", "resume stop", "running preparing stopping failed"
    STOPPING = "stopping", "", "finished stopped failed"
    FINISHED = "finished", "train train_on", "preparing"
    STOPPED = "stopped", "train train_on", "preparing"
    FAILED = "failed", "train", ""

    can_train: bool
    can_pause: bool
    can_resume: bool
    can_stop: bool
    can_train_on: bool
    followers: list[str]

    def __new__(cls, word: str, presses: str = "", followers: str = "") -> "State":
        """Make the state of one row above."""
        state = str.__new__(cls, word)
        state._value_ = word
        state.followers = followers.split()
        for press in _PRESSES:
            setattr(state, f"can_{press}", press in presses.split())
        return state

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself, or by a button but Train and Continue."""
        return self in (State.FINISHED, State.STOPPED, State.FAILED)

    @property
    def is_active(self) -> bool:
        """Whether the run is between its start and its end."""
        return not self.is_over and self is not State.IDLE


# Of two models, the one that is furthest from its end tells where the pair is; after the end the worse one.
_OF_A_PAIR = ["preparing", "running", "pausing", "stopping", "paused", "failed", "stopped", "finished", "idle"]
# Of several pairs, the one that moves tells where the whole is; those that wait for their turn come after it.
_OF_A_SERIES = ["running", "pausing", "stopping", "paused", "preparing", "failed", "stopped", "finished", "idle"]


def transition(now: State, then: State) -> State:
    """Return the next state, or raise ValueError where `then` cannot follow `now`."""
    if then not in now.followers:
        raise ValueError(f"A run that is {now} cannot become {then}.")
    return then


def of_pair(states: Iterable[State]) -> State:
    """Sum up the states of both models."""
    return min(states, key=_OF_A_PAIR.index, default=State.IDLE)


def of_series(states: Iterable[State]) -> State:
    """Sum up the states of the pairs of several seeds."""
    return min(states, key=_OF_A_SERIES.index, default=State.IDLE)
