"""The states of one model's run and of the pair, which may follow which, and what may be pressed in each.

`docs/design.md` draws them.
"""

from collections.abc import Iterable
from enum import StrEnum


class State(StrEnum):
    """Where a run is; the values are the words that tests and screen readers find on the page."""

    IDLE = "idle"
    PREPARING = "preparing"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Whether nothing more will happen by itself, or by a button but Train and Continue."""
        return self in (State.FINISHED, State.STOPPED, State.FAILED)

    @property
    def is_active(self) -> bool:
        """Whether the run is between its start and its end."""
        return not self.is_over and self is not State.IDLE

    @property
    def can_train(self) -> bool:
        """Whether a new run may begin."""
        return not self.is_active

    @property
    def can_pause(self) -> bool:
        """Whether the run may be paused."""
        return self is State.RUNNING

    @property
    def can_resume(self) -> bool:
        """Whether the run waits to go on."""
        return self in (State.PAUSING, State.PAUSED)

    @property
    def can_stop(self) -> bool:
        """Whether the run may be ended."""
        return self.is_active and self is not State.STOPPING

    @property
    def can_train_on(self) -> bool:
        """Whether more epochs may be added."""
        return self in (State.FINISHED, State.STOPPED)


FOLLOWERS: dict[State, frozenset[State]] = {
    State.IDLE: frozenset({State.PREPARING}),
    State.PREPARING: frozenset({State.RUNNING, State.STOPPING, State.STOPPED, State.FAILED}),
    State.RUNNING: frozenset({State.PAUSING, State.STOPPING, State.FINISHED, State.FAILED}),
    State.PAUSING: frozenset({State.PAUSED, State.RUNNING, State.STOPPING, State.FINISHED, State.FAILED}),
    State.PAUSED: frozenset({State.RUNNING, State.PREPARING, State.STOPPING, State.FAILED}),
    State.STOPPING: frozenset({State.FINISHED, State.STOPPED, State.FAILED}),
    State.FINISHED: frozenset({State.PREPARING}),
    State.STOPPED: frozenset({State.PREPARING}),
    State.FAILED: frozenset(),
}

_MOVING = (State.RUNNING, State.PAUSING, State.STOPPING, State.PAUSED)
_AT_REST = (State.FAILED, State.STOPPED, State.FINISHED, State.IDLE)
# Of two models, the one that is furthest from its end tells where the pair is; after the end the worse one.
_OF_A_PAIR = (State.PREPARING, *_MOVING, *_AT_REST)
# Of several pairs, the one that moves tells where the whole is; those that wait for their turn come after it.
_OF_A_SERIES = (*_MOVING, State.PREPARING, *_AT_REST)


def transition(now: State, then: State) -> State:
    """Return the next state, or raise ValueError where `then` cannot follow `now`."""
    if then not in FOLLOWERS[now]:
        raise ValueError(f"A run that is {now} cannot become {then}.")
    return then


def of_pair(states: Iterable[State]) -> State:
    """Sum up the states of both models."""
    return min(states, key=_OF_A_PAIR.index, default=State.IDLE)


def of_series(states: Iterable[State]) -> State:
    """Sum up the states of the pairs of several seeds."""
    return min(states, key=_OF_A_SERIES.index, default=State.IDLE)
