"""The disturbances of an image that a network can be tried with: their names, units and strengths, in numbers.

`nncompare.training.disturbances` computes them, on a worker.
"""

from dataclasses import dataclass
from typing import Literal

DisturbanceName = Literal["rotate", "shift", "scale", "thickness", "noise", "blur", "contrast", "occlude"]


@dataclass(frozen=True)
class DisturbanceInfo:
    """A disturbance: its words, and the strengths that a slider offers, of which `neutral` changes nothing.

    `unit` stands behind a number, such as "°". `strengths` are the nine of the robustness curves, `neutral` the first.
    """

    title: str
    unit: str
    lowest: float
    highest: float
    step: float
    strengths: tuple[float, ...]
    neutral: float = 0.0

    def write(self, strength: float) -> str:
        """Write a strength with its unit, from which no line break parts it: 25°, 0.5 px."""
        return f"{strength:g}{self.unit}".replace(" ", "\N{NO-BREAK SPACE}")


DISTURBANCES: dict[DisturbanceName, DisturbanceInfo] = {
    "rotate": DisturbanceInfo("Rotate", "°", -90, 90, 1, (0, 10, 15, 20, 25, 30, 45, 60, 90)),
    "shift": DisturbanceInfo("Shift to the right", " px", -10, 10, 1, (0, 1, 2, 3, 4, 5, 6, 8, 10)),
    "scale": DisturbanceInfo("Scale", "%", 40, 160, 5, (100, 90, 80, 75, 70, 65, 60, 50, 40), neutral=100),
    "thickness": DisturbanceInfo("Thicken", " px", -2, 3, 0.25, (0, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3)),
    "noise": DisturbanceInfo("Noise", "%", 0, 100, 5, (0, 5, 10, 20, 30, 40, 60, 80, 100)),
    "blur": DisturbanceInfo("Blur", " px", 0, 4, 0.25, (0, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4)),
    "contrast": DisturbanceInfo("Contrast", "%", 5, 100, 5, (100, 80, 60, 50, 40, 30, 20, 10, 5), neutral=100),
    "occlude": DisturbanceInfo("Cover with a square", " px", 0, 20, 1, (0, 4, 6, 8, 10, 12, 14, 17, 20)),
}


def disturbance_info(name: DisturbanceName) -> DisturbanceInfo:
    """Return a disturbance by its name; raises ValueError, a sentence for the user, when there is none of that name."""
    if name not in DISTURBANCES:
        raise ValueError(f"There is no disturbance {name!r}; there are {', '.join(DISTURBANCES)}.")
    return DISTURBANCES[name]


@dataclass(frozen=True)
class Disturbance:
    """What is done to images before networks see them; `seed` decides what is random in it: noise, and places.

    Raises
    ------
    ValueError
        When there is no such disturbance, or it has no such strength.
    """

    name: DisturbanceName
    strength: float
    seed: int = 0

    def __post_init__(self) -> None:
        info = disturbance_info(self.name)
        if not info.lowest <= self.strength <= info.highest:
            raise ValueError(f"{info.title} goes from {info.lowest:g} to {info.highest:g}{info.unit}.")
