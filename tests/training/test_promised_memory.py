"""What a worker is promised: its share while its run is planned, then what the plan says, and nothing afterwards."""

import json
from pathlib import Path

import psutil
import pytest

from nncompare.architectures import DEFAULT
from nncompare.config import RunConfig
from nncompare.machine import cgroups
from nncompare.memory import Room, fit
from nncompare.messages import Assignment, Outcome, PredictionRequest, Setup
from nncompare.training import worker
from nncompare.training.backends import build_model

MEBIBYTE, GIBIBYTE = 2**20, 2**30
AVAILABLE = 8 * GIBIBYTE


@pytest.fixture(autouse=True)
def runtime(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Be the worker of an engine with two, on a machine on which nobody was promised anything."""
    folder = tmp_path / "runtime"
    folder.mkdir(mode=0o700)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    monkeypatch.setenv("NNCOMPARE_ENGINE_PID", "21")
    monkeypatch.setenv("NNCOMPARE_ENGINE_SLOTS", "2")
    monkeypatch.setattr(cgroups, "_OWN", tmp_path / "none")
    seen = psutil.virtual_memory()._replace(available=AVAILABLE, total=2 * AVAILABLE)
    monkeypatch.setattr(psutil, "virtual_memory", lambda: seen)
    return folder


def promised(folder: Path) -> list[int]:
    return [json.loads(file.read_text())["size"] for file in folder.rglob("*.json")]


@pytest.mark.parametrize(("slots", "share"), [("2", 0.35), ("8", 0.0875)])
def test_a_report_promises_a_share_to_who_has_asked(
    slots: str, share: float, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNCOMPARE_ENGINE_SLOTS", slots)
    first = worker.worker_info("cpu")
    assert (first.available_bytes, first.promised_bytes) == (AVAILABLE, 0)
    (size,) = promised(runtime)
    assert 0 <= size - share * AVAILABLE < 250 * MEBIBYTE, "and what a training takes beside its network"
    monkeypatch.setenv("NNCOMPARE_ENGINE_PID", "22")
    second = worker.worker_info("cpu", is_idle=False)
    assert second.promised_bytes == pytest.approx(size, rel=0.02)
    assert second.available_bytes == AVAILABLE - second.promised_bytes


def test_to_look_promises_nothing(runtime: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    worker.worker_info("cpu", is_idle=False)
    assert promised(runtime) == []
    monkeypatch.setenv("NNCOMPARE_ENGINE_SLOTS", "")  # as on a cluster
    worker.worker_info("cpu")
    assert promised(runtime) == []


@pytest.mark.parametrize("is_broken", [False, True])
def test_a_run_is_promised_what_is_planned_until_it_ends(
    is_broken: bool, runtime: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = RunConfig(channels=64, batch_size=256)
    plan = fit(config, Room(GIBIBYTE), 10_000).plan
    during: list[int] = []

    def train(*_: object) -> Outcome:
        during.extend(promised(runtime))
        if is_broken:
            raise RuntimeError
        return Outcome("finished")

    monkeypatch.setattr(worker, "_train", train)
    token = worker.worker_info("cpu").token
    setup = Setup(config, plan, "cpu", "float32")
    outcome = worker.run_training(Assignment(f"promised-{is_broken}", token, setup, "mnist", None, seed=0))
    assert outcome.state == ("failed" if is_broken else "finished")
    (size,) = during
    assert 0 < size - plan.training_bytes < 250 * MEBIBYTE
    assert promised(runtime) == []


def test_a_prediction_gives_back_what_a_run_would_have_got(runtime: Path, synthetic_digits: Path) -> None:
    worker.worker_info("cpu")
    assert promised(runtime) != []
    setup = Setup(RunConfig(channels=1), fit(RunConfig(channels=1), Room(GIBIBYTE), 10_000).plan, "cpu", "float32")
    weights = {name: tensor.numpy() for name, tensor in build_model(DEFAULT, 1, 0.0, 0).state_dict().items()}
    worker.predict(PredictionRequest(setup, weights, "synthetic-digits", "test", (0, 1)))
    assert promised(runtime) == []
