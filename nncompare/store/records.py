"""What is saved of a run and of a comparison: plain data, no torch."""

from dataclasses import dataclass, field
from datetime import datetime
from statistics import mean
from typing import Literal

from nncompare.config import Comparison, Precision, RunConfig
from nncompare.events import Diverged
from nncompare.history import History
from nncompare.lessons import GuessedLesson
from nncompare.memory import Plan
from nncompare.messages import Checkpoint, Prediction, Progress, Setup, Weights
from nncompare.store.labels import Labels

StateWord = Literal["idle", "preparing", "running", "pausing", "paused", "stopping", "finished", "stopped", "failed"]
ENDED = ("idle", "finished", "stopped", "failed")
"""The states in which nothing waits to go on."""


@dataclass(frozen=True)
class RunRecord:
    """One model's run at one moment: its history and its checkpoint are of the same step.

    ``state`` is a `StateWord`, "idle" for a run that will not begin because the comparison was stopped before. A run
    that ``is_lost`` failed because its worker or the engine was gone, so it can go on all the same. ``weights`` are
    those of ``checkpoint``, where there is one; ``test`` is for the whole test set. ``seconds`` is the wall clock of an
    ended run, ``pair_seconds`` that of both models of this seed, ``total_seconds`` that of the comparison, so far.
    ``earlier`` are predictions for the test set that were told since the record before; they are kept apart, by epoch.
    """

    setup: Setup
    state: str
    message: str = ""
    is_lost: bool = False
    is_refused: bool = False
    cycle_start: float = 0.0
    seconds: float = 0.0
    pair_seconds: float = 0.0
    total_seconds: float = 0.0
    progress: Progress | None = None
    history: History = field(default_factory=History)
    test: Prediction | None = None
    weights: Weights | None = None
    checkpoint: Checkpoint | None = None
    earlier: tuple[Prediction, ...] = ()

    @property
    def config(self) -> RunConfig:
        """The settings."""
        return self.setup.config

    @property
    def plan(self) -> Plan | None:
        """What memory made of the settings; None when the run never began."""
        return self.setup.plan

    @property
    def device(self) -> str:
        """Where it is computed, such as ``cpu``; empty when the run never began."""
        return self.setup.device

    @property
    def precision(self) -> Precision | None:
        """The number format of the computation; None when the run never began."""
        return self.setup.precision

    @property
    def is_interrupted(self) -> bool:
        """Whether it was under way when it was saved last."""
        return self.is_lost or self.state not in ENDED


def keys_of(comparison: Comparison) -> list[tuple[int, str]]:
    """Return seed and model ("A", "B") of every run of a comparison."""
    return [(seed, name) for seed in comparison.seeds for name in ("AB" if comparison.b is not None else "A")]


@dataclass(frozen=True)
class SavedComparison:
    """All that is kept of a comparison.

    ``runs`` are by seed and model ("A", "B"); one that has saved nothing is not in it. ``notes`` has a sentence for
    every run that was damaged. ``lesson`` is what it was trained for; None where that is nothing, or cannot be read.
    """

    id: str
    comparison: Comparison
    runs: dict[tuple[int, str], RunRecord]
    notes: tuple[str, ...] = ()
    lesson: GuessedLesson | None = None

    @property
    def is_interrupted(self) -> bool:
        """Whether any run was under way, or had its turn to come, when it was saved last."""
        found = [self.runs.get(key) for key in keys_of(self.comparison)]
        return any(record is None or record.is_interrupted for record in found)


@dataclass(frozen=True)
class ModelSummary:
    """What a list tells of one model from one seed; ``test_accuracy`` is that of its last finished epoch.

    ``state`` is None for one that has saved nothing: its turn was to come. ``seconds`` is how long it has trained,
    ``epoch_seconds`` how long an epoch took, on average.
    """

    seed: int
    name: str
    config: RunConfig
    state: StateWord | None
    is_interrupted: bool
    epochs: int
    test_accuracy: float | None
    seconds: float = 0.0
    diverged: Diverged | None = None
    epoch_seconds: float | None = None


@dataclass(frozen=True)
class Summary:
    """What a list tells of a saved comparison; where it ``is_open``, a dashboard or a shell trains it.

    ``labels`` are what users have written to its models. One that ``is_from_here`` was begun on this machine, as far as
    can be told.
    """

    id: str
    created: datetime
    comparison: Comparison
    models: tuple[ModelSummary, ...]
    is_open: bool
    labels: Labels = field(default_factory=Labels)
    is_from_here: bool = True

    @property
    def is_interrupted(self) -> bool:
        """Whether it can go on, and nobody is at it."""
        return not self.is_open and any(model.is_interrupted for model in self.models)

    @property
    def test_accuracies(self) -> dict[str, float | None]:
        """By model the mean over the seeds that have a test accuracy; None where none has."""
        known: dict[str, list[float]] = {}
        for model in self.models:
            known.setdefault(model.name, []).extend([] if model.test_accuracy is None else [model.test_accuracy])
        return {name: mean(found) if found else None for name, found in known.items()}

    @property
    def state_word(self) -> str:
        """Where the whole is, for a list: being trained, interrupted, failed, stopped or finished."""
        if self.is_open or self.is_interrupted:
            return "being trained" if self.is_open else "interrupted"
        states = {"stopped" if model.state == "idle" else model.state for model in self.models}
        return next((word for word in ("failed", "stopped") if word in states), "finished")
