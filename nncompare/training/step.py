"""One training step: the gradient of a micro-batch, and the update of the weights that several of them make.

It is the step of any book (forward, backward, update) with three safeguards around it:

- *Accumulate.* An update is made from as many micro-batches as memory asks for; their gradients are added up.
- *Survive out-of-memory.* A micro-batch that does not fit leaves nothing behind, and is repeated in halves.
- *Roll back.* The last weights with a finite loss are kept, and can be returned to.

B images of a micro-batch, N of an epoch.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from nncompare import architectures
from nncompare.config import Precision, RunConfig
from nncompare.events import MetricSums
from nncompare.memory import Plan
from nncompare.messages import Checkpoint
from nncompare.training.backends import make_network
from nncompare.training.device import random_state, set_random_state
from nncompare.training.oom import run_or_none
from nncompare.training.optimizers import Schedule, make_optimizer
from nncompare.training.shards import Crew
from nncompare.training.tensors import TensorSplit, to_array


@dataclass(frozen=True)
class MicroBatch(MetricSums):
    """One step through the network: its sums, as tensors, and whether it completed the update."""

    completes_update: bool = False


@dataclass(frozen=True)
class OutOfMemory:
    """A micro-batch did not fit; the next ones are half as large."""

    plan: Plan


@dataclass(frozen=True)
class NotFinite:
    """The loss of a micro-batch was not a finite number; its gradient was not used."""


Step = MicroBatch | OutOfMemory | NotFinite


class Updates:
    """Makes one update of the weights after the other."""

    def __init__(
        self,
        model: nn.Sequential,
        training: TensorSplit,
        config: RunConfig,
        plan: Plan,
        precision: Precision,
        cycle_start: int = 0,
        crew: Crew | None = None,
    ) -> None:
        self.plan, self._crew = plan, crew or Crew()
        self.network = make_network(architectures.of(config), model, precision, config.label_smoothing, self._crew)
        self.good_weights = GoodWeights(self.network.parameters)
        self._training, self._weight_decay = training, config.weight_decay
        self._schedule = Schedule.of(config, cycle_start, len(training))
        self._optimizer = make_optimizer(self.network.parameters, config)
        self._gradient: list[Tensor] | None = None
        self._images = 0
        self._order = torch.empty(0, dtype=torch.long)
        self._prepared: tuple[int, Tensor, Tensor] | None = None  # the first image, and from it on images and labels

    def epoch(self, order: Tensor, done: int = 0) -> Iterator[Step]:
        """Train on the images at `order` (N,), but for the first `done`; yield every micro-batch."""
        self._order, self._prepared = order.to(self._training.images.device), None
        start, images = 0, order.size(0)
        while start < images:
            end = min(images, start + self.plan.effective_batch_size)
            if end > done:
                yield from self._update(start, max(start, done), end)
            start = end

    def _update(self, start: int, done: int, end: int) -> Iterator[Step]:
        """Make the update of the images of the epoch from `start` to `end`, of which some may be `done`."""
        total = end - start
        while done < end:
            images = min(self.plan.batch_size, end - done)
            sums = self._backward_or_none(done, images, total)
            if sums is None:
                at_once = max(1, self.plan.threads) * self.network.shard_images
                yield from self._halve_below(min(images, at_once))
                continue
            if self.good_weights.sees_every_loss and not math.isfinite(sums[0]):
                self._forget_gradient()
                yield NotFinite()
                return
            done += images
            is_last = done == end
            self._accumulate(is_last=is_last)
            self._images += images
            if is_last:
                self._change_weights(self._images - total)
            measured: tuple[Any, Any] = sums
            yield MicroBatch(images, *measured, completes_update=is_last)

    def _backward_or_none(self, start: int, images: int, update_images: int) -> tuple[Tensor, Tensor] | None:
        """Return summed loss and right answers, with the gradient in the parameters; None if it does not fit."""
        device = self._training.images.device
        randomness = random_state(device)

        def work() -> tuple[Tensor, Tensor]:
            try:
                return self.network.backward(*self._batch(start, images), update_images)
            except BaseException:
                self._prepared = None  # before memory is given back
                raise

        sums = run_or_none(work, device, can_be_smaller=images > 1)
        if sums is None:
            self._forget_gradient()
            set_random_state(device, randomness)
        return sums

    def _batch(self, start: int, images: int) -> tuple[Tensor, Tensor]:
        """Return images of the epoch and their labels; tiny batches are prepared several at once."""
        if self._prepared is None or self._prepared[0] + self._prepared[2].size(0) < start + images:
            self._prepared = None  # else both would be there for a moment
            index = self._order[start : start + max(images, self.plan.prepared_images)]
            self._prepared = start, *self._training.batch(index)
        first, pixels, labels = self._prepared
        return pixels[start - first : start - first + images], labels[start - first : start - first + images]

    def _halve_below(self, images: int) -> Iterator[OutOfMemory]:
        """Halve until micro-batches are smaller than what failed at once: the last of an epoch may be short."""
        is_smaller = False
        while not is_smaller:
            self.plan = self.plan.halved()
            is_smaller = self.plan.batch_size < images
            self._crew.threads = min(self._crew.threads, max(1, self.plan.threads))
            yield OutOfMemory(self.plan)

    def _accumulate(self, *, is_last: bool) -> None:
        """Add the gradient to those of the micro-batches before it: only here, so a failed one cannot spoil the sum."""
        fresh = [cast(Tensor, parameter.grad) for parameter in self.network.parameters]
        self._forget_gradient()
        if self._gradient is None:
            self._gradient = fresh if is_last else [part.clone() for part in fresh]
            return
        for total, added in zip(self._gradient, fresh, strict=True):
            total.add_(added)

    def _forget_gradient(self) -> None:
        for parameter in self.network.parameters:
            parameter.grad = None

    def _change_weights(self, images: int) -> None:
        """Make the update that follows on `images` images."""
        if self.good_weights.sees_every_loss:
            self.good_weights.keep()
        rate = self._schedule.rate(images)
        if self._weight_decay:
            with torch.no_grad():
                for parameter in self.network.parameters:
                    parameter.mul_(1 - rate * self._weight_decay)
        gradient, self._gradient = self._gradient, None
        self._optimizer.step(gradient or [], rate)

    def state(self) -> dict[str, list[NDArray[np.float32]]]:
        """Return what the optimiser keeps: for each quantity, one array for each tensor that it changes."""
        return {name: [to_array(tensor) for tensor in tensors] for name, tensors in self._optimizer.state.items()}

    def gradient(self) -> list[NDArray[np.float32]] | None:
        """Return the sum over the micro-batches of the update under way; None between two updates."""
        return None if self._gradient is None else [to_array(part) for part in self._gradient]

    def restore(self, start: Checkpoint) -> None:
        """Go on from a checkpoint; the model has its weights already."""
        self._images = start.position.images
        for name, arrays in start.optimizer.items():
            for tensor, array in zip(self._optimizer.state[name], arrays, strict=True):
                tensor.copy_(torch.from_numpy(array))
        if start.gradient is not None:
            self._gradient = [
                torch.empty_like(parameter).copy_(torch.from_numpy(array))
                for parameter, array in zip(self.network.parameters, start.gradient, strict=True)
            ]
        self.good_weights.begin()


class GoodWeights:
    """A copy of the last weights whose own loss was seen to be finite.

    On a CPU a look at a loss costs nothing, and every loss is seen. Elsewhere each look waits for the device: there
    the weights of one look are kept at the next, since all losses in between were finite, too.
    """

    def __init__(self, parameters: list[Tensor]) -> None:
        self._parameters, self.sees_every_loss = parameters, parameters[0].device.type == "cpu"
        self.begin()

    def begin(self) -> None:
        """Keep the weights with which a run begins."""
        self._kept = self._copies()
        self._candidate = [] if self.sees_every_loss else self._copies()

    def keep(self) -> None:
        """Keep the weights as they are: their loss is finite."""
        _copy(self._parameters, self._kept)

    def keep_candidate(self) -> None:
        """Keep the weights of the last call, where not every loss is seen.

        Those of now were updated after the last loss, so their own is not known yet.
        """
        if not self.sees_every_loss:
            self._kept, self._candidate = self._candidate, self._copies()

    def roll_back(self) -> None:
        """Return to the weights that were kept last."""
        _copy(self._kept, self._parameters)

    def _copies(self) -> list[Tensor]:
        return [parameter.detach().clone() for parameter in self._parameters]


@torch.no_grad()
def _copy(sources: list[Tensor], targets: list[Tensor]) -> None:
    for source, target in zip(sources, targets, strict=True):
        target.copy_(source)
