"""On a real graphics card, where there is one: the same logic as elsewhere, on the device."""

from collections.abc import Iterator

import numpy as np
import pytest
import torch
from tiny_runs import images, plan_of, session_of

from nncompare.engine.tasks import worker_info
from nncompare.events import BatchHalved, Finished
from nncompare.inspection import Inquiry, NetworkState
from nncompare.training.device import choose_device, device_memory, random_state, set_random_state
from nncompare.training.inspection import inspect
from nncompare.training.loop import train
from nncompare.training.tensors import TensorSplit

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")

GIBIBYTE = 2**30


@pytest.fixture
def little_memory() -> Iterator[None]:
    """Let torch have one GiB of the card, and no more."""
    total = torch.cuda.get_device_properties(0).total_memory
    torch.cuda.empty_cache()
    torch.cuda.set_per_process_memory_fraction(GIBIBYTE / total)
    yield
    torch.cuda.set_per_process_memory_fraction(1.0)


def on_card(split: TensorSplit) -> TensorSplit:
    return TensorSplit(split.images.cuda(), split.labels.cuda(), split.mean, split.std)


def test_auto_takes_the_card_by_its_number() -> None:
    assert choose_device("auto") == choose_device("cuda") == torch.device("cuda:0")
    report = worker_info("auto")
    assert report.device == "cuda:0"
    assert report.devices["cuda:0"] == torch.cuda.get_device_name(0)
    assert 0 < report.available_bytes <= report.physical_bytes == device_memory(torch.device("cuda:0")).total_bytes


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
def test_a_network_learns_on_the_card(precision: str) -> None:
    data = on_card(images(600))
    test = on_card(images(200, seed=1))
    session = session_of(data, test, precision=precision, epochs=6, learning_rate=0.01, channels=4)
    events = list(train(session))
    assert isinstance(events[-1], Finished)
    assert session.metrics.epochs == 6
    assert next(session.model.parameters()).is_cuda


def test_a_card_that_refuses_memory_makes_the_steps_smaller(little_memory: None) -> None:
    data = on_card(images(8_192))
    session = session_of(data, on_card(images(100)), plan=plan_of(8_192, channels=64), channels=64)
    events = list(train(session))
    assert isinstance(events[0], BatchHalved)
    assert isinstance(events[-1], Finished)
    assert session.updates.plan.effective_batch_size == 8_192


def test_the_random_state_of_the_card_can_be_set_back() -> None:
    device = torch.device("cuda:0")
    state = random_state(device)
    first = torch.rand(5, device=device)
    set_random_state(device, state)
    assert torch.equal(torch.rand(5, device=device), first)


def test_a_run_goes_on_from_a_checkpoint_on_the_card() -> None:
    data, test = on_card(images(200)), on_card(images(50))
    first = session_of(data, test, epochs=1, dropout=0.5)
    list(train(first))
    second = session_of(data, test, epochs=2, dropout=0.5, start=first.checkpoint())
    assert isinstance(list(train(second))[-1], Finished)
    assert second.metrics.epochs == 2


def test_a_network_can_be_looked_into_on_the_card() -> None:
    session = session_of(on_card(images(200)), on_card(images(50)))
    weights = {name: tensor.cpu().numpy() for name, tensor in session.model.state_dict().items()}
    networks = (NetworkState("A", session.job.setup, weights, 0.0),)
    picture = np.random.default_rng(0).integers(0, 256, (1, 28, 28), dtype=np.uint8)
    inquiry = Inquiry(networks, "mnist", picture, "inside", target=3)
    before = random_state(torch.device("cuda:0"))
    (there,), (here,) = (inspect(inquiry, torch.device(device)).networks for device in ("cuda:0", "cpu"))
    assert torch.equal(random_state(torch.device("cuda:0")), before)
    assert there.inside is not None
    assert here.inside is not None
    for name in ("gradient", "occlusion", "filters"):
        np.testing.assert_allclose(getattr(there.inside, name), getattr(here.inside, name), atol=0.01)
