"""Comparisons that are opened again from the store, and what of them must be as if nothing had happened."""

import contextlib
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
from processes import until
from tiny_pairs import pair

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store

# Of 1,000 images every batch ends in a point of the curves, so an interruption adds none.
LONG = pair(a={"epochs": 30}, b={"epochs": 24, "channels": 2, "optimizer": "sgd"})


def reopened(store: Store, engines: EngineHolder) -> ComparisonRun:
    (summary,) = store.summaries()
    return ComparisonRun.reopen(store.open(summary.id), engines)


def resume(running: ComparisonRun) -> ComparisonResult:
    running.resume()
    assert running.wait(120)
    return running.result()


def epochs_on_disk(store: Store) -> list[int]:
    return [model.epochs for summary in store.summaries() for model in summary.models]


def assert_same(one: ComparisonResult, other: ComparisonResult) -> None:
    for mine, theirs in zip(one.models, other.models, strict=True):
        assert mine.state is theirs.state is State.FINISHED, mine.message
        assert mine.weights is not None
        assert theirs.weights is not None
        for name, array in mine.weights.items():
            assert np.array_equal(array, theirs.weights[name]), (mine.name, name)
        assert mine.history.test_accuracy == theirs.history.test_accuracy
        assert mine.history.train_loss == theirs.history.train_loss
        assert mine.history.train.images == theirs.history.train.images
        assert np.array_equal(mine.probabilities(), theirs.probabilities())


def assert_none_lost(found: list[int], told: list[int]) -> None:
    assert all(now >= then for now, then in zip(found, told, strict=True)), (found, told)


def store_at_a_crash(
    comparison: Comparison, engines: EngineHolder, to: Path, is_time: Callable[[Store], object]
) -> Store:
    """Return the store as a crash at this moment would leave it; the comparison itself is stopped."""
    store = Store.default()
    running = ComparisonRun(comparison, engines, store=store)
    running.start()
    until(lambda: is_time(store), "the moment of the crash")
    crashed = Store(copied(store.home, to))
    running.stop()
    assert running.wait(90)
    return crashed


def copied(home: Path, to: Path) -> Path:
    """Copy a store that somebody saves into; where a checkpoint vanishes meanwhile, once more."""
    for number in range(100):
        with contextlib.suppress(shutil.Error):
            return Path(shutil.copytree(home, to / str(number)))
    raise AssertionError("The store never held still.")


def wishes_on_disk(store: Store, seed: int) -> set[tuple[str | None, int]]:
    (summary,) = store.summaries()
    return {(model.state, model.config.epochs) for model in summary.models if model.seed == seed}
