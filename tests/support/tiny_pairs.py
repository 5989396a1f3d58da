"""Comparisons of a moment, and the processes behind them."""

from contextlib import suppress
from typing import Any

import psutil
from processes import is_worker, until

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, RunConfig
from nncompare.engine import loop
from nncompare.engine.shared import EngineHolder


def pair(a: dict[str, Any] | None = None, b: dict[str, Any] | None = None, **settings: Any) -> Comparison:
    models = {
        "a": RunConfig(**{"channels": 1, "epochs": 1, **(a or {})}),
        "b": RunConfig(**{"channels": 2, "epochs": 1, **(b or {})}),
    }
    return Comparison(**{"dataset": "synthetic-digits", "train_images": 1_000, **models, **settings})


def begin(comparison: Comparison, engines: EngineHolder) -> ComparisonRun:
    running = ComparisonRun(comparison, engines)
    running.start()
    return running


def finish(comparison: Comparison, engines: EngineHolder) -> ComparisonResult:
    running = begin(comparison, engines)
    assert running.wait(90)
    return running.result()


def until_both_train(running: ComparisonRun) -> None:
    """Wait for a moment in which both models are between their first and their last image."""

    def both_are_half_way() -> bool:
        seen = [run.progress for run in running.runs]
        assert not running.state.is_over, running.result()
        return all(progress is not None and 0 < progress.images < progress.total_images for progress in seen)

    until(both_are_half_way, "both models train")


def free_workers(engines: EngineHolder) -> list[str]:
    """List the workers that nobody holds; none while the engine does not answer in time."""
    with suppress(OSError):  # a TimeoutError is one
        return loop.wait(engines.get().idle())
    return []


def engine_pids() -> set[int]:
    """List the engines that this process has started."""
    return {child.pid for child in psutil.Process().children() if "nncompare.engine" in words(child)}


def worker_pids(engine_pid: int) -> list[int]:
    """List the worker processes of an engine."""
    return [child.pid for child in psutil.Process(engine_pid).children(recursive=True) if is_worker(child)]


def words(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []
