"""The training loop: a generator of events."""

from collections.abc import Iterator

from nncompare.config import RunConfig
from nncompare.messages import BatchHalved, Event, Failed, Finished, Parked
from nncompare.training.session import Session
from nncompare.training.updates import NotFinite, OutOfMemory


def train(session: Session) -> Iterator[Event]:
    """Train a network and tell what happens; the channel's controls are looked at after every step.

    The last event is `Finished`, `Failed` or `Parked`.
    """
    measure = session.measure
    while not session.is_complete and session.may_go_on():
        for step in session.steps():
            if isinstance(step, OutOfMemory):
                measure.take_at_once(step.plan.batch_size)
                yield BatchHalved(measure.epoch)
            elif isinstance(step, NotFinite):
                measure.diverged = True
            else:
                measure.count(step)
                yield from measure.points()
            if measure.diverged or not session.may_go_on():
                break
        else:
            yield from measure.end_of_epoch()
        if measure.diverged:
            yield from _give_up(session)
            return
    if session.is_parked and session.updates.is_finite():
        yield Parked()
        return
    if measure.images_of_epoch and not session.is_parked:  # stopped within an epoch
        yield from measure.end_of_epoch()
    if measure.diverged or session.is_parked:
        yield from _give_up(session)
        return
    yield Finished(measure.epoch, measure.seconds, stopped=not session.is_complete)


def _give_up(session: Session) -> Iterator[Event]:
    """Take the network back to its last finite state, and measure that."""
    yield session.measure.diverge()
    session.updates.go_back()
    yield from session.measure.kept_state()
    yield Failed(divergence(session.job.setup.config))


def divergence(config: RunConfig) -> str:
    """Say that the loss is no longer a number, and what to change."""
    return (
        f"Training broke off: the loss is no longer a finite number. The learning rate {config.learning_rate:g} is too "
        "high. The curves and the last finite weights are kept. Lower it and train again."
    )
