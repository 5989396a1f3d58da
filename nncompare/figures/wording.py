"""A chart in plain words, for those who do not see it."""

from collections.abc import Mapping

from nncompare.config import SplitName
from nncompare.figures.palette import LINES, PAST
from nncompare.figures.points import Axis, Points, Quantity

_SPLITS: dict[SplitName, str] = {"train": "training", "test": "test"}

TITLES: dict[Axis, str] = {
    "epoch": "epochs",
    "images": "images seen",
    "steps": "updates of the weights",
    "seconds": "seconds",
}


def title(quantity: Quantity) -> str:
    """Return the name of a quantity, capitalised: Loss."""
    return quantity.replace("_", " ").capitalize()


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
    models = [_ends(quantity, model, lines, axis) for model in LINES if any(key[0] == model for key in lines)]
    breaks = [f"Model {model} broke off at epoch {epoch:.2f}." for model, epoch in (broken or {}).items()]
    heading = f"{title(quantity)} over {TITLES[axis]}{f', {subject}' if subject else ''}."
    return " ".join([heading, *(models or ["No points yet."]), *breaks])


def _ends(quantity: Quantity, model: str, lines: Mapping[tuple[str, SplitName], Points], axis: Axis) -> str:
    ends = {word: lines[model, split] for split, word in _SPLITS.items() if (model, split) in lines}
    values = ", ".join(f"{word} {_value(quantity, points.y[-1])}" for word, points in ends.items())
    last = max(points.x[-1] for points in ends.values())
    where = f"at epoch {last:.1f}" if axis == "epoch" else f"after {last:,.0f} {TITLES[axis]}"
    return f"{'Past model' if model == PAST else f'Model {model}'}: {values} {where}."


def _value(quantity: Quantity, value: float) -> str:
    if quantity == "accuracy":
        return f"{value:.1%}"
    return f"{value:.3f}" if value == 0 or 0.001 <= value < 1000 else f"{value:.3g}"
