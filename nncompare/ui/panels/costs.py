"""What the models have cost, beside each other."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from nncompare.comparison.result import ModelResult
from nncompare.words import clock, count, mebibytes


@dataclass(frozen=True)
class Cost:
    """One cost: of each model as text, and how many times as much B costs as A; empty where that cannot be told."""

    title: str
    values: list[str]
    times: str


@dataclass(frozen=True)
class Costs:
    """The models by name, and their costs."""

    names: list[str]
    rows: list[Cost]


def costs_of(models: Sequence[ModelResult]) -> Costs:
    """Return what each of the models has cost."""
    rows: list[tuple[str, Callable[[ModelResult], float | None], Callable[[float], str]]] = [
        ("parameters", lambda model: model.parameters, count),
        ("training", lambda model: model.seconds, clock),
        ("memory", lambda model: model.plan.training_bytes if model.plan is not None else None, mebibytes),
    ]
    found = [(title, [value(model) for model in models], write) for title, value, write in rows]
    costs = [
        Cost(title, ["–" if value is None else write(value) for value in values], _times(values))
        for title, values, write in found
    ]
    return Costs([model.name for model in models], costs)


def _times(values: Sequence[float | None]) -> str:
    if len(values) < 2 or not values[0] or values[1] is None:
        return ""
    times = values[1] / values[0]
    return f"× {times:.1f}" if times >= 0.95 else f"× {times:.2g}"
