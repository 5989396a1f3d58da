"""Updates of the weights, each made from as many pieces as memory asks for. B images, K classes."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from nncompare.config import Precision, RunConfig
from nncompare.memory import Plan
from nncompare.training.device import give_back_memory, is_out_of_memory, number_format, random_state, set_random_state
from nncompare.training.tensors import Split


@dataclass(frozen=True)
class Piece:
    """One step through the network: its images, summed loss, right answers, and whether it completed the update."""

    images: int
    loss: Tensor
    right: Tensor
    completes_update: bool


@dataclass(frozen=True)
class OutOfMemory:
    """A piece did not fit; the next ones are half as large."""

    plan: Plan


class Updates:
    """Makes one update of the weights after the other.

    A piece that does not fit into memory leaves weights, optimiser, gradient and random state as they were.
    """

    def __init__(self, model: nn.Module, training: Split, config: RunConfig, plan: Plan, precision: Precision) -> None:
        self._model, self._training, self._precision = model, training, precision
        self._parameters = list(model.parameters())
        self._optimizer = make_optimizer(model, config)
        self._plan = plan

    def epoch(self, order: Tensor) -> Iterator[Piece | OutOfMemory]:
        """Learn from the images at `order` (N,), update by update; tell of every piece."""
        for index in order.split(self._plan.effective_batch_size):
            yield from self._update(index)

    def _update(self, index: Tensor) -> Iterator[Piece | OutOfMemory]:
        done = 0
        total: list[Tensor] | None = None
        while done < len(index):
            part = index[done : done + self._plan.batch_size]
            sums = self._try(part, len(index))
            if sums is None:
                self._plan = self._plan.halved()
                yield OutOfMemory(self._plan)
                continue
            done += len(part)
            total = self._take_gradient(total)
            if done == len(index):
                self._step(total)
            yield Piece(len(part), *sums, completes_update=done == len(index))

    def _try(self, index: Tensor, update_images: int) -> tuple[Tensor, Tensor] | None:
        """Compute the gradient of one piece; give None, and leave nothing behind, when it does not fit."""
        device = self._training.images.device
        randomness = random_state(device)
        try:
            return backward(self._model, self._training, index, update_images, self._precision)
        except (RuntimeError, MemoryError) as error:
            if self._plan.batch_size == 1 or not is_out_of_memory(error):
                raise
        # Out here the exception is gone, and with it what the failed step still held.
        self._optimizer.zero_grad()
        set_random_state(device, randomness)
        give_back_memory(device)
        return None

    def _take_gradient(self, total: list[Tensor] | None) -> list[Tensor]:
        """Add the gradient of a piece to that of the pieces before it; so a failed piece cannot spoil the sum."""
        fresh = [parameter.grad for parameter in self._parameters if parameter.grad is not None]
        self._optimizer.zero_grad()
        if total is None:
            return fresh
        for before, added in zip(total, fresh, strict=True):
            before.add_(added)
        return total

    def _step(self, gradient: list[Tensor]) -> None:
        for parameter, share in zip(self._parameters, gradient, strict=True):
            parameter.grad = share
        self._optimizer.step()
        self._optimizer.zero_grad()


def backward(
    model: nn.Module, training: Split, index: Tensor, update_images: int, precision: Precision
) -> tuple[Tensor, Tensor]:
    """Compute the gradient of one piece; give its summed loss and its number of right answers, both without sync.

    Sums over samples divided by the images of the whole update: so accumulation is exact, the last update included.
    """
    images, labels = training.batch(index)
    with number_format(images.device, precision):
        scores = model(images)
    loss = cross_entropy(scores.float(), labels, reduction="sum")
    (loss / update_images).backward()
    return loss.detach(), (scores.detach().argmax(dim=1) == labels).sum()


def make_optimizer(model: nn.Module, config: RunConfig) -> torch.optim.Optimizer:
    """Make the optimiser that the configuration names, with its state: later it asks for no more memory."""
    optimizer: torch.optim.Optimizer
    if config.optimizer == "adam":
        optimizer = torch.optim.Adam(model.parameters(), lr=config.learning_rate, fused=True)
    else:
        optimizer = torch.optim.SGD(model.parameters(), lr=config.learning_rate, momentum=config.momentum, fused=True)
    _make_state(optimizer)
    return optimizer


def _make_state(optimizer: torch.optim.Optimizer) -> None:
    """Step once with a gradient of zero, which changes no weight, and forget that step."""
    for group in optimizer.param_groups:
        for parameter in group["params"]:
            parameter.grad = torch.zeros_like(parameter)
    optimizer.step()
    optimizer.zero_grad()
    for state in optimizer.state.values():
        if "step" in state:
            state["step"].zero_()
