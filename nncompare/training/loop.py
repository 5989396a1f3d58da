"""The training loop: a generator of events. N images, B batch, K classes."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nncompare.config import Precision, RunConfig
from nncompare.events import Event, Failed, Finished
from nncompare.memory import Plan
from nncompare.training.desk import Desk
from nncompare.training.device import number_format
from nncompare.training.measure import Measure
from nncompare.training.tensors import Split


@dataclass(frozen=True)
class Job:
    """What decides a run: its settings, what of them fits into memory, the seed and the number format."""

    config: RunConfig
    plan: Plan
    seed: int
    precision: Precision


@dataclass(frozen=True)
class Batch:
    """One step through the network: positions (B,), the images of its update, and whether it completes the update."""

    index: Tensor
    update_images: int
    completes_update: bool


def train(model: nn.Module, job: Job, training: Split, test: Split, desk: Desk) -> Iterator[Event]:
    """Train `model` in place and tell what happens; the desk's flags are looked at after every batch.

    The last event is `Finished` or `Failed`. The order of the images depends on the seed alone.
    """
    order = torch.Generator().manual_seed(job.seed)
    optimizer = make_optimizer(model, job.config)
    measure = Measure(model, training, test, job.config.epochs, desk)
    model.train()
    for _ in range(job.config.epochs):
        for batch in batches(torch.randperm(len(training), generator=order), job.plan):
            measure.count(len(batch.index), batch.completes_update, *backward(model, training, batch, job.precision))
            if batch.completes_update:
                optimizer.step()
                optimizer.zero_grad()
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


def batches(order: Tensor, plan: Plan) -> Iterator[Batch]:
    """Cut an order of images (N,) into updates, and each update into batches that fit into memory."""
    for update in order.split(plan.effective_batch_size):
        parts = update.split(plan.batch_size)
        for number, part in enumerate(parts, start=1):
            yield Batch(part, len(update), number == len(parts))


def backward(model: nn.Module, training: Split, batch: Batch, precision: Precision) -> tuple[Tensor, Tensor]:
    """Add the batch's share to the gradient; give its summed loss and its number of right answers, both without sync.

    Sums over samples divided by the images of the whole update: so accumulation is exact, the last update included.
    """
    images, labels = training.batch(batch.index)
    with number_format(images.device, precision):
        scores = model(images)
    loss = cross_entropy(scores.float(), labels, reduction="sum")
    (loss / batch.update_images).backward()
    return loss.detach(), (scores.detach().argmax(dim=1) == labels).sum()


def make_optimizer(model: nn.Module, config: RunConfig) -> torch.optim.Optimizer:
    """Make the optimiser that the configuration names."""
    if config.optimizer == "adam":
        return torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)
    return torch.optim.SGD(model.parameters(), lr=config.learning_rate, momentum=config.momentum, fused=True)


def divergence(config: RunConfig) -> str:
    """Say that the loss is no longer a number, and what to change."""
    return (
        f"Training broke off: the loss is no longer a finite number. The learning rate {config.learning_rate:g} is too "
        "high; the curves up to here are kept. Lower it and train again."
    )
