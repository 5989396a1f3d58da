"""The two optimisers of the brief, in plain tensor operations.

Those of `torch.optim` compute the same, and tests hold both together. But their first use imports torch's compiler: a
second or more in which the first step would wait.
"""

from typing import Protocol

import torch
from torch import Tensor

from nncompare.config import RunConfig

_DECAY, _SQUARE_DECAY, _EPSILON = 0.9, 0.999, 1e-8


class Optimizer(Protocol):
    """Changes parameters by their gradients.

    Attributes
    ----------
    state : dict of str to list of Tensor
        What it keeps from update to update, made before the first: later it asks for little memory.
    """

    state: dict[str, list[Tensor]]

    def step(self, gradients: list[Tensor], rate: float) -> None:
        """Make one update with this learning rate."""


class Adam:
    """Adam (Kingma and Ba, A Method for Stochastic Optimization, 2015), with its usual constants."""

    def __init__(self, parameters: list[Tensor]) -> None:
        self._parameters = parameters
        self.state = {
            "step": [torch.zeros(()) for _ in parameters],
            "exp_avg": [torch.zeros_like(parameter) for parameter in parameters],
            "exp_avg_sq": [torch.zeros_like(parameter) for parameter in parameters],
        }

    @torch.no_grad()
    def step(self, gradients: list[Tensor], rate: float) -> None:
        """Make one update with this learning rate."""
        for parameter, gradient, steps, mean, square in zip(
            self._parameters, gradients, *self.state.values(), strict=True
        ):
            steps += 1
            count = float(steps)
            mean.lerp_(gradient, 1 - _DECAY)
            square.mul_(_SQUARE_DECAY).addcmul_(gradient, gradient, value=1 - _SQUARE_DECAY)
            deviation = square.sqrt().div_((1 - _SQUARE_DECAY**count) ** 0.5).add_(_EPSILON)
            parameter.addcdiv_(mean, deviation, value=-rate / (1 - _DECAY**count))


class Sgd:
    """Gradient descent with momentum (Sutskever et al., 2013, as PyTorch writes it: the rate is outside)."""

    def __init__(self, parameters: list[Tensor], momentum: float) -> None:
        self._parameters, self._momentum = parameters, momentum
        self.state = {"momentum_buffer": [torch.zeros_like(parameter) for parameter in parameters]}

    @torch.no_grad()
    def step(self, gradients: list[Tensor], rate: float) -> None:
        """Make one update with this learning rate."""
        for parameter, gradient, velocity in zip(
            self._parameters, gradients, self.state["momentum_buffer"], strict=True
        ):
            velocity.mul_(self._momentum).add_(gradient)
            parameter.add_(velocity, alpha=-rate)


def make_optimizer(parameters: list[Tensor], config: RunConfig) -> Optimizer:
    """Make the optimiser that the configuration names."""
    return Adam(parameters) if config.optimizer == "adam" else Sgd(parameters, config.momentum)
