"""Saved comparisons that nobody had to train: their records are written as a run would have written them."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nncompare.architectures import parameter_count
from nncompare.config import Comparison, RunConfig
from nncompare.events import Diverged, MetricSums
from nncompare.history import Curve, History
from nncompare.memory import Plan
from nncompare.memory.footprint import Footprint
from nncompare.messages import Checkpoint, Position, Prediction, Progress, Setup
from nncompare.store import RunRecord, Store, to_half

TRAIN_COUNT = 1_000
RecordOf = Callable[[RunConfig, NDArray[np.integer], int], RunRecord]


def store_finished(store: Store, comparison: Comparison, labels: NDArray[np.integer]) -> str:
    """Save a comparison whose models have finished; `labels` are those of the test set. Return its name."""
    return store_as(store, comparison, labels, finished, finished)


def store_as(store: Store, comparison: Comparison, labels: NDArray[np.integer], a: RecordOf, b: RecordOf) -> str:
    """Save a comparison with records of A and of B that these functions make; return its name."""
    return _store(store, comparison, labels, lambda config, source: (a, b)[source % 2](config, labels, source))


def store_interrupted(store: Store, comparison: Comparison, labels: NDArray[np.integer]) -> str:
    """Save a comparison whose models were left after their first epoch."""
    return _store(store, comparison, labels, lambda config, source: interrupted(config, labels, source))


def finished(config: RunConfig, labels: NDArray[np.integer], source: int) -> RunRecord:
    """Make the record of a run that has finished; `source` seeds what it predicts."""
    plan = Plan(64, 1, 64, config.channels, memory_limit=2**30, footprint=Footprint(2**22))
    epochs, images = config.epochs, config.epochs * TRAIN_COUNT
    return RunRecord(
        Setup(config, plan, "cpu", "float32"),
        "finished",
        seconds=float(epochs),
        pair_seconds=float(epochs),
        total_seconds=float(epochs),
        progress=Progress(images, images, float(epochs), float(epochs), 1_000.0),
        history=_history(epochs),
        test=Prediction(float(epochs), predicted(labels, source)),
        weights={"all": np.arange(parameter_count(config.channels), dtype=np.float32)},
    )


def guessing(config: RunConfig, labels: NDArray[np.integer], source: int) -> RunRecord:
    """Make the record of a run that has finished without a word, and says the commonest class every time."""
    always = np.eye(10, dtype=np.float32)[np.full(len(labels), np.bincount(labels).argmax())]
    return replace(finished(config, labels, source), test=Prediction(float(config.epochs), always))


def broken_off(config: RunConfig, labels: NDArray[np.integer], source: int) -> RunRecord:
    """Make the record of a run whose loss was no longer finite in the middle of its first epoch."""
    record, half = finished(config, labels, source), TRAIN_COUNT // 2
    return replace(
        record,
        state="failed",
        message=f"Training of model {'AB'[source % 2]} broke off: the loss is no longer a finite number.",
        progress=Progress(half, config.epochs * TRAIN_COUNT, 0.5, 0.5, 1_000.0),
        history=History(diverged=Diverged(0.5, half, 8, 0.5)),
        test=Prediction(0.5, predicted(labels, source)),
    )


def interrupted(config: RunConfig, labels: NDArray[np.integer], source: int) -> RunRecord:
    """Make the record of a run that was left after its first epoch."""
    record = finished(config.model_copy(update={"epochs": 1}), labels, source)
    assert record.plan is not None
    assert record.weights is not None
    nothing, sums = np.zeros(0, np.uint8), MetricSums()
    position = Position(TRAIN_COUNT, 16, 1, 1.0, sums, sums, sums)
    checkpoint = Checkpoint(record.plan, position, record.weights, {}, None, nothing, nothing)
    return replace(record, setup=replace(record.setup, config=config), state="running", checkpoint=checkpoint)


def predicted(labels: NDArray[np.integer], source: int) -> NDArray[np.float32]:
    """Make probabilities (N, 10) of which most are right."""
    scores = np.random.default_rng(source).normal(size=(len(labels), 10)) + 3 * np.eye(10)[labels]
    shares = np.exp(scores)
    return np.asarray(shares / shares.sum(axis=1, keepdims=True), np.float32)


def predicted_after(epoch: int, labels: NDArray[np.integer], source: int) -> NDArray[np.float32]:
    """Make other probabilities (N, 10) for each epoch before the end."""
    return predicted(labels, source + 100 * epoch)


def _store(store: Store, comparison: Comparison, labels: NDArray[np.integer], record_of: Any) -> str:
    folder = store.create(comparison)
    for seed in comparison.seeds:
        for source, (name, config) in enumerate((("A", comparison.a), ("B", comparison.b))):
            if config is not None:
                record = record_of(config, 2 * seed + source)
                for epoch in range(1, record.history.epochs):
                    folder.save_epoch(seed, name, epoch, to_half(predicted_after(epoch, labels, 2 * seed + source)))
                folder.save(seed, name, record)
    folder.release()
    return folder.id


def _history(epochs: int) -> History:
    values = [0.9 + 0.01 * epoch for epoch in range(epochs)]
    places = [0.5 * half for half in range(1, 2 * epochs + 1)]
    images = [int(place * TRAIN_COUNT) for place in places]
    counts: Any = {"epoch": places, "images": images, "steps": [image // 64 for image in images], "seconds": places}
    curve = Curve(**counts, loss=[0.5] * len(places), accuracy=[0.9] * len(places))
    ends = [float(epoch) for epoch in range(1, epochs + 1)]
    return History(values, values, values, values, values, ends, train=curve, test=curve.copy())
