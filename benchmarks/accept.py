"""What nncompare promises, measured on whole data sets: prints a table, and fails when a promise is missed.

make accept                     (needs MNIST and Fashion-MNIST, in NNCOMPARE_DATA_DIR or downloaded)
python benchmarks/accept.py --smoke     (a few synthetic images: every check runs, and none counts)
"""

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nncompare import compare
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, DatasetName, RunConfig
from nncompare.data import CATALOG, fetch, load
from nncompare.engine.shared import EngineHolder
from nncompare.messages import Cursor, Setup, VisibleImages
from nncompare.pictures import prepare

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "support"))

IS_SMOKE = "--smoke" in sys.argv
A, B = (RunConfig(channels=width, epochs=1 if IS_SMOKE else 3) for width in ((1, 2) if IS_SMOKE else (8, 16)))
DATASET: DatasetName = "synthetic-digits" if IS_SMOKE else "mnist"
TRAIN_IMAGES = 1_000 if IS_SMOKE else None
FLOORS: dict[DatasetName, float] = {
    "mnist": 0.98,
    "fashion-mnist": 0.87,
    "synthetic-digits": 0.95,
    "synthetic-fashion": 0.95,
}
FIRST_POINT_SECONDS = 2.0
SHOWN_SHARE = 0.01
ACCUMULATION_BUDGET = 10 * 2**20  # small enough that 1,024 images do not fit at once
ACCUMULATION_POINTS = 0.005
SHEETS = 50 if IS_SMOKE else 1_000
PREPARED_POINTS, AS_DRAWN = 0.015, 0.6


@dataclass(frozen=True)
class Check:
    """One promise: what was measured, against what, and whether it holds."""

    name: str
    measured: str
    wanted: str
    holds: bool


def main() -> None:
    """Measure everything; exit with 1 when a promise is missed."""
    missed = 0
    for check in _checks():
        missed += not check.holds
        print(
            f"{'ok  ' if check.holds else 'MISS'}  {check.name:<48} {check.measured:>24}   wanted {check.wanted}",
            flush=True,
        )
    sys.exit(1 if missed and not IS_SMOKE else 0)


def _checks() -> Iterator[Check]:
    for dataset, floor in ({DATASET: 0.0} if IS_SMOKE else FLOORS).items():
        fetch(dataset)
        result = compare(Comparison(dataset=dataset, train_images=TRAIN_IMAGES, a=A, b=B))
        for model in (result.a, result.b):
            assert model is not None
            accuracy = model.history.test_accuracy[-1]
            name = f"{CATALOG[dataset].title}, {model.config.channels} channels, 3 epochs: test accuracy"
            yield Check(name, f"{accuracy:.2%} in {model.seconds:.0f} s", f"{floor:.0%}", accuracy >= floor)
        if dataset == DATASET:
            yield from _repeatability(result)
            yield from _preparation(result)
    yield from _accumulation()
    yield _first_point()
    yield _cost_of_shown_images()


def _repeatability(first: ComparisonResult) -> Iterator[Check]:
    again = compare(first.comparison)
    yield _equal("same seed twice: losses", first, again)
    alone = compare(first.comparison.model_copy(update={"b": None}))
    yield _equal("A alone and A beside B: losses", first, alone)


def _equal(name: str, one: ComparisonResult, other: ComparisonResult) -> Check:
    same = (
        one.a.history.train.loss == other.a.history.train.loss and one.a.history.test_loss == other.a.history.test_loss
    )
    if one.b is not None and other.b is not None:
        same = same and one.b.history.train.loss == other.b.history.train.loss
    return Check(name, "equal" if same else "different", "equal to the last digit", same)


def _preparation(result: ComparisonResult) -> Iterator[Check]:
    """Draw test images large on white sheets, prepare the sheets, and ask both networks again."""
    from sheets import accuracy, network_of, sheet_of

    data, random = load(DATASET), np.random.default_rng(0)
    images, labels = data.test_images[:SHEETS], data.test_labels[:SHEETS]
    sheets = [sheet_of(image, random) for image in images]
    prepared = np.stack([prepare(sheet) for sheet in sheets])
    as_drawn = np.stack([prepare(sheet, as_drawn=True) for sheet in sheets])
    for model in result.models:
        network = network_of(model)
        original, again, unprepared = (
            accuracy(network, seen, labels, data.info) for seen in (images, prepared, as_drawn)
        )
        name = f"{model.config.channels} channels, {SHEETS:,} sheets of paper"
        wanted = f"at most {PREPARED_POINTS:.1%} below {original:.1%}"
        yield Check(f"{name}: prepared", f"{again:.1%}", wanted, again >= original - PREPARED_POINTS)
        yield Check(f"{name}: as drawn", f"{unprepared:.1%}", f"below {AS_DRAWN:.0%}", unprepared < AS_DRAWN)


def _accumulation() -> Iterator[Check]:
    """Train with large batches, at once and in the small steps that a budget makes: rounding apart, the same."""
    large = RunConfig(channels=16, batch_size=1_024, epochs=A.epochs)
    alone = Comparison(dataset=DATASET, train_images=TRAIN_IMAGES, a=large, b=None)
    whole, parts = (
        compare(alone.model_copy(update={"memory_budget": budget})).a for budget in (None, ACCUMULATION_BUDGET)
    )
    assert whole.plan is not None
    assert parts.plan is not None
    one, other = whole.history.test_accuracy[-1], parts.history.test_accuracy[-1]
    yield Check(
        f"MNIST, 1,024 at once and {parts.plan.batch_size} x {parts.plan.accumulation_steps}: test accuracy",
        f"{one:.2%} and {other:.2%}",
        f"within {ACCUMULATION_POINTS:.1%}",
        whole.plan.accumulation_steps == 1 < parts.plan.accumulation_steps and abs(one - other) <= ACCUMULATION_POINTS,
    )


def _first_point() -> Check:
    engines = EngineHolder()
    try:
        _run(engines, Comparison(dataset=DATASET, a=A, b=B, train_images=1_000))  # workers are warm after this
        running = ComparisonRun(Comparison(dataset=DATASET, train_images=TRAIN_IMAGES, a=A, b=B), engines)
        began = time.monotonic()
        running.start()
        while not all(run.history.train.loss for run in running.runs):
            time.sleep(0.005)
        seconds = time.monotonic() - began
        running.stop()
        running.wait()
    finally:
        engines.close()
    wanted = f"under {FIRST_POINT_SECONDS:g} s"
    return Check(
        "Train (warm) to the first point of both models", f"{seconds:.2f} s", wanted, seconds < FIRST_POINT_SECONDS
    )


def _run(engines: EngineHolder, comparison: Comparison, shown: VisibleImages | None = None) -> ComparisonResult:
    running = ComparisonRun(comparison, engines)
    running.show(shown)
    running.start()
    running.wait()
    return running.result()


def _cost_of_shown_images() -> Check:
    """Count the looks of one run, and measure what one costs: alternating whole runs would drown 1% in their noise."""
    import torch

    from nncompare.memory import Room, fit
    from nncompare.messages import Controls
    from nncompare.training import evaluate as look
    from nncompare.training.channel import RunChannel
    from nncompare.training.loop import train
    from nncompare.training.session import Job, Session
    from nncompare.training.tensors import TensorSplit

    torch.set_num_threads(1)
    images = load(DATASET)
    cpu = torch.device("cpu")
    mean, std = images.info.mean, images.info.std
    training = TensorSplit.of(images.train_images[:TRAIN_IMAGES], images.train_labels[:TRAIN_IMAGES], mean, std, cpu)
    test = TensorSplit.of(images.test_images, images.test_labels, mean, std, cpu)
    config = RunConfig(epochs=1)
    channel = RunChannel()
    channel.set_controls(Controls(shown=VisibleImages("test", tuple(range(100)))))
    spent = 0.0
    original = look.LivePredictor.now

    def timed(self: look.LivePredictor, epoch: float) -> None:
        nonlocal spent
        began = time.monotonic()
        original(self, epoch)
        spent += time.monotonic() - began

    look.LivePredictor.now = timed  # type: ignore[method-assign]
    began = time.monotonic()
    job = Job(Setup(config, fit(config, Room(2**30), 10_000).plan, "cpu", "float32"), 0)
    for _ in train(Session(job, training, test, channel)):
        pass
    share = spent / (time.monotonic() - began)
    looks = channel.report(Cursor()).cursor.shown
    return Check(
        "100 shown images, refreshed while training",
        f"{share:.2%}, {looks} times an epoch",
        "at most 1%",
        share <= SHOWN_SHARE,
    )


if __name__ == "__main__":
    main()
