"""A network that only its own entry describes is planned, trained, suspended, resumed and predicted by autograd."""

import numpy as np
import pytest
import torch
from tiny_runs import images, run, same_weights, session_of
from torch import nn

from nncompare import architectures
from nncompare.architectures import Architecture, Layer
from nncompare.config import RunConfig
from nncompare.data import CATALOG, ImageData
from nncompare.events import EpochEnd
from nncompare.memory import Room, fit
from nncompare.memory.footprint import shard_images
from nncompare.messages import Assignment, PredictionRequest, Setup
from nncompare.training import worker
from nncompare.training.backends.plain import PlainNetwork
from nncompare.training.loop import train


class TwoLayers(Architecture):
    """A linear layer, a skip connection around another one, and the scores."""

    name, title = "two-layers", "Two layers"

    def layers(self, channels: int, classes: int = 10, image: tuple[int, int, int] = (1, 28, 28)) -> list[Layer]:
        pixels = int(np.prod(image))
        return [
            Layer("Image", image, 0),
            Layer("Linear 1", (channels,), pixels * channels + channels, channels),
            Layer("Linear 2", (channels,), channels * channels + channels, channels),
            Layer("Linear", (classes,), channels * classes + classes),
        ]

    def build(
        self, channels: int, dropout: float, classes: int = 10, image: tuple[int, int, int] = (1, 28, 28)
    ) -> nn.Sequential:
        pixels = int(np.prod(image))
        body = nn.Sequential(nn.Flatten(), nn.Linear(pixels, channels), nn.ReLU(), Skip(channels))
        return nn.Sequential(body, nn.Linear(channels, classes))


class Skip(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.inner = nn.Linear(channels, channels)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        return features + self.inner(features).relu()


@pytest.fixture(autouse=True)
def two_layers(monkeypatch: pytest.MonkeyPatch) -> Architecture:
    architecture = TwoLayers()
    monkeypatch.setattr(architectures, "of", lambda config: architecture)
    return architecture


SETTINGS = {"channels": 20, "learning_rate": 0.01}


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_it_learns_by_autograd(precision: str) -> None:
    session = session_of(images(400), images(100, seed=1), precision=precision, epochs=6, **SETTINGS)
    ends = [event for event in train(session) if isinstance(event, EpochEnd)]
    assert isinstance(session.updates.network, PlainNetwork)
    assert ends[-1].train_loss < 0.5 * ends[0].train_loss
    assert ends[-1].test_accuracy > 0.9


def test_it_goes_on_from_its_checkpoint_to_the_same_weights() -> None:
    data, test = images(205), images(50)
    whole, _ = run(data, test, epochs=2, **SETTINGS)
    first = session_of(data, test, epochs=1, **SETTINGS)
    list(train(first))
    second = session_of(data, test, epochs=2, start=first.checkpoint(), **SETTINGS)
    list(train(second))
    assert same_weights(second.model, whole)


def test_its_memory_follows_from_its_layers(two_layers: Architecture) -> None:
    plan = fit(RunConfig(channels=256, batch_size=1_024), Room(10**8), 10_000).plan
    copies, activations = 4 * 8 * two_layers.parameter_count(256), 2 * 256
    assert (plan.channels, plan.batch_size) == (256, 1_024)
    of_image = activations * (4 + 2 * 4 + 8) + 256 * 4 * 3 // 2
    assert plan.training_bytes == copies + 1_024 * (4 + 1) * 28 * 28 + shard_images(256) * of_image


def test_a_worker_trains_it_and_predicts_with_it(monkeypatch: pytest.MonkeyPatch) -> None:
    arrays = images(100).images.squeeze(1).numpy(), images(100).labels.numpy().astype(np.uint8)
    data = ImageData(CATALOG["mnist"], *arrays, *arrays)
    monkeypatch.setattr(worker, "fetched", lambda name: data)
    config = RunConfig(**{**SETTINGS, "epochs": 1})
    setup = Setup(config, fit(config, Room(10**9), 10_000).plan, "cpu", "float32")
    token = worker.worker_info("cpu").token
    outcome = worker.run_training(Assignment("two-layers", token, setup, "mnist", None, seed=0))
    assert outcome.state == "finished", outcome.message
    assert outcome.weights is not None
    request = PredictionRequest(setup, outcome.weights, "mnist", "test", (0, 1, 2))
    assert worker.predict(request).sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
