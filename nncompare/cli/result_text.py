"""The result of a comparison: a table for people with the verdict in sentences, or JSON for programs."""

import json
from collections.abc import Callable
from dataclasses import asdict
from functools import partial
from typing import Any

from nncompare.analysis import Verdict
from nncompare.cli.output import aligned
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.config import RunConfig
from nncompare.data import CATALOG, DataError, load
from nncompare.engine.client import EngineError
from nncompare.history import PER_EPOCH
from nncompare.report.conclusion import Conclusion, conclude, concluded
from nncompare.report.fates import epochs_told
from nncompare.words import Write, apart, count, loss, mebibytes, percent, setting

_Figure = tuple[float | None, str]  # and of which epoch it is, where that is not the end
_UNKNOWN = "-"
_SAME = ("state", "epoch", "message", "device", "precision", "parameters", "seconds")


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


def _concluded(result: ComparisonResult) -> tuple[Verdict | None, Conclusion, str]:
    """Return the verdict, what follows from it, and why there is none."""
    try:
        return *concluded(result), ""
    except (EngineError, DataError) as error:  # the other figures are there all the same
        return None, conclude(result, None), f"There is no verdict. {error}"


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
    return _told([_of_last_epoch(model, column) for model in models], write, digits)


def _test_accuracy(models: list[ModelResult]) -> list[str]:
    """Write those of the weights as they are, which the verdict is about."""
    return _told([_of_weights(model) or _of_last_epoch(model, "test_accuracy") for model in models])


def _of_last_epoch(model: ModelResult, column: str) -> _Figure:
    values, epochs = getattr(model.history, column), model.history.epochs
    return (values[-1] if values else None), "" if model.epoch == epochs else f" (epoch {epochs})"


def _of_weights(model: ModelResult) -> _Figure | None:
    """Return the accuracy of a model that ended within an epoch; None of another one, or where nobody can tell."""
    if model.weights is None or model.epoch == model.history.epochs:
        return None
    try:
        right = model.probabilities().argmax(axis=1) == load(model.comparison.dataset).labels("test")
    except (EngineError, DataError):  # which is told where the verdict would be
        return None
    return float(right.mean()), ""


def _told(figures: list[_Figure], write: Write = percent, digits: int = 1) -> list[str]:
    """Write figures so that those of both models can be told apart."""
    texts = apart([value for value, _ in figures], write, digits)
    return [_UNKNOWN if value is None else text + then for text, (value, then) in zip(texts, figures, strict=True)]


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
    "epochs": _each(epochs_told),
    "batch used": _each(_batch),
    "memory": _each(lambda model: mebibytes(model.plan.training_bytes) if model.plan else _UNKNOWN),
    "computed in": _each(lambda model: model.precision or _UNKNOWN),
    "parameters": _each(lambda model: count(model.parameters)),
    "train accuracy": partial(_last, column="train_accuracy"),
    "test accuracy": _test_accuracy,
    "test loss": partial(_last, column="test_loss", write=loss, digits=4),
    "seconds": _each(lambda model: f"{model.seconds:.1f}"),
    "state": _each(lambda model: str(model.state)),
}
