"""Trainings of a moment: few images, narrow networks."""

from typing import Any

import numpy as np
import torch
from torch import nn

from nncompare.architectures import DEFAULT
from nncompare.config import Precision, RunConfig
from nncompare.events import Event
from nncompare.memory import Plan
from nncompare.messages import Checkpoint, Setup
from nncompare.training.backends import build_model
from nncompare.training.channel import RunChannel
from nncompare.training.loop import train
from nncompare.training.session import Job, Session
from nncompare.training.shards import Crew
from nncompare.training.tensors import TensorSplit


def plan_of(batch_size: int, steps: int = 1, channels: int = 2) -> Plan:
    return Plan(batch_size, steps, batch_size * steps, channels)


def images(count: int, seed: int = 0) -> TensorSplit:
    """Draw noise with a bright row at a height that tells the class."""
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 10).astype(np.uint8)
    pixels = rng.integers(0, 60, (count, 28, 28), dtype=np.uint8)
    pixels[np.arange(count), 2 * labels + 3] = 255
    return TensorSplit.of(pixels, labels, 0.15, 0.2, torch.device("cpu"))


def model_of(channels: int = 2, dropout: float = 0.0, seed: int = 0) -> nn.Sequential:
    return build_model(DEFAULT, channels, dropout, seed)


def session_of(
    training: TensorSplit,
    test: TensorSplit,
    channel: RunChannel | None = None,
    *,
    plan: Plan | None = None,
    model: nn.Module | None = None,
    seed: int = 0,
    precision: Precision = "float32",
    start: Checkpoint | None = None,
    suspend_seconds: float = 60.0,
    crew: Crew | None = None,
    **settings: Any,
) -> Session:
    """Begin a training; with `model`, from its weights."""
    config = RunConfig(**{"channels": 2, "epochs": 1, "batch_size": 16, "dropout": 0.0, **settings})
    plan = plan or plan_of(config.batch_size, channels=config.channels)
    session = Session(
        Job(Setup(config, plan, "cpu", precision), seed, suspend_seconds),
        training,
        test,
        channel or RunChannel(),
        start,
        crew,
    )
    if model is not None:
        session.model.load_state_dict(model.state_dict())
        session.updates.good_weights.keep()
    return session


def run(
    training: TensorSplit, test: TensorSplit, channel: RunChannel | None = None, **settings: Any
) -> tuple[nn.Module, list[Event]]:
    """Train from start to end; give the model and all events."""
    session = session_of(training, test, channel, **settings)
    events = list(train(session))
    return session.model, events


def same_weights(one: nn.Module, other: nn.Module) -> bool:
    pairs = zip(one.parameters(), other.parameters(), strict=True)
    return all(torch.equal(a, b) for a, b in pairs)
