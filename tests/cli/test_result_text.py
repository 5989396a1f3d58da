"""The table of a comparison that was stopped within an epoch: one state in the table, the verdict and the report."""

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from stored_runs import finished, predicted

from nncompare.cli.result_text import result_json, result_table
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, RunConfig
from nncompare.data import load
from nncompare.engine.client import EngineError
from nncompare.messages import PredictionRequest
from nncompare.report import report_page

pytestmark = pytest.mark.usefixtures("synthetic_digits")
PAIR = Comparison(
    dataset="synthetic-digits", a=RunConfig(channels=2, epochs=3), b=RunConfig(channels=4, epochs=3), train_images=1_000
)


def predict(request: PredictionRequest) -> Any:
    return predicted(load(PAIR.dataset).labels("test"), 70 + request.setup.config.channels)


def nobody_predicts(_: PredictionRequest) -> Any:
    raise EngineError("There is no worker.")


def stopped(name: str, predictor: Any, done: float = 2.2) -> ModelResult:
    """Make a run of three epochs that was stopped, after two whole ones."""
    config = PAIR.a if name == "A" else PAIR.b
    assert config is not None
    record = finished(config.model_copy(update={"epochs": 2}), load(PAIR.dataset).labels("test"), 0)
    assert record.progress is not None
    known = {"setup": replace(record.setup, config=config), "progress": replace(record.progress, epoch=done)}
    view = RunView(**{**vars(record), **known, "state": State.STOPPED, "name": name})
    return ModelResult.of(view, PAIR, predictor)


def race(predictor: Any, done: float = 2.2) -> ComparisonResult:
    a, b = (stopped(name, predictor, done) for name in "AB")
    return ComparisonResult(PAIR, 0, a, b, 1.0, State.STOPPED)


def rows_of(result: ComparisonResult) -> dict[str, list[str]]:
    lines = (re.split(" {2,}", line.strip()) for line in result_table(result).splitlines())
    return {title: cells for title, *cells in lines}


def test_table_and_verdict_are_of_the_weights_as_they_were_stopped() -> None:
    result = race(predict)
    verdict, rows = result.verdict(), rows_of(result)
    assert rows["test accuracy"] == [f"{accuracy:.1%}" for accuracy in (verdict.accuracy_a, verdict.accuracy_b)]
    assert rows["epochs"] == ["2.2 of 3", "2.2 of 3"]
    assert rows["train accuracy"] == ["91.0% (epoch 2)", "91.0% (epoch 2)"]
    assert rows["test loss"] == ["0.9100 (epoch 2)", "0.9100 (epoch 2)"]
    words = "Both count as they were then, not as after their last whole epochs."
    assert words in result_table(result)
    told = json.loads(result_json(result, None))
    assert [told[name]["epoch"] for name in "ab"] == [2.2, 2.2]
    page = report_page(result)
    assert words in page
    assert page.count("<td>2.2 of 3</td>") == 2


def test_where_nobody_can_predict_the_last_whole_epoch_is_told_and_named() -> None:
    rows = rows_of(race(nobody_predicts))
    assert rows["test accuracy"] == ["91.0% (epoch 2)", "91.0% (epoch 2)"]
    assert "There is no verdict. There is no worker." in rows


def test_of_whole_epochs_nothing_else_is_predicted() -> None:
    rows = rows_of(race(nobody_predicts, done=2.0))
    assert rows["test accuracy"] == ["91.0%", "91.0%"]
    assert rows["epochs"] == ["2 of 3", "2 of 3"]
