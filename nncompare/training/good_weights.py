"""The weights to return to when the loss is no longer a finite number."""

import torch
from torch import Tensor


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
