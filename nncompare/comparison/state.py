"""The states of one model's run, and which may follow which."""

from enum import StrEnum


class State(StrEnum):
    """Where a run is; the values are the words that tests and screen readers find on the page."""

    IDLE = "idle"
    PREPARING = "preparing"
    RUNNING = "running"
    STOPPING = "stopping"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"

    @property
    def is_over(self) -> bool:
        """Say whether nothing more will happen."""
        return self in (State.FINISHED, State.STOPPED, State.FAILED)

    @property
    def is_active(self) -> bool:
        """Say whether the run is between its start and its end."""
        return self in (State.PREPARING, State.RUNNING, State.STOPPING)


FOLLOWERS: dict[State, frozenset[State]] = {
    State.IDLE: frozenset({State.PREPARING}),
    State.PREPARING: frozenset({State.RUNNING, State.STOPPING, State.STOPPED, State.FAILED}),
    State.RUNNING: frozenset({State.STOPPING, State.FINISHED, State.FAILED}),
    State.STOPPING: frozenset({State.FINISHED, State.STOPPED, State.FAILED}),
    State.FINISHED: frozenset(),
    State.STOPPED: frozenset(),
    State.FAILED: frozenset(),
}


def follow(now: State, then: State) -> State:
    """Go from one state to the next.

    Raises
    ------
    ValueError
        When `then` cannot follow `now`.
    """
    if then not in FOLLOWERS[now]:
        raise ValueError(f"A run that is {now} cannot become {then}.")
    return then


def of_pair(states: list[State]) -> State:
    """Sum up the states of both models: the busiest one, and after the end the worst one."""
    order = [
        State.PREPARING,
        State.RUNNING,
        State.STOPPING,
        State.FAILED,
        State.STOPPED,
        State.FINISHED,
        State.IDLE,
    ]
    return min(states, key=order.index) if states else State.IDLE
