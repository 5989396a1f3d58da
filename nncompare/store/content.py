"""A run's record as files, and back."""

import json
from collections.abc import Mapping
from dataclasses import fields, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, ValidationError

from nncompare.architectures import CLASSES, parameter_count
from nncompare.config import Precision, RunConfig
from nncompare.events import Diverged
from nncompare.history import PER_EPOCH, History
from nncompare.memory import Plan
from nncompare.memory.plan import WIDEST
from nncompare.messages import Checkpoint, Position, Prediction, Progress, Setup
from nncompare.store.errors import DamagedError
from nncompare.store.migrations import FORMAT, migrated
from nncompare.store.records import RunRecord, StateWord
from nncompare.store.tables import read_arrays, read_curve, read_table, write_arrays, write_curve, write_table

_STRICT = ConfigDict(extra="forbid", frozen=True)


class _CheckpointState(BaseModel):
    """What of a checkpoint is no array; `optimizer` counts the arrays of each quantity, `gradient` those of the sum."""

    model_config = _STRICT

    plan: Plan
    position: Position
    cycle_start: int
    optimizer: dict[str, int]
    gradient: int | None


class RunState(BaseModel):
    """The file ``state.json``: everything of a run that is no array."""

    model_config = _STRICT

    format: int = FORMAT
    config: RunConfig
    state: StateWord
    message: str
    is_lost: bool
    is_refused: bool
    plan: Plan | None
    device: str
    precision: Precision | None
    cycle_start: float
    seconds: float
    pair_seconds: float
    total_seconds: float
    progress: Progress | None
    epochs: dict[str, list[float]]
    diverged: Diverged | None
    test_epoch: float | None
    has_weights: bool
    checkpoint: _CheckpointState | None


_SETUP = {field.name for field in fields(Setup)}
_SAME = {field.name for field in fields(RunRecord)} & set(RunState.model_fields) - {"checkpoint"}


def to_files(record: RunRecord) -> dict[str, bytes]:
    """Turn a record into named files."""
    checkpoint, history = record.checkpoint, record.history
    state = RunState(
        **{name: getattr(record.setup, name) for name in _SETUP},
        **{name: getattr(record, name) for name in _SAME},
        epochs={name: getattr(history, name) for name in PER_EPOCH},
        diverged=history.diverged,
        test_epoch=record.test.epoch if record.test is not None else None,
        has_weights=record.weights is not None,
        checkpoint=_state_of(checkpoint) if checkpoint is not None else None,
    )
    files = {
        "state.json": json.dumps(state.model_dump(), indent=1).encode(),
        "train.npy": write_curve(history.train),
        "test.npy": write_curve(history.test),
    }
    if record.test is not None:
        files["probabilities.npy"] = write_table(record.test.probabilities)
    if record.weights is not None:
        files["weights.safetensors"] = write_arrays(record.weights)
    if checkpoint is not None:
        files["optimizer.safetensors"] = write_arrays(_arrays_of(checkpoint))
    return files


def read_state(content: bytes) -> RunState:
    """Read ``state.json`` of this format or an older one; raise if it is of a newer one, or anything else."""
    try:
        values = json.loads(content)
    except (ValueError, RecursionError):
        raise DamagedError("state.json is not JSON") from None
    try:
        state = RunState.model_validate(migrated(values))
    except (ValidationError, RecursionError):
        raise DamagedError("state.json does not hold the state of a run") from None
    is_even = set(state.epochs) == set(PER_EPOCH) and len({len(column) for column in state.epochs.values()}) == 1
    plans = [state.plan, state.checkpoint.plan if state.checkpoint is not None else None]
    if not is_even or not all(plan is None or _is_possible(plan) for plan in plans):
        raise DamagedError("state.json does not hold the state of a run")
    return state


def _is_possible(plan: Plan) -> bool:
    sizes = plan.threads, *vars(plan.footprint).values()
    return 1 <= plan.channels <= WIDEST and min(sizes) >= 0 and plan.footprint.shard_images > 0


def from_files(files: Mapping[str, bytes]) -> RunRecord:
    """Turn the files of a folder into the record that they were made of; raise as `read_state`."""
    try:
        state = read_state(files["state.json"])
        train, test = read_curve(files["train.npy"]), read_curve(files["test.npy"])
        history = History(**state.epochs, train=train, test=test, diverged=state.diverged)
        setup = Setup(**{name: getattr(state, name) for name in _SETUP})
        record = RunRecord(setup, **{name: getattr(state, name) for name in _SAME}, history=history)
        if state.test_epoch is not None:
            probabilities = read_table(files["probabilities.npy"], np.float32, {CLASSES})
            record = replace(record, test=Prediction(state.test_epoch, probabilities))
        if state.has_weights:
            record = replace(record, weights=_weights(files["weights.safetensors"], state.plan))
        if state.checkpoint is not None and record.weights is not None:
            arrays = read_arrays(files["optimizer.safetensors"])
            record = replace(record, checkpoint=_checkpoint(state.checkpoint, record.weights, arrays))
    except KeyError as error:
        raise DamagedError(f"{error.args[0]} is missing") from None
    return record


def _state_of(checkpoint: Checkpoint) -> _CheckpointState:
    return _CheckpointState(
        plan=checkpoint.plan,
        position=checkpoint.position,
        cycle_start=checkpoint.cycle_start,
        optimizer={name: len(arrays) for name, arrays in checkpoint.optimizer.items()},
        gradient=len(checkpoint.gradient) if checkpoint.gradient is not None else None,
    )


def _arrays_of(checkpoint: Checkpoint) -> dict[str, NDArray[Any]]:
    lists = {f"optimizer/{name}": arrays for name, arrays in checkpoint.optimizer.items()}
    lists["gradient"] = checkpoint.gradient or []
    numbered = {f"{name}/{number}": array for name, arrays in lists.items() for number, array in enumerate(arrays)}
    return {"order": checkpoint.order, "randomness": checkpoint.randomness, **numbered}


def _checkpoint(state: _CheckpointState, weights: dict[str, Any], arrays: Mapping[str, NDArray[Any]]) -> Checkpoint:
    if sum(state.optimizer.values()) + (state.gradient or 0) + 2 != len(arrays):
        raise DamagedError("the state of the optimiser is not whole")
    return Checkpoint(
        plan=state.plan,
        position=state.position,
        weights=weights,
        optimizer={name: _parts(arrays, f"optimizer/{name}", count) for name, count in state.optimizer.items()},
        gradient=_parts(arrays, "gradient", state.gradient) if state.gradient is not None else None,
        order=_of_kind(np.uint8, arrays["order"]),
        randomness=_of_kind(np.uint8, arrays["randomness"]),
        cycle_start=state.cycle_start,
    )


def _parts(arrays: Mapping[str, NDArray[Any]], name: str, count: int) -> list[NDArray[np.float32]]:
    return [_of_kind(np.float32, arrays[f"{name}/{number}"]) for number in range(count)]


def _of_kind(kind: type[np.generic], array: NDArray[Any]) -> NDArray[Any]:
    if array.dtype != np.dtype(kind):
        raise DamagedError("an array is of another kind")
    return array


def _weights(content: bytes, plan: Plan | None) -> dict[str, NDArray[np.float32]]:
    weights = {name: _of_kind(np.float32, array) for name, array in read_arrays(content).items()}
    if plan is None or sum(array.size for array in weights.values()) != parameter_count(plan.channels):
        raise DamagedError("the weights are of another network")
    return weights
