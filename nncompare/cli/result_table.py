"""The result of a comparison as a table for people, with the verdict in sentences."""

from collections.abc import Callable

from nncompare.analysis.wording import explanation, headline
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.config import RunConfig
from nncompare.data import CATALOG
from nncompare.words import count, mebibytes

_UNKNOWN = "-"


def result_table(result: ComparisonResult) -> str:
    """Write settings and figures of both models side by side, what was changed of the settings, and the verdict."""
    names = ["", *(f"model {model.name}" for model in result.models)]
    rows = [[title, *map(cell, result.models)] for title, cell in _CELLS.items()]
    return "\n".join([_title(result), "", *_aligned([names, *rows]), *_changes(result.models), *_verdict(result)])


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


def _setting(name: str) -> Callable[[ModelResult], str]:
    return lambda model: str(getattr(model.config, name))


def _last(column: str, form: str) -> Callable[[ModelResult], str]:
    def cell(model: ModelResult) -> str:
        values = getattr(model.history, column)
        return format(values[-1], form) if values else _UNKNOWN

    return cell


def _batch(model: ModelResult) -> str:
    plan = model.plan
    if plan is None:
        return _UNKNOWN
    return f"{plan.batch_size} x {plan.accumulation_steps}" if plan.accumulation_steps > 1 else str(plan.batch_size)


def _memory(model: ModelResult) -> str:
    return mebibytes(model.plan.training_bytes) if model.plan else _UNKNOWN


_CELLS: dict[str, Callable[[ModelResult], str]] = {
    **{name.replace("_", " "): _setting(name) for name in RunConfig.model_fields},
    "batch used": _batch,
    "memory": _memory,
    "computed in": lambda model: model.precision or _UNKNOWN,
    "parameters": lambda model: count(model.parameters),
    "train accuracy": _last("train_accuracy", ".2%"),
    "test accuracy": _last("test_accuracy", ".2%"),
    "test loss": _last("test_loss", ".4f"),
    "seconds": lambda model: f"{model.seconds:.1f}",
    "state": lambda model: str(model.state),
}
