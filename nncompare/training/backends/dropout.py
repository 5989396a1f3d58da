"""Dropout (Srivastava et al., 2014) with 16 random bits for each feature.

torch's own draws 64 of them, one number after the other: at 16 channels and batch 64 that was 4% of a step.
"""

from dataclasses import dataclass

import torch
from torch import Tensor

_VALUES = 2**16


@dataclass(frozen=True)
class Dropout:
    """Switches off a `share` of the features, from 0 to below 1, rounded to 1/65,536."""

    share: float

    def draw(self, images: int, features: int, device: torch.device) -> Tensor | None:
        """Return random bits (images, features) as int16 from torch's generator; None where nothing is dropped."""
        if not self._dropped:
            return None
        count = images * features
        drawn = torch.empty(-(-count // 4), dtype=torch.int64, device=device).random_(-(2**63), None)
        return drawn.view(torch.int16)[:count].view(images, features)

    def factors(self, bits: Tensor | None, number_format: torch.dtype) -> Tensor | None:
        """Return what the features are multiplied by: 0, or so much more than 1 that their mean stays the same."""
        if bits is None:
            return None
        kept = bits >= self._dropped - _VALUES // 2
        return kept.to(number_format).mul_(_VALUES / (_VALUES - self._dropped))

    @property
    def _dropped(self) -> int:
        """How many of the 65,536 values of 16 bits switch a feature off."""
        return min(_VALUES - 1, round(self.share * _VALUES))
