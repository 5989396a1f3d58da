"""The terminal as a screen: settings from flags, progress bars on stderr, the result on stdout."""

import argparse
import json
import os
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from tqdm import tqdm

from nncompare.analysis import Verdict
from nncompare.analysis.wording import explanation, headline
from nncompare.comparison.compare import compare
from nncompare.comparison.result import ComparisonError, ComparisonResult, ModelResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, RunConfig, one_sentence
from nncompare.data import CATALOG, DataError, fetch
from nncompare.errors import UserError
from nncompare.limits import LimitsError
from nncompare.memory import in_mebibytes
from nncompare.memory.budget import BudgetError, require_enough
from nncompare.settings_file import LARGEST_BYTES, read_settings
from nncompare.words import count, waiting

_NOTHING = ("none", "all")


def compare_in_terminal(arguments: argparse.Namespace) -> int:
    """Train and compare as the flags say; give the exit code."""
    comparison = read_comparison(arguments)
    if arguments.report:
        _require_folder(Path(arguments.report))
    with Bars() as bars:
        try:
            result = compare(comparison, data_progress=bars.fetch(comparison.dataset), watch=bars.watch)
        except DataError as error:
            bars.message = str(error)
            result = None
        except LimitsError as error:
            raise UserError(str(error)) from None
        except ComparisonError as error:
            if error.is_refused:
                raise UserError(str(error)) from None
            bars.message = str(error)
            result = error.result
    if bars.message:
        print(f"nncompare: {bars.message}", file=sys.stderr)
    if result is not None:
        print(_as_json(result) if arguments.json else _as_table(result))
        if arguments.report:
            _write_report(result, Path(arguments.report))
    return 1 if bars.message else 0


def _require_folder(report: Path) -> None:
    """Say before the training, and not after it, that the report cannot be written."""
    if report.is_dir() or not os.access(report.parent, os.W_OK):
        raise UserError(f"The report cannot be written to {report}: name a file in a folder that can be written to.")


def _write_report(result: ComparisonResult, file: Path) -> None:
    from nncompare.report import report_page

    try:
        file.write_text(report_page(result), encoding="utf-8")
    except OSError as error:
        raise UserError(f"The report could not be written to {file}: {error.strerror}.") from None
    print(f"nncompare: the report is in {file}.", file=sys.stderr)


def fetch_in_terminal(dataset: str) -> int:
    """Download or make a data set; give the exit code."""
    if dataset not in CATALOG:
        raise UserError(f"Data set must be one of {', '.join(CATALOG)}; got {dataset}.")
    with Bars() as bars:
        try:
            folder = fetch(dataset, progress=bars.fetch(dataset))
        except DataError as error:
            bars.message = str(error)
    if bars.message:
        print(f"nncompare: {bars.message}", file=sys.stderr)
        return 1
    print(f"{CATALOG[dataset].title} is in {folder}.")
    return 0


def read_comparison(arguments: argparse.Namespace) -> Comparison:
    """Make a comparison from a settings file and flags.

    Raises
    ------
    UserError
        When the file cannot be read or a value is wrong.
    """
    values = _read_file(arguments.config) if arguments.config else {}
    for name in Comparison.model_fields:
        text = getattr(arguments, name)
        if text is not None:
            values[name] = _read_model(name, text, values.get(name)) if name in ("a", "b") else _read_value(text)
    try:
        comparison = Comparison.model_validate(values)
        if comparison.memory_budget is not None:
            require_enough(comparison.memory_budget)
    except ValidationError as error:
        raise UserError(one_sentence(error, Comparison)) from None
    except BudgetError as error:
        raise UserError(str(error)) from None
    return comparison


def _read_value(text: str) -> str | None:
    return None if text in _NOTHING else text


def _read_model(name: str, text: str, before: Any) -> dict[str, Any] | None:
    if text in _NOTHING:
        return None
    values = dict(before) if isinstance(before, dict) else {}
    for setting in text.split(","):
        key, equals, value = setting.partition("=")
        if not equals:
            raise UserError(f"--{name} must be settings such as channels=8,epochs=1; got {setting!r}.")
        values[key.strip()] = value.strip()
    return values


def _read_file(file: str) -> dict[str, Any]:
    try:
        with Path(file).open("rb") as stream:
            return read_settings(stream.read(LARGEST_BYTES + 1))
    except OSError as error:
        raise UserError(f"{file} cannot be read: {error.strerror}.") from None
    except ValueError as error:
        raise UserError(f"{file} {error}") from None


class Bars:
    """Progress bars on stderr: one for the data set, then one for each model."""

    def __init__(self) -> None:
        self.message = ""
        self._position = 0
        self._storage_note = ""
        self._bars: dict[str, tqdm[Any]] = {}

    def __enter__(self) -> "Bars":
        return self

    def __exit__(self, *_: object) -> None:
        for bar in self._bars.values():
            bar.close()

    def fetch(self, dataset: str) -> Any:
        """Give a callback for the progress of a download."""

        def on_progress(done: int, total: int) -> None:
            self._set(CATALOG[dataset].title, done, total, "" if CATALOG[dataset].synthetic else "B")

        return on_progress

    def watch(self, running: ComparisonRun) -> None:
        """Draw how far both models are, and say once why they wait, and why something is not saved."""
        self._tell_place(running)
        if running.storage_note not in ("", self._storage_note):
            self._storage_note = running.storage_note
            tqdm.write(f"nncompare: {self._storage_note}", file=sys.stderr)
        for run in running.runs:
            progress = run.progress
            images = progress.images if progress is not None else 0
            seed = f", seed {running.current.seed}" if len(running.pairs) > 1 else ""
            self._set(f"model {run.name}{seed}", images, progress.total_images if progress is not None else None)

    def _tell_place(self, running: ComparisonRun) -> None:
        """Say it when the place in line changes, and not every time that the expected wait does."""
        place = running.position
        position = place.position if place is not None else 0
        if place is not None and position != self._position:
            tqdm.write(f"nncompare: {waiting(position, place.seconds)}", file=sys.stderr)
        self._position = position

    def _set(self, title: str, done: int, total: int | None, unit: str = "") -> None:
        if title not in self._bars:
            self._bars[title] = tqdm(desc=title, unit=unit, unit_scale=True, file=sys.stderr)
        bar = self._bars[title]
        bar.total = total
        if done != bar.n:
            bar.update(done - bar.n)


def _as_json(result: ComparisonResult) -> str:
    verdict = _verdict(result)
    values = {
        "comparison": result.comparison.model_dump(mode="json"),
        **_facts_of_models(result),
        "others": {other.seed: _facts_of_models(other) for other in result.others},
        "verdict": asdict(verdict) if verdict is not None else None,
        "seconds": result.seconds,
        "state": result.state,
    }
    return json.dumps(values, indent=2)


def _facts_of_models(result: ComparisonResult) -> dict[str, Any]:
    return {model.name.lower(): _facts(model) for model in result.models}


def _facts(model: ModelResult) -> dict[str, Any]:
    history = model.history
    columns = ("train_loss", "train_accuracy", "train_eval_accuracy", "test_loss", "test_accuracy", "epoch_seconds")
    return {
        "state": model.state,
        "message": model.message,
        "device": model.device,
        "threads": model.threads,
        "precision": model.precision,
        "plan": vars(model.plan) if model.plan else None,
        "parameters": model.parameters,
        "history": {column: getattr(history, column) for column in columns},
        "seconds": model.seconds,
    }


def _as_table(result: ComparisonResult) -> str:
    models = result.models
    rows = [["", *(f"model {model.name}" for model in models)]]
    for name in RunConfig.model_fields:
        rows.append([name.replace("_", " "), *(str(getattr(model.config, name)) for model in models)])
    rows.append(["batch used", *(_batch(model) for model in models)])
    rows.append(["memory", *(in_mebibytes(model.plan.training_bytes) if model.plan else "-" for model in models)])
    rows.append(["computed in", *(model.precision or "-" for model in models)])
    rows.append(["parameters", *(count(model.parameters) for model in models)])
    for title, column, form in (
        ("train accuracy", "train_accuracy", ".2%"),
        ("test accuracy", "test_accuracy", ".2%"),
        ("test loss", "test_loss", ".4f"),
    ):
        rows.append([title, *(_last(getattr(model.history, column), form) for model in models)])
    rows.append(["seconds", *(f"{model.seconds:.1f}" for model in models)])
    rows.append(["state", *(str(model.state) for model in models)])
    sizes = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = [
        "  ".join([row[0].ljust(sizes[0]), *(c.rjust(s) for c, s in zip(row[1:], sizes[1:], strict=True))])
        for row in rows
    ]
    seeds = ", ".join(map(str, result.by_seed))
    title = f"{CATALOG[result.comparison.dataset].title}, seed{'s' if result.others else ''} {seeds}"
    if result.others:
        title += f"; the table is that of seed {result.seed}"
    return "\n".join([title, "", *lines, *_changes(models), *_judgement(result)])


def _judgement(result: ComparisonResult) -> list[str]:
    verdict = _verdict(result)
    return ["", f"{headline(verdict)}.", *explanation(verdict)] if verdict is not None else []


def _verdict(result: ComparisonResult) -> Verdict | None:
    return result.verdict() if result.can_be_compared else None


def _changes(models: list[ModelResult]) -> list[str]:
    """Say what was changed of the wishes, and why."""
    sentences = [
        f"Model {model.name}, {name.replace('_', ' ')}: {sentence}"
        for model in models
        if model.plan is not None
        for name, sentence in model.plan.why.items()
    ]
    return ["", *sentences] if sentences else []


def _batch(model: ModelResult) -> str:
    plan = model.plan
    if plan is None:
        return "-"
    return f"{plan.batch_size} x {plan.accumulation_steps}" if plan.accumulation_steps > 1 else str(plan.batch_size)


def _last(values: list[float], form: str) -> str:
    return format(values[-1], form) if values else "-"
