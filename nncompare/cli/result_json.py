"""The result of a comparison as JSON."""

import json
from dataclasses import asdict
from typing import Any

from nncompare.comparison.result import ComparisonResult, ModelResult

_SAME = ("state", "message", "device", "threads", "precision", "parameters", "seconds")
_COLUMNS = ("train_loss", "train_accuracy", "train_eval_accuracy", "test_loss", "test_accuracy", "epoch_seconds")


def result_json(result: ComparisonResult) -> str:
    """Write settings, both models of each seed with their epochs, and the verdict."""
    values = {
        "comparison": result.comparison.model_dump(mode="json"),
        **_models(result),
        "others": {other.seed: _models(other) for other in result.others},
        "verdict": asdict(result.verdict()) if result.can_be_compared else None,
        "seconds": result.seconds,
        "state": result.state,
    }
    return json.dumps(values, indent=2)


def _models(result: ComparisonResult) -> dict[str, Any]:
    return {model.name.lower(): _facts(model) for model in result.models}


def _facts(model: ModelResult) -> dict[str, Any]:
    return {
        **{name: getattr(model, name) for name in _SAME},
        "plan": vars(model.plan) if model.plan else None,
        "history": {column: getattr(model.history, column) for column in _COLUMNS},
    }
