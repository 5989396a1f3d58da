"""What a lesson can ask for: only what the program itself measures, so that it can answer."""

from dataclasses import dataclass
from typing import Literal

NumberName = Literal[
    "accuracy_difference",
    "accuracy_a",
    "accuracy_b",
    "gap_a",
    "gap_b",
    "seconds_ratio",
    "memory_ratio",
    "disagreements",
]
ChoiceName = Literal["better", "sooner", "faster", "surer"]
Pick = Literal["A", "B", "same"]


@dataclass(frozen=True)
class Quantity:
    """What a number means, and its unit."""

    meaning: str
    unit: str


NUMBERS: dict[NumberName, Quantity] = {
    "accuracy_difference": Quantity("test accuracy of B minus test accuracy of A", "points"),
    "accuracy_a": Quantity("test accuracy of A", "%"),
    "accuracy_b": Quantity("test accuracy of B", "%"),
    "gap_a": Quantity("accuracy of A on its training images minus its test accuracy", "points"),
    "gap_b": Quantity("accuracy of B on its training images minus its test accuracy", "points"),
    "seconds_ratio": Quantity("seconds of an epoch of B over those of A", "times"),
    "memory_ratio": Quantity("memory that the training of B takes over that of A", "times"),
    "disagreements": Quantity("test images to which A and B give different answers", "images"),
}
CHOICES: dict[ChoiceName, str] = {
    "better": "which model has the higher test accuracy at the end, where that is more than chance",
    "sooner": "which model has the higher test accuracy after its first epoch, where that is more than chance",
    "faster": "which model needs less time for an epoch, by a tenth at least",
    "surer": "which model gives its answers to the test images with more confidence, by a point at least",
}
