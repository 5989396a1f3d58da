"""The training loop: a generator of events. N images, B batch."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import nn

from nncompare.config import Precision, RunConfig
from nncompare.events import BatchHalved, Event, Failed, Finished
from nncompare.memory import Plan
from nncompare.training.desk import Desk
from nncompare.training.measure import Measure
from nncompare.training.tensors import Split
from nncompare.training.updates import OutOfMemory, Updates


@dataclass(frozen=True)
class Job:
    """What decides a run: its settings, what of them fits into memory, the seed and the number format."""

    config: RunConfig
    plan: Plan
    seed: int
    precision: Precision


def train(model: nn.Module, job: Job, training: Split, test: Split, desk: Desk) -> Iterator[Event]:
    """Train `model` in place and tell what happens; the desk's flags are looked at after every batch.

    The last event is `Finished` or `Failed`. The order of the images depends on the seed alone.
    """
    order = torch.Generator().manual_seed(job.seed)
    measure = Measure(model, training, test, epochs=job.config.epochs, batch_size=job.plan.batch_size, desk=desk)
    updates = Updates(model, training, job.config, job.plan, job.precision)
    model.train()
    for _ in range(job.config.epochs):
        for piece in updates.epoch(torch.randperm(len(training), generator=order)):
            if isinstance(piece, OutOfMemory):
                yield BatchHalved(measure.epoch, piece.plan.batch_size, piece.plan.accumulation_steps)
                continue
            measure.count(piece)
            yield from measure.points()
            if desk.controls.stop or measure.diverged:
                break
        if not measure.diverged:
            yield from measure.end_of_epoch()
        if measure.diverged:
            yield Failed(divergence(job.config))
            return
        if desk.controls.stop:
            break
    yield Finished(measure.epoch, measure.seconds, stopped=measure.epoch < job.config.epochs)


def divergence(config: RunConfig) -> str:
    """Say that the loss is no longer a number, and what to change."""
    return (
        f"Training broke off: the loss is no longer a finite number. The learning rate {config.learning_rate:g} is too "
        "high; the curves up to here are kept. Lower it and train again."
    )
