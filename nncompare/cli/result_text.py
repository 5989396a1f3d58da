"""The result of a comparison: a table for people with the verdict in sentences, or JSON for programs."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import TYPE_CHECKING, Any

from nncompare.analysis import Verdict
from nncompare.cli.output import aligned
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.config import RunConfig
from nncompare.data import CATALOG, DataError
from nncompare.engine.client import EngineError
from nncompare.history import PER_EPOCH
from nncompare.words import Write, apart, count, loss, mebibytes, percent, setting

if TYPE_CHECKING:
    from nncompare.report.conclusion import Conclusion

_UNKNOWN = "-"
_SAME = ("state", "message", "device", "precision", "parameters", "seconds")


def result_table(result: ComparisonResult) -> str:
    """Write settings and figures of both models side by side, what was changed of the settings, and the verdict."""
    names = ["", *(f"model {model.name}" for model in result.models)]
    rows = [[title, *cells(result.models)] for title, cells in _ROWS.items()]
    table = aligned([names, *rows], are_figures=True)
    return "\n".join([_title(result), "", *table, *_changes(result.models), *_verdict(result)])


def result_json(result: ComparisonResult, saved_id: str | None) -> str:
    """Write where it is saved, settings, both models of each seed with their epochs, and the verdict."""
    verdict, conclusion, _ = _concluded(result)
    values = {
        "id": saved_id,
        "comparison": result.comparison.model_dump(mode="json"),
        **_facts(result),
        "others": {other.seed: _facts(other) for other in result.others},
        "verdict": {**asdict(verdict), "better": verdict.better} if verdict is not None else None,
        "conclusion": {name: getattr(conclusion, name) for name in ("headline", "happened", "before")},
        "seconds": result.seconds,
        "state": result.state,
    }
    return json.dumps(values, indent=2)


def _title(result: ComparisonResult) -> str:
    seeds = ", ".join(map(str, result.by_seed))
    title = f"{CATALOG[result.comparison.dataset].title}, seed{'s' if result.others else ''} {seeds}"
    return f"{title}; the table is that of seed {result.seed}" if result.others else title


def _changes(models: list[ModelResult]) -> list[str]:
    """Say what was changed of the settings, and why."""
    sentences = [
        f"Model {model.name}, {name.replace('_', ' ')}: {sentence}"
        for model in models
        if model.plan is not None
        for name, sentence in model.plan.why.items()
    ]
    return ["", *sentences] if sentences else []


def _concluded(result: ComparisonResult) -> tuple[Verdict | None, "Conclusion", str]:
    """Return the verdict, what follows from it, and why there is none."""
    from nncompare.report.conclusion import conclude  # with the room of the charts: not before the training

    verdict, problem = None, ""
    if result.can_be_compared:
        try:
            verdict = result.verdict()
        except (EngineError, DataError) as error:  # the other figures are there all the same
            problem = f"There is no verdict. {error}"
    return verdict, conclude(result, verdict), problem


def _verdict(result: ComparisonResult) -> list[str]:
    verdict, conclusion, problem = _concluded(result)
    if verdict is None and not conclusion.happened and not problem:
        return []
    lines = ["", f"{conclusion.headline}.", *conclusion.before, *conclusion.sentences]
    return [*lines, problem] if problem else lines


def _each(cell: Callable[[ModelResult], str]) -> Callable[[list[ModelResult]], list[str]]:
    return lambda models: [cell(model) for model in models]


def _setting(model: ModelResult, name: str) -> str:
    return setting(getattr(model.config, name))


def _last(models: list[ModelResult], column: str, write: Write = percent, digits: int = 1) -> list[str]:
    """Write the last values so that those of both models can be told apart."""
    columns = [getattr(model.history, column) for model in models]
    texts = apart([values[-1] if values else None for values in columns], write, digits)
    return [text if values else _UNKNOWN for text, values in zip(texts, columns, strict=True)]


def _batch(model: ModelResult) -> str:
    plan = model.plan
    if plan is None:
        return _UNKNOWN
    steps = f"{plan.batch_size} x {plan.accumulation_steps}" if plan.accumulation_steps > 1 else str(plan.batch_size)
    return f"{steps}, all {plan.effective_batch_size} images" if plan.takes_all_images else steps


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


_ROWS: dict[str, Callable[[list[ModelResult]], list[str]]] = {
    **{name.replace("_", " "): _each(partial(_setting, name=name)) for name in RunConfig.model_fields},
    "batch used": _each(_batch),
    "memory": _each(lambda model: mebibytes(model.plan.training_bytes) if model.plan else _UNKNOWN),
    "computed in": _each(lambda model: model.precision or _UNKNOWN),
    "parameters": _each(lambda model: count(model.parameters)),
    "train accuracy": partial(_last, column="train_accuracy"),
    "test accuracy": partial(_last, column="test_accuracy"),
    "test loss": partial(_last, column="test_loss", write=loss, digits=4),
    "seconds": _each(lambda model: f"{model.seconds:.1f}"),
    "state": _each(lambda model: str(model.state)),
}
