"""Everything from which a run goes on to the last bit, in another process too: arrays and plain numbers, no torch.

N images of an epoch.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.memory import Plan

Weights = dict[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Sums:
    """Images, their summed loss, and how many were right."""

    images: int = 0
    loss: float = 0.0
    right: float = 0.0


@dataclass(frozen=True)
class Position:
    """How far a run is, and what it has counted that no event has told yet.

    Attributes
    ----------
    images, updates, epochs : int
        Images seen, updates of the weights, and epochs that were learned and measured.
    seconds : float
        Wall clock of the run so far, without pauses.
    since_point, since_epoch, carried : Sums
        Since the last point, since the last epoch, and what of the former was counted by the epoch before.
    """

    images: int
    updates: int
    epochs: int
    seconds: float
    since_point: Sums
    since_epoch: Sums
    carried: Sums


@dataclass(frozen=True)
class Checkpoint:
    """The state of a run between two steps.

    Attributes
    ----------
    weights : dict of str to ndarray
        The parameters, by PyTorch's names.
    optimizer : dict of str to list of ndarray
        For each quantity that the optimiser keeps, one array for each tensor that it changes.
    gradient : list of ndarray, optional
        The sum over the pieces of the update under way, likewise.
    order : ndarray of uint8
        State of the generator from which the order of the epoch under way was drawn, before that.
    randomness : ndarray of uint8
        State of the generator that dropout draws from.
    cycle_start : int
        Images seen when the cycle of the learning rate began, where it has one.
    """

    plan: Plan
    position: Position
    weights: Weights
    optimizer: dict[str, list[NDArray[np.float32]]]
    gradient: list[NDArray[np.float32]] | None
    order: NDArray[np.uint8]
    randomness: NDArray[np.uint8]
    cycle_start: int = 0
