import math
import threading
from dataclasses import replace
from typing import Any

import pytest
import torch
from tiny_runs import images, model_of, plan_of, run, same_weights, session_of
from torch import Tensor

from nncompare.config import RunConfig
from nncompare.events import BatchHalved, TrainPoint
from nncompare.training import shards
from nncompare.training.backends import fast
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.device import is_out_of_memory
from nncompare.training.evaluate import Predictor
from nncompare.training.loop import train
from nncompare.training.shards import Crew
from nncompare.training.step import MicroBatch, Updates

CPU_MESSAGE = (
    "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: "
    "you tried to allocate 100352000 bytes. Error code 12 (Cannot allocate memory)"
)
SETTINGS = {"dropout": 0.5, "learning_rate": 0.01, "epochs": 2}


class ShortMemory:
    """Stands before the true step: those of more than `most` images fail half-way, with their gradient half made."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, most: int, first: int = 0) -> None:
        self._step, self._most, self._first = FastNetwork.backward, most, first
        self.steps = self.failures = 0
        monkeypatch.setattr(FastNetwork, "backward", lambda *arguments: self._backward(*arguments))

    def _backward(self, network: FastNetwork, images: Tensor, *rest: Any) -> tuple[Tensor, Tensor]:
        self.steps += 1
        sums = self._step(network, images, *rest)
        if self.steps > self._first and len(images) > self._most:
            self.failures += 1
            network.parameters[0].grad = None
            raise torch.OutOfMemoryError("CUDA out of memory.")
        return sums


@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_a_run_that_was_short_of_memory_is_the_one_that_was_planned_smaller(
    optimizer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Bit for bit, with dropout: so a failed step touches neither weights nor optimiser nor random numbers."""
    data, test = images(200), images(50)
    planned, _ = run(data, test, plan=plan_of(16, 4), optimizer=optimizer, **SETTINGS)
    memory = ShortMemory(monkeypatch, most=16)
    short, events = run(data, test, plan=plan_of(64, 1), optimizer=optimizer, **SETTINGS)
    assert memory.failures == 2
    assert same_weights(planned, short)
    assert [event for event in events if isinstance(event, BatchHalved)] == [BatchHalved(0.0), BatchHalved(0.0)]


def test_what_is_not_computed_at_once_is_not_halved_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "shard_images", lambda channels: 32)
    memory = ShortMemory(monkeypatch, most=16)
    _, events = run(images(200), images(50), plan=plan_of(128), **SETTINGS)
    assert memory.failures == 1, "64 and 32 images would take as much at once as 128"
    assert len([event for event in events if isinstance(event, BatchHalved)]) == 3


def test_a_helper_that_is_short_of_memory_leaves_nothing_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bit for bit, too: half of the shards may be added up, and dropout's numbers drawn, when one of them fails."""
    monkeypatch.setattr(shards, "shard_images", lambda channels: 8)
    data, test, settings = images(200), images(50), {"plan": plan_of(16, 4), **SETTINGS}
    planned, _ = run(data, test, **settings)
    compute = fast._backward
    failed: list[int] = []

    def short(*arguments: Any) -> tuple[Tensor, Tensor]:
        if threading.current_thread().name == "nncompare-shards" and not failed:
            failed.append(threading.get_ident())
            raise RuntimeError(CPU_MESSAGE)
        return compute(*arguments)

    monkeypatch.setattr(fast, "_backward", short)
    with Crew(3) as crew:
        most = crew.threads
        session = session_of(data, test, crew=crew, **{**settings, "plan": replace(plan_of(64), threads=3)})
        events = list(train(session))
        assert (most, crew.threads) == (3, session.updates.plan.threads)
    assert len(failed) == 1
    assert session.updates.plan.batch_size == 16, "less than three threads had at once"
    assert len([event for event in events if isinstance(event, BatchHalved)]) == 2
    assert same_weights(planned, session.model)


def test_a_short_last_piece_that_fails_is_not_tried_again_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = ShortMemory(monkeypatch, most=16, first=1)
    made = Updates(model_of(), images(94), RunConfig(channels=2, dropout=0), plan_of(64), "float32")
    steps = list(made.epoch(torch.arange(94)))
    assert [step.images for step in steps if isinstance(step, MicroBatch)] == [64, 16, 14]
    assert (memory.failures, made.plan.batch_size, made.plan.accumulation_steps) == (1, 16, 4)


def test_a_failure_in_the_middle_of_an_update_keeps_what_its_other_pieces_gave(monkeypatch: pytest.MonkeyPatch) -> None:
    data = images(64)
    config = RunConfig(channels=2, dropout=0, optimizer="sgd", momentum=0, learning_rate=0.1)
    whole, short = model_of(), model_of()
    list(Updates(whole, data, config, plan_of(64), "float32").epoch(torch.arange(64)))
    memory = ShortMemory(monkeypatch, most=8, first=2)
    pieces = list(Updates(short, data, config, plan_of(16, 4), "float32").epoch(torch.arange(64)))
    assert memory.failures == 1
    assert [piece.images for piece in pieces if isinstance(piece, MicroBatch)] == [16, 16, 8, 8, 8, 8]
    for one, other in zip(whole.parameters(), short.parameters(), strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-5)


def test_every_image_is_counted_once_however_often_its_step_was_tried(monkeypatch: pytest.MonkeyPatch) -> None:
    ShortMemory(monkeypatch, most=8, first=3)
    _, events = run(images(100), images(20), plan=plan_of(32), **SETTINGS)
    points = [event for event in events if isinstance(event, TrainPoint)]
    assert points[-1].images == 200
    assert points[-1].steps == 8, "two epochs of 32 + 32 + 32 + 4 images"
    assert all(math.isfinite(point.loss) and point.accuracy <= 1 for point in points)


def test_memory_that_does_not_hold_one_image_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    memory = ShortMemory(monkeypatch, most=0)
    with pytest.raises(torch.OutOfMemoryError):
        run(images(20), images(20), plan=plan_of(8))
    assert memory.failures == 4, "with 8, 4, 2 images, and with one"


def test_another_error_is_not_taken_for_a_lack_of_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> tuple[Tensor, Tensor]:
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    monkeypatch.setattr(FastNetwork, "backward", broken)
    with pytest.raises(RuntimeError, match="shapes"):
        run(images(20), images(20), plan=plan_of(8))


def counted_predictions(monkeypatch: pytest.MonkeyPatch, most: int) -> list[int]:
    """Count the images of each shard that is predicted; more than `most` do not fit."""
    predict, sizes = fast._log_probabilities, []

    def counted(shard: Tensor, weights: list[Tensor]) -> Tensor:
        sizes.append(len(shard))
        if len(shard) > most:
            raise RuntimeError(CPU_MESSAGE)
        return predict(shard, weights)

    monkeypatch.setattr(fast, "_log_probabilities", counted)
    return sizes


def test_an_evaluation_that_was_short_of_memory_gives_the_same_predictions(monkeypatch: pytest.MonkeyPatch) -> None:
    model, data = model_of(), images(100)
    predictor = Predictor(FastNetwork(model, "float32"), 64)
    wanted = predictor.log_probabilities(data)
    sizes = counted_predictions(monkeypatch, most=20)
    torch.testing.assert_close(predictor.log_probabilities(data), wanted, atol=1e-5, rtol=1e-4)
    assert sizes == [64, 32, 16, 16, 16, 16, 16, 16, 4]


def test_an_evaluation_takes_no_more_images_at_once_than_the_training(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = counted_predictions(monkeypatch, most=100)
    run(images(40), images(100), plan=plan_of(8))
    assert max(sizes) == 8
    sizes.clear()
    ShortMemory(monkeypatch, most=4)
    run(images(40), images(100), plan=plan_of(8))
    assert max(sizes) == 4


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB."),
        RuntimeError(CPU_MESSAGE),
        RuntimeError("std::bad_alloc"),
        RuntimeError("could not create a memory object"),
        RuntimeError("could not create a primitive"),
        RuntimeError("could not execute a primitive"),
        RuntimeError("[enforce fail at alloc_cpu.cpp:114] data. DefaultCPUAllocator: not enough memory"),
        RuntimeError("can't start new thread"),
        RuntimeError("GET was unable to find an engine to execute this computation"),
        RuntimeError("CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`"),
    ],
)
def test_a_lack_of_memory_is_known_by_its_many_names(error: Exception) -> None:
    assert is_out_of_memory(error)


@pytest.mark.parametrize("error", [RuntimeError("shape mismatch"), ValueError("out of memory"), KeyError("memory")])
def test_other_errors_are_no_lack_of_memory(error: Exception) -> None:
    assert not is_out_of_memory(error)
