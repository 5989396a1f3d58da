"""Adam and SGD, each update one operation.

It is the one that `torch.optim` calls when it is told to be fused, and tests hold both together. But the first use of
`torch.optim` imports torch's compiler: a second or more in which the first step would wait.
"""

import torch
from torch import Tensor

from nncompare.config import RunConfig

_DECAY, _SQUARE_DECAY, _EPSILON = 0.9, 0.999, 1e-8


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
        torch._fused_adam_(
            self._parameters,
            gradients,
            means,
            squares,
            [],
            steps,
            lr=rate,
            beta1=_DECAY,
            beta2=_SQUARE_DECAY,
            weight_decay=0.0,
            eps=_EPSILON,
            amsgrad=False,
            maximize=False,
        )


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
        torch._fused_sgd_(
            self._parameters,
            gradients,
            self.state["momentum_buffer"] if self._momentum else [],
            lr=rate,
            momentum=self._momentum,
            weight_decay=0.0,
            dampening=0.0,
            nesterov=False,
            maximize=False,
            is_first_step=False,
        )


def make_optimizer(parameters: list[Tensor], config: RunConfig) -> Adam | Sgd:
    """Return the optimiser that the configuration names."""
    return Adam(parameters) if config.optimizer == "adam" else Sgd(parameters, config.momentum)
