"""The result of a comparison: a table for people with the verdict in sentences, or JSON for programs."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from nncompare.analysis.wording import explanation, headline
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.config import RunConfig
from nncompare.data import CATALOG
from nncompare.history import PER_EPOCH
from nncompare.words import count, mebibytes

_UNKNOWN = "-"
_SAME = ("state", "message", "device", "precision", "parameters", "seconds")


def result_table(result: ComparisonResult) -> str:
    """Write settings and figures of both models side by side, what was changed of the settings, and the verdict."""
    names = ["", *(f"model {model.name}" for model in result.models)]
    rows = [[title, *map(cell, result.models)] for title, cell in _CELLS.items()]
    return "\n".join([_title(result), "", *_aligned([names, *rows]), *_changes(result.models), *_verdict(result)])


def result_json(result: ComparisonResult) -> str:
    """Write settings, both models of each seed with their epochs, and the verdict."""
    values = {
        "comparison": result.comparison.model_dump(mode="json"),
        **_facts(result),
        "others": {other.seed: _facts(other) for other in result.others},
        "verdict": asdict(result.verdict()) if result.can_be_compared else None,
        "seconds": result.seconds,
        "state": result.state,
    }
    return json.dumps(values, indent=2)


def _title(result: ComparisonResult) -> str:
    seeds = ", ".join(map(str, result.by_seed))
    title = f"{CATALOG[result.comparison.dataset].title}, seed{'s' if result.others else ''} {seeds}"
    return f"{title}; the table is that of seed {result.seed}" if result.others else title


def _aligned(rows: list[list[str]]) -> list[str]:
    sizes = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        "  ".join([row[0].ljust(sizes[0]), *(cell.rjust(size) for cell, size in zip(row[1:], sizes[1:], strict=True))])
        for row in rows
    ]


def _changes(models: list[ModelResult]) -> list[str]:
    """Say what was changed of the settings, and why."""
    sentences = [
        f"Model {model.name}, {name.replace('_', ' ')}: {sentence}"
        for model in models
        if model.plan is not None
        for name, sentence in model.plan.why.items()
    ]
    return ["", *sentences] if sentences else []


def _verdict(result: ComparisonResult) -> list[str]:
    if not result.can_be_compared:
        return []
    verdict = result.verdict()
    return ["", f"{headline(verdict)}.", *explanation(verdict)]


def _setting(model: ModelResult, name: str) -> str:
    return str(getattr(model.config, name))


def _last(model: ModelResult, column: str, form: str = ".2%") -> str:
    values = getattr(model.history, column)
    return format(values[-1], form) if values else _UNKNOWN


def _batch(model: ModelResult) -> str:
    plan = model.plan
    if plan is None:
        return _UNKNOWN
    return f"{plan.batch_size} x {plan.accumulation_steps}" if plan.accumulation_steps > 1 else str(plan.batch_size)


def _plan(model: ModelResult) -> dict[str, Any] | None:
    return {**asdict(model.plan), "training_bytes": model.plan.training_bytes} if model.plan else None


def _facts(result: ComparisonResult) -> dict[str, Any]:
    return {
        model.name.lower(): {
            **{name: getattr(model, name) for name in _SAME},
            "plan": _plan(model),
            "history": {column: getattr(model.history, column) for column in PER_EPOCH},
        }
        for model in result.models
    }


_CELLS: dict[str, Callable[[ModelResult], str]] = {
    **{name.replace("_", " "): partial(_setting, name=name) for name in RunConfig.model_fields},
    "batch used": _batch,
    "memory": lambda model: mebibytes(model.plan.training_bytes) if model.plan else _UNKNOWN,
    "computed in": lambda model: model.precision or _UNKNOWN,
    "parameters": lambda model: count(model.parameters),
    "train accuracy": partial(_last, column="train_accuracy"),
    "test accuracy": partial(_last, column="test_accuracy"),
    "test loss": partial(_last, column="test_loss", form=".4f"),
    "seconds": lambda model: f"{model.seconds:.1f}",
    "state": lambda model: str(model.state),
}
