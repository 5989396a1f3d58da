"""A chart in plain words, for those who do not see it."""

from collections.abc import Mapping

from nncompare.figures.named_line import Split
from nncompare.figures.palette import MODELS
from nncompare.figures.points import Points, Quantity

_SPLITS: dict[Split, str] = {"train": "training", "test": "test"}


def describe(quantity: Quantity, lines: Mapping[tuple[str, Split], Points], subject: str = "") -> str:
    """Say where the lines end, and on which images; those without points are not among `lines`."""
    models = [_ends(quantity, model, lines) for model in MODELS if any(key[0] == model for key in lines)]
    title = f"{quantity.capitalize()} over epochs{f', {subject}' if subject else ''}."
    return " ".join([title, *(models or ["No points yet."])])


def _ends(quantity: Quantity, model: str, lines: Mapping[tuple[str, Split], Points]) -> str:
    ends = {word: lines[model, split] for split, word in _SPLITS.items() if (model, split) in lines}
    values = ", ".join(f"{word} {_value(quantity, points.y[-1])}" for word, points in ends.items())
    return f"Model {model}: {values} at epoch {max(points.x[-1] for points in ends.values()):.1f}."


def _value(quantity: Quantity, value: float) -> str:
    if quantity == "accuracy":
        return f"{value:.1%}"
    return f"{value:.3f}" if value == 0 or 0.001 <= value < 1000 else f"{value:.3g}"
