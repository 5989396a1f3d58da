"""The learning rate of each update, and Adam and SGD, whose updates are one operation.

It is the one that `torch.optim` calls when it is told to be fused, and tests hold both together. But the first use of
`torch.optim` imports torch's compiler: a second or more in which the first step would wait.
"""

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from nncompare.config import RunConfig

_ADAM: dict[str, Any] = {"beta1": 0.9, "beta2": 0.999, "eps": 1e-8, "amsgrad": False}
_SGD: dict[str, Any] = {"dampening": 0.0, "nesterov": False, "is_first_step": False}
_BOTH: dict[str, Any] = {"weight_decay": 0.0, "maximize": False}

_RISE = 0.2
_FIRST, _LAST = 0.1, 0.01


class Adam:
    """Adam (Kingma and Ba, A Method for Stochastic Optimization, 2015), with its usual constants.

    `state` is what it keeps from update to update, made before the first: later it asks for little memory.
    """

    def __init__(self, parameters: list[Tensor]) -> None:
        self._parameters = parameters
        self.state = {
            "step": [torch.zeros((), device=parameter.device) for parameter in parameters],
            "exp_avg": [torch.zeros_like(parameter) for parameter in parameters],
            "exp_avg_sq": [torch.zeros_like(parameter) for parameter in parameters],
        }

    @torch.no_grad()
    def step(self, gradients: list[Tensor], rate: float) -> None:
        """Make one update with this learning rate."""
        steps, means, squares = self.state.values()
        for count in steps:
            count += 1
        torch._fused_adam_(self._parameters, gradients, means, squares, [], steps, lr=rate, **_ADAM, **_BOTH)


class Sgd:
    """Gradient descent with momentum (Sutskever et al., 2013, as PyTorch writes it: the rate is outside).

    `state` as in `Adam`.
    """

    def __init__(self, parameters: list[Tensor], momentum: float) -> None:
        self._parameters, self._momentum = parameters, momentum
        self.state = {"momentum_buffer": [torch.zeros_like(parameter) for parameter in parameters]}

    @torch.no_grad()
    def step(self, gradients: list[Tensor], rate: float) -> None:
        """Make one update with this learning rate."""
        buffers = self.state["momentum_buffer"] if self._momentum else []
        torch._fused_sgd_(self._parameters, gradients, buffers, lr=rate, momentum=self._momentum, **_SGD, **_BOTH)


def make_optimizer(parameters: list[Tensor], config: RunConfig) -> Adam | Sgd:
    """Return the optimiser that the configuration names."""
    return Adam(parameters) if config.optimizer == "adam" else Sgd(parameters, config.momentum)


@dataclass(frozen=True)
class Schedule:
    """The learning rate from the image `start` of a run to the image `end`.

    One cycle, as in Smith and Topin, Super-Convergence, 2018, in straight lines: over the first fifth of the images up
    from a tenth of `peak`, then down to a hundredth.
    """

    peak: float
    is_cycle: bool
    start: int
    end: int

    @classmethod
    def of(cls, config: RunConfig, start: int, images_per_epoch: int) -> "Schedule":
        """Return the schedule of a run whose cycle begins after `start` images."""
        end = config.epochs * images_per_epoch
        return cls(config.learning_rate, config.schedule == "one-cycle", start, end)

    def rate(self, images: int) -> float:
        """Return the learning rate of the update that follows on `images` images."""
        if not self.is_cycle:
            return self.peak
        share = min(1.0, max(0.0, (images - self.start) / max(1, self.end - self.start)))
        if share < _RISE:
            return self.peak * (_FIRST + (1 - _FIRST) * share / _RISE)
        return self.peak * (1 - (1 - _LAST) * (share - _RISE) / (1 - _RISE))
