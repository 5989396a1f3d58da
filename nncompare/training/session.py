"""One model's run on this worker: how it begins, waits, and is left for another worker."""

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace

import torch

from nncompare import architectures
from nncompare.messages import Checkpoint, Setup
from nncompare.training.backends import build_model
from nncompare.training.channel import RunChannel
from nncompare.training.device import random_state, set_random_state
from nncompare.training.live_weights import WeightsPublisher
from nncompare.training.metrics import MetricsRecorder
from nncompare.training.shards import Crew
from nncompare.training.step import Step, Updates
from nncompare.training.tensors import TensorSplit, has_finite_weights, weights_of


@dataclass(frozen=True)
class Job:
    """What decides a run: its setup and its seed. After a pause of `suspend_seconds` it leaves its worker to others."""

    setup: Setup
    seed: int
    suspend_seconds: float = math.inf


class Session:
    """A network in training: begins with fresh weights, or goes on from a checkpoint to the last bit.

    The order of the images depends on the seed alone. Without a `crew` it computes on the thread that calls.
    """

    def __init__(
        self,
        job: Job,
        training: TensorSplit,
        test: TensorSplit,
        channel: RunChannel,
        start: Checkpoint | None = None,
        crew: Crew | None = None,
    ) -> None:
        config, (plan, precision) = job.setup.config, job.setup.resolved
        plan = replace(start.plan, threads=plan.threads) if start else plan
        self.job, self.channel = job, channel
        self._training, self._device = training, training.images.device
        self.model = build_model(architectures.of(config), plan.channels, config.dropout, job.seed).to(self._device)
        if start is not None:
            self.model.load_state_dict({name: torch.from_numpy(array.copy()) for name, array in start.weights.items()})
        self._cycle_start = start.cycle_start if start else 0
        self.updates = Updates(self.model, training, config, plan, precision, self._cycle_start, crew)
        self.metrics = MetricsRecorder(self.updates, training, test, epochs=config.epochs, channel=channel)
        self._live_weights = WeightsPublisher(self.model, channel)
        self._order = torch.Generator().manual_seed(job.seed)
        if start is not None:
            self._go_on_from(start)
        self._order_of_epoch = self._order.get_state()
        self._shuffled, self._shuffled_epoch = torch.empty(0), -1
        self.is_suspended = False
        self.model.train()

    @property
    def is_complete(self) -> bool:
        """Whether every epoch was trained and evaluated."""
        return self.metrics.epochs >= self.job.setup.config.epochs

    def steps(self) -> Iterator[Step]:
        """Train on what is left of the epoch under way."""
        if not self._epoch_has_begun:
            self._order_of_epoch = self._order.get_state()
            self._shuffled = torch.randperm(len(self._training), generator=self._order)
            self._shuffled_epoch = self.metrics.epochs
        yield from self.updates.epoch(self._shuffled, self.metrics.images_of_epoch)

    def may_go_on(self) -> bool:
        """Wait for the end of a pause, and publish the weights if they are due; return whether to go on.

        It does not after a stop, after too long a pause, and where nobody has asked for it for too long: its kernel
        sleeps, and lets it go on elsewhere when it wakes, or is gone.
        """
        self._live_weights.if_due(self.metrics.epoch)
        if self.channel.controls.pause and not self.channel.controls.stop:
            self._pause()
        if self.channel.is_forgotten and not self.channel.controls.stop:
            self.is_suspended = True
        return not (self.channel.controls.stop or self.is_suspended)

    def checkpoint(self) -> Checkpoint:
        """Return everything from which the run can go on."""
        return Checkpoint(
            plan=self.updates.plan,
            position=self.metrics.position(),
            weights=weights_of(self.model),
            optimizer=self.updates.state(),
            gradient=self.updates.gradient(),
            order=(self._order_of_epoch if self._epoch_has_begun else self._order.get_state()).numpy().copy(),
            randomness=random_state(self._device).cpu().numpy().copy(),
            cycle_start=self._cycle_start,
        )

    @property
    def _epoch_has_begun(self) -> bool:
        return self._shuffled_epoch == self.metrics.epochs

    def _go_on_from(self, start: Checkpoint) -> None:
        self.updates.restore(start)
        self.metrics.go_on_from(start.position)
        self._order.set_state(torch.from_numpy(start.order.copy()))
        randomness = torch.from_numpy(start.randomness.copy())
        if len(randomness) == len(random_state(self._device)):  # that of another kind of device is of no use here
            set_random_state(self._device, randomness)

    def _pause(self) -> None:
        began, shown = time.monotonic(), self.channel.controls.shown
        self.metrics.live.now(self.metrics.epoch)
        if has_finite_weights(self.model):
            self.channel.publish(None, self.checkpoint())
        self.channel.is_paused = True
        while (controls := self.channel.controls).pause and not controls.stop and not self.is_suspended:
            if controls.shown != shown:
                shown = controls.shown
                self.metrics.live.now(self.metrics.epoch)
            left = began + self.job.suspend_seconds - time.monotonic()
            self.channel.wait_for_change(controls, max(0.0, left))
            self.is_suspended = left <= 0
        self.channel.is_paused = self.is_suspended
        self.metrics.leave_out(time.monotonic() - began)
