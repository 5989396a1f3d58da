"""The training loop: a generator of events."""

from collections.abc import Iterator

from nncompare.events import BatchHalved, Event, Failed, Finished, Suspended
from nncompare.messages import BROKE_OFF
from nncompare.training.session import Session
from nncompare.training.step import NotFinite, OutOfMemory
from nncompare.training.tensors import has_finite_weights


def train(session: Session) -> Iterator[Event]:
    """Train a network and yield what happens; the channel's controls are looked at after every step.

    The last event is `Finished`, `Failed` or `Suspended`.
    """
    metrics = session.metrics
    while not session.is_complete and session.may_go_on():
        for step in session.steps():
            if isinstance(step, OutOfMemory):
                metrics.predictor.batch_size = step.plan.batch_size
                yield BatchHalved(metrics.epoch)
            elif isinstance(step, NotFinite):
                metrics.diverged = True
            else:
                metrics.count(step)
                yield from metrics.points()
            if metrics.diverged or not session.may_go_on():
                break
        else:
            yield from metrics.end_of_epoch()
        if metrics.diverged:
            yield from _give_up(session)
            return
    if session.is_suspended and has_finite_weights(session.model):
        yield Suspended()
        return
    if metrics.images_of_epoch and not session.is_suspended:  # stopped within an epoch
        yield from metrics.end_of_epoch()
    if metrics.diverged or session.is_suspended:
        yield from _give_up(session)
        return
    yield Finished(metrics.epoch, metrics.seconds, stopped=not session.is_complete)


def _give_up(session: Session) -> Iterator[Event]:
    """Return to the last finite weights, and evaluate them."""
    yield session.metrics.diverge()
    session.updates.good_weights.roll_back()
    yield from session.metrics.kept_state()
    yield Failed(
        f"{BROKE_OFF}: the loss is no longer a finite number. The learning rate "
        f"{session.job.setup.config.learning_rate:g} is too high. The curves and the last finite weights are kept. "
        "Lower it and train again."
    )
