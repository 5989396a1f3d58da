"""The image that is looked at on Explore."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.disturbances import DISTURBANCES, Disturbance


@dataclass(frozen=True, eq=False)
class ChosenImage:
    """A drawing, or an image of a data set; another object is another choice.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (28, 28)
        Grey values, bright on dark, undisturbed.
    words : str
        What it is, inside a sentence: "your drawing", "test image 4,711".
    label : int, optional
        The true class, where there is one.
    disturbance : Disturbance, optional
        What is done to it before the networks see it.
    """

    pixels: NDArray[np.uint8]
    words: str
    label: int | None = None
    disturbance: Disturbance | None = None

    @property
    def change(self) -> str:
        """What is done to it, in words: "Rotate: 25°"; empty where nothing is."""
        if self.disturbance is None:
            return ""
        info = DISTURBANCES[self.disturbance.name]
        return f"{info.title}: {self.disturbance.strength:g}{info.unit}".replace("-", "−")
