"""A chart in plain words, for those who do not see it."""

from collections.abc import Callable, Mapping

from nncompare.config import SplitName
from nncompare.figures.palette import LINES, PAST
from nncompare.figures.points import Axis, Points, Quantity
from nncompare.words import brief_loss, digits_apart, loss, percent

_SPLITS: dict[SplitName, str] = {"train": "training about", "test": "test"}

TITLES: dict[Axis, str] = {
    "epoch": "epochs",
    "images": "images seen",
    "steps": "updates of the weights",
    "seconds": "seconds",
}
UNITS: dict[str, str] = {"epoch": "epochs", "images": "images", "steps": "updates", "seconds": "seconds"}
"""What is counted, in one word."""


def title(quantity: Quantity) -> str:
    """Return the name of a quantity, capitalised: Loss."""
    return quantity.replace("_", " ").capitalize()


def newest(quantity: Quantity, split: SplitName, points: Points) -> str:
    """Write the last value of a line briefly: 98.7%, 0.048, 5.6e33.

    That of a few training images moves: ≈99% is not taken for the training accuracy of the epoch.
    """
    value, is_moving = float(points.y[-1]), split == "train"
    is_short = is_moving and value >= 0.1
    text = percent(value, 1 - is_moving) if quantity == "accuracy" else brief_loss(value, 3 - is_short, 6 - is_moving)
    return f"≈{text}" if is_moving else text


def describe(
    quantity: Quantity,
    lines: Mapping[tuple[str, SplitName], Points],
    axis: Axis = "epoch",
    subject: str = "",
    broken: Mapping[str, float] | None = None,
) -> str:
    """Return where the lines end, and on which images, in words; those without points are not among `lines`.

    `broken` gives, by model, the epoch at which a run broke off.
    """
    write = _writer(quantity, lines)
    models = [_ends(write, model, lines, axis) for model in LINES if any(key[0] == model for key in lines)]
    breaks = [f"Model {model} broke off at epoch {epoch:.2f}." for model, epoch in (broken or {}).items()]
    heading = f"{title(quantity)} over {TITLES[axis]}{f', {subject}' if subject else ''}."
    return " ".join([heading, *(models or ["No points yet."]), *breaks])


def _writer(quantity: Quantity, lines: Mapping[tuple[str, SplitName], Points]) -> Callable[[float], str]:
    """Return what writes the ends of the lines with as many digits as tell the models apart."""
    write, least = (percent, 1) if quantity == "accuracy" else (loss, 3)
    ends = [[float(points.y[-1]) for (_, of), points in lines.items() if of == split] for split in _SPLITS]
    digits = digits_apart(write, ends, least)
    return lambda value: write(value, digits)


def _ends(write: Callable[[float], str], model: str, lines: Mapping[tuple[str, SplitName], Points], axis: Axis) -> str:
    ends = {word: lines[model, split] for split, word in _SPLITS.items() if (model, split) in lines}
    values = ", ".join(f"{word} {write(points.y[-1])}" for word, points in ends.items())
    last = max(points.x[-1] for points in ends.values())
    where = f"at epoch {last:.1f}" if axis == "epoch" else f"after {last:,.0f} {TITLES[axis]}"
    return f"{'Past model' if model == PAST else f'Model {model}'}: {values} {where}."
