"""Updates of the weights, each made from as many pieces as memory asks for. B images, N of an epoch, K classes."""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nncompare.config import Precision, RunConfig
from nncompare.memory import Plan
from nncompare.training.backends import Network, make_network
from nncompare.training.device import random_state, set_random_state
from nncompare.training.oom import attempt
from nncompare.training.optimizers import make_optimizer
from nncompare.training.schedule import Schedule
from nncompare.training.tensors import TensorSplit


@dataclass(frozen=True)
class MicroBatch:
    """One step through the network: its images, summed loss, right answers, and whether it completed the update."""

    images: int
    loss: Tensor
    right: Tensor
    completes_update: bool


@dataclass(frozen=True)
class OutOfMemory:
    """A piece did not fit; the next ones are half as large."""

    plan: Plan


@dataclass(frozen=True)
class NotFinite:
    """The loss of a piece was no finite number; its gradient was not taken."""


Step = MicroBatch | OutOfMemory | NotFinite


class Updates:
    """Makes one update of the weights after the other.

    A piece that does not fit into memory leaves weights, optimiser, gradient and random state as they were.
    The last weights whose own loss was seen to be finite are kept, for `go_back`.
    """

    def __init__(
        self,
        model: nn.Sequential,
        training: TensorSplit,
        config: RunConfig,
        plan: Plan,
        precision: Precision,
        cycle_start: int = 0,
    ) -> None:
        self._training, self._config = training, config
        self.network = make_network(model, precision, config.label_smoothing)
        self._schedule = Schedule.of(config, cycle_start, len(training))
        self._images = 0
        self._parameters = self.network.parameters
        self._optimizer = make_optimizer(self._parameters, config)
        self._gradient: list[Tensor] | None = None
        self._kept = self._copies()
        # To look at a number costs nothing on a CPU; elsewhere every look waits for the device.
        self._candidate = None if training.images.device.type == "cpu" else self._copies()
        self.plan = plan

    def epoch(self, order: Tensor, done: int = 0) -> Iterator[Step]:
        """Learn from the images at `order` (N,), but for the first `done`, update by update; tell of every piece."""
        start, order = 0, order.to(self._training.images.device)
        for index in order.split(self.plan.effective_batch_size):
            if start + len(index) > done:
                yield from self._update(index, max(0, done - start))
            start += len(index)

    def is_finite(self) -> bool:
        """Say whether every weight is a finite number."""
        return all(bool(parameter.isfinite().all()) for parameter in self._parameters)

    def keep(self) -> None:
        """Keep the weights as they are: their loss is finite."""
        with torch.no_grad():
            for kept, parameter in zip(self._kept, self._parameters, strict=True):
                kept.copy_(parameter)

    def keep_if_unwatched(self) -> None:
        """Where not every loss is looked at, keep the weights of the last call: since then all losses were finite.

        Those of now have been updated after the last loss, so nobody knows their own yet.
        """
        if self._candidate is not None:
            self._kept, self._candidate = self._candidate, self._copies()

    def go_back(self) -> None:
        """Take the weights that were kept last."""
        with torch.no_grad():
            for kept, parameter in zip(self._kept, self._parameters, strict=True):
                parameter.copy_(kept)

    def state(self) -> dict[str, list[NDArray[np.float32]]]:
        """Give what the optimiser keeps: for each quantity, one array for each tensor that it changes."""
        return {name: [to_array(tensor) for tensor in tensors] for name, tensors in self._optimizer.state.items()}

    def gradient(self) -> list[NDArray[np.float32]] | None:
        """Give the sum over the pieces of the update under way; None between two updates."""
        return None if self._gradient is None else [to_array(part) for part in self._gradient]

    def restore(
        self,
        state: dict[str, list[NDArray[np.float32]]],
        gradient: list[NDArray[np.float32]] | None,
        images: int,
    ) -> None:
        """Go on after `images` images from what `state` and `gradient` gave; the weights are already in the model."""
        self._images = images
        for name, arrays in state.items():
            for tensor, array in zip(self._optimizer.state[name], arrays, strict=True):
                tensor.copy_(torch.from_numpy(array))
        if gradient is not None:
            self._gradient = [
                torch.empty_like(parameter).copy_(torch.from_numpy(array))
                for parameter, array in zip(self._parameters, gradient, strict=True)
            ]
        self.keep()
        if self._candidate is not None:
            self._candidate = self._copies()

    @property
    def _looks_at_every_loss(self) -> bool:
        return self._candidate is None

    def _copies(self) -> list[Tensor]:
        return [parameter.detach().clone() for parameter in self._parameters]

    def _update(self, index: Tensor, done: int) -> Iterator[Step]:
        while done < len(index):
            part = index[done : done + self.plan.batch_size]
            sums = self._try(part, len(index))
            if sums is None:
                yield from self._halve_below(len(part))
                continue
            if self._looks_at_every_loss and not math.isfinite(sums[0]):
                self._forget_gradient()
                yield NotFinite()
                return
            done += len(part)
            self._take_gradient(is_last=done == len(index))
            self._images += len(part)
            if done == len(index):
                self._step(self._images - len(index))
            yield MicroBatch(len(part), *sums, completes_update=done == len(index))

    def _halve_below(self, images: int) -> Iterator[OutOfMemory]:
        """Halve the pieces until they are smaller than the one that failed: the last of an epoch may be short."""
        is_smaller = False
        while not is_smaller:
            self.plan = self.plan.halved()
            is_smaller = self.plan.batch_size < images
            yield OutOfMemory(self.plan)

    def _try(self, index: Tensor, update_images: int) -> tuple[Tensor, Tensor] | None:
        """Compute the gradient of one piece; give None, and leave nothing behind, when it does not fit."""
        device = self._training.images.device
        randomness = random_state(device)
        sums = attempt(
            lambda: backward(self.network, self._training, index, update_images),
            device,
            can_be_smaller=len(index) > 1,
        )
        if sums is None:
            self._forget_gradient()
            set_random_state(device, randomness)
        return sums

    def _take_gradient(self, *, is_last: bool) -> None:
        """Add the gradient of a piece to that of the pieces before it; so a failed piece cannot spoil the sum."""
        fresh = [cast(Tensor, parameter.grad) for parameter in self._parameters]
        self._forget_gradient()
        if self._gradient is None:
            self._gradient = fresh if is_last else [part.clone() for part in fresh]
            return
        for total, added in zip(self._gradient, fresh, strict=True):
            total.add_(added)

    def _forget_gradient(self) -> None:
        for parameter in self._parameters:
            parameter.grad = None

    def _step(self, images: int) -> None:
        """Change the weights by the update that follows on `images` images."""
        if self._looks_at_every_loss:
            self.keep()
        rate = self._schedule.rate(images)
        if self._config.weight_decay:
            with torch.no_grad():
                for parameter in self._parameters:
                    parameter.mul_(1 - rate * self._config.weight_decay)
        gradient, self._gradient = self._gradient, None
        self._optimizer.step(gradient or [], rate)


def backward(network: Network, training: TensorSplit, index: Tensor, update_images: int) -> tuple[Tensor, Tensor]:
    """Compute the gradient of the images at `index` (B,); give their summed loss and the number of right answers."""
    return network.backward(*training.batch(index), update_images)


def to_array(tensor: Tensor) -> NDArray[np.float32]:
    """Copy a tensor from any device into an array."""
    array: NDArray[np.float32] = tensor.detach().to("cpu", copy=True).contiguous().numpy()
    return array
