"""Records of runs with whatever may be in them."""

import math
from dataclasses import fields
from typing import Any

import numpy as np
from any_settings import runs
from hypothesis import strategies as st
from numpy.typing import NDArray

from nncompare.architectures import parameter_count
from nncompare.config import RunConfig
from nncompare.events import Diverged, MetricSums
from nncompare.history import COLUMNS, PER_EPOCH, Curve, History
from nncompare.memory import Plan
from nncompare.memory.footprint import Footprint
from nncompare.messages import Checkpoint, Position, Prediction, Progress, Setup
from nncompare.store import RunRecord

WORDS = ["idle", "preparing", "running", "pausing", "paused", "stopping", "finished", "stopped", "failed"]
numbers = st.floats(width=64)  # NaN and infinity, too
counts = st.integers(0, 2**40)
texts = st.text(max_size=30)


def noise(shape: tuple[int, ...], seed: int, kind: Any = np.float32) -> NDArray[Any]:
    """Fill an array with random bits: every kind of number, and of no number."""
    size = int(np.prod(shape, dtype=int)) * np.dtype(kind).itemsize
    return np.frombuffer(np.random.default_rng(seed).bytes(size), kind).reshape(shape).copy()


def record(channels: int = 1, epochs: int = 2, state: str = "running", **changes: Any) -> RunRecord:
    """Make a record of a run like any other, with a checkpoint."""
    config, plan = RunConfig(channels=channels), plan_of(channels)
    columns: Any = {name: [0.1 * number for number in range(epochs)] for name in PER_EPOCH}
    weights = weights_of(channels, 1)
    position = Position(2_000, 20, epochs, 3.5, MetricSums(1, 0.5, 1.0), MetricSums(), MetricSums())
    values = {
        "setup": Setup(config, plan, "cpu", "float32"),
        "progress": Progress(2_000, 3_000, float(epochs), 3.5, 900.0),
        "history": History(**columns, train=curve_of(5), test=curve_of(3)),
        "test": Prediction(float(epochs), noise((20, 10), 2)),
        "weights": weights,
        "checkpoint": Checkpoint(
            plan, position, weights, {"step": [noise((), 3)]}, None, noise((9,), 4, np.uint8), noise((9,), 5, np.uint8)
        ),
    }
    return RunRecord(state=state, **{**values, **changes})


def weights_of(channels: int, seed: int) -> dict[str, NDArray[np.float32]]:
    """Make as many weights as a network of this width has, lying in memory as channels-last tensors do."""
    count = parameter_count(channels)
    even = noise((2, count // 2 // 2, 2), seed).transpose(2, 0, 1)
    return {"0.weight": even, "rest": noise((count - even.size,), seed + 1)}


def plan_of(channels: int) -> Plan:
    footprint = Footprint(10_000 - 16 * 7, pixel_bytes=7)
    return Plan(16, 2, 32, channels, 20_000, {"batch_size": "A wish, and “why”."}, footprint)


def curve_of(points: int) -> Curve:
    whole, parts = list(range(points)), [0.25 * number for number in range(points)]
    first: dict[str, Any] = {
        "epoch": parts,
        "images": whole,
        "steps": whole,
        "seconds": parts,
        "loss": parts,
        "accuracy": parts,
    }
    return Curve(**{name: list(first.get(name, [math.nan] * points)) for name in COLUMNS})


@st.composite
def curves(draw: st.DrawFn) -> Curve:
    points = draw(st.integers(0, 4))
    column = st.lists(numbers, min_size=points, max_size=points)
    whole = st.lists(counts, min_size=points, max_size=points)
    drawn: Any = {name: draw(whole if kind is int else column) for name, kind in COLUMNS.items()}
    return Curve(**drawn)


@st.composite
def histories(draw: st.DrawFn) -> History:
    epochs = draw(st.integers(0, 3))
    columns: Any = {name: draw(st.lists(numbers, min_size=epochs, max_size=epochs)) for name in PER_EPOCH}
    diverged = st.none() | st.builds(Diverged, numbers, counts, counts, numbers)
    return History(**columns, train=draw(curves()), test=draw(curves()), diverged=draw(diverged))


@st.composite
def checkpoints(draw: st.DrawFn, channels: int) -> Checkpoint:
    seed = draw(st.integers(0, 99))
    shapes = st.sampled_from([(), (3,), (0,), (2, 3, 1, 1)])
    arrays = st.lists(st.builds(noise, shapes, st.integers(0, 99)), max_size=3)
    sums = st.builds(MetricSums, counts, numbers, numbers)
    return Checkpoint(
        plan_of(channels),
        draw(st.builds(Position, counts, counts, counts, numbers, sums, sums, sums)),
        weights_of(channels, seed),
        draw(st.dictionaries(st.sampled_from(["step", "exp_avg", "momentum_buffer"]), arrays)),
        draw(st.none() | arrays),
        noise((draw(st.integers(0, 50)),), seed, np.uint8),
        noise((50,), seed, np.uint8),
        draw(counts),
    )


@st.composite
def records(draw: st.DrawFn) -> RunRecord:
    channels = draw(st.integers(1, 3))
    checkpoint = draw(st.none() | checkpoints(channels))
    plan = st.just(plan_of(channels))
    has_weights = checkpoint is not None or draw(st.booleans())
    weights = checkpoint.weights if checkpoint is not None else weights_of(channels, 7) if has_weights else None
    table = st.builds(noise, st.tuples(st.integers(0, 9), st.just(10)), st.integers(0, 99))
    return draw(
        st.builds(
            RunRecord,
            setup=st.builds(
                Setup,
                config=runs,
                plan=plan if has_weights else st.none() | plan,
                device=texts,
                precision=st.none() | st.sampled_from(["float32", "bfloat16"]),
            ),
            state=st.sampled_from(WORDS),
            message=texts,
            is_lost=st.booleans(),
            is_refused=st.booleans(),
            cycle_start=numbers,
            seconds=numbers,
            pair_seconds=numbers,
            total_seconds=numbers,
            progress=st.none() | st.builds(Progress, counts, counts, numbers, numbers, numbers),
            history=histories(),
            test=st.none() | st.builds(Prediction, numbers, table),
            weights=st.just(weights),
            checkpoint=st.just(checkpoint),
        )
    )


def plain(value: Any) -> Any:
    """Turn anything in a record into something that compares to the last bit, NaN included."""
    if isinstance(value, np.ndarray):
        return value.shape, str(value.dtype), value.tobytes()
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Curve):
        return plain(vars(value))
    if isinstance(value, dict):
        return {key: plain(entry) for key, entry in value.items()}
    if isinstance(value, list | tuple):
        return [plain(entry) for entry in value]
    if hasattr(value, "__dataclass_fields__"):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    return value
