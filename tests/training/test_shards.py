"""Shards of a batch on several threads: the same to the last bit, and nothing is left behind."""

import contextlib
import gc
import threading
import weakref
from collections.abc import Iterator
from typing import Any

import pytest
import torch
from tiny_runs import images, model_of, plan_of, same_weights, session_of

from nncompare.config import Precision
from nncompare.events import EpochEnd, Event
from nncompare.memory.footprint import Footprint
from nncompare.messages import Checkpoint
from nncompare.training import shards as shards_module
from nncompare.training.backends import fast
from nncompare.training.backends.fast import FastNetwork
from nncompare.training.loop import train
from nncompare.training.session import Session
from nncompare.training.shards import Crew

THREADS = (1, 2, 3, 8)


@pytest.fixture(autouse=True)
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cut the batches of narrow networks into as many shards as those of wide ones."""
    monkeypatch.setattr(shards_module, "shard_images", lambda channels: 32)


def trained(threads: int, start: Checkpoint | None = None, **settings: Any) -> tuple[Session, list[Event]]:
    with Crew(threads) as crew:
        session = session_of(images(605), images(90, seed=1), crew=crew, start=start, **settings)
        return session, list(train(session))


def told(events: list[Event]) -> list[tuple[float, float, float]]:
    return [(e.train_loss, e.test_loss, e.test_accuracy) for e in events if isinstance(e, EpochEnd)]


@pytest.mark.parametrize("precision", ["float32", "bfloat16"])
@pytest.mark.parametrize(("batch_size", "steps"), [(64, 1), (256, 1), (64, 4), (16, 1)])
def test_any_number_of_threads_gives_the_same_weights(batch_size: int, steps: int, precision: Precision) -> None:
    settings = {"plan": plan_of(batch_size, steps, channels=3), "precision": precision, "channels": 3}
    settings |= {"dropout": 0.4, "epochs": 2, "learning_rate": 0.01, "label_smoothing": 0.1}
    runs = [trained(threads, **settings) for threads in THREADS]
    assert all(same_weights(runs[0][0].model, session.model) for session, _ in runs[1:])
    assert all(told(events) == told(runs[0][1]) for _, events in runs[1:])
    assert told(runs[0][1])[1][0] < told(runs[0][1])[0][0], "and it learns"


def test_a_run_goes_on_with_another_number_of_threads_to_the_last_bit() -> None:
    settings = {"plan": plan_of(128, 2), "dropout": 0.4}
    whole, _ = trained(1, epochs=2, **settings)
    first, _ = trained(3, epochs=1, **settings)
    second, _ = trained(2, epochs=2, start=first.checkpoint(), **settings)
    assert same_weights(whole.model, second.model)


def test_torchs_own_threads_are_switched_off_in_all_of_them() -> None:
    torch.set_num_threads(2)
    counts: set[tuple[int, int]] = set()
    meet = threading.Barrier(3)

    def compute(_: int) -> None:
        meet.wait(10)
        counts.add((threading.get_ident(), torch.get_num_threads()))

    with Crew(3) as crew:
        crew.run(iter(range(3)), 3, compute, lambda _: None)
    assert len(counts) == 3
    assert {count for _, count in counts} == {1}


def test_results_are_added_in_their_order_and_few_wait_to_be_added() -> None:
    added: list[int] = []
    is_first_done = threading.Event()
    most_ahead = 0

    def shards() -> Iterator[int]:
        nonlocal most_ahead
        for number in range(40):
            most_ahead = max(most_ahead, number + 1 - len(added))
            yield number

    def compute(number: int) -> int:
        if number == 0:
            assert is_first_done.wait(90)  # the last one that is computed, and the first one that is added
        if number == 3:
            is_first_done.set()
        return number

    with Crew(3) as crew:
        crew.run(shards(), 40, compute, added.append)
    assert added == list(range(40))
    assert most_ahead <= 4, "else each would need memory of its own"


@pytest.mark.parametrize("where", ["shard", "result", "next"])
def test_an_error_is_raised_once_nobody_computes_and_the_next_batch_works(where: str) -> None:
    at_work: list[int] = []

    def shards() -> Iterator[int]:
        yield from range(5)
        if where == "next":
            raise MemoryError

    def compute(number: int) -> int:
        at_work.append(number)
        if where == "shard" and number == 2:
            at_work.remove(number)
            raise RuntimeError("out of memory")
        at_work.remove(number)
        return number

    def add(number: int) -> None:
        if where == "result" and number == 1:
            raise RuntimeError("out of memory")

    with Crew(3) as crew:
        with pytest.raises((RuntimeError, MemoryError)):
            crew.run(shards(), 6, compute, add)
        assert at_work == []
        assert not helpers(), "who was short of memory may never be able to compute again"
        found: list[int] = []
        crew.run(iter(range(9)), 9, lambda number: number, found.append)
        assert found == list(range(9))
        assert len(helpers()) == 2
    assert not helpers()


@pytest.mark.parametrize("threads", [1, 2, 3])
def test_no_more_gradients_wait_than_the_formula_counts(threads: int) -> None:
    """Where one shard in the middle takes longer than all that may be begun meanwhile."""
    others_done = threading.Event()
    done: list[None] = []
    footprint = Footprint(0, gradient_bytes=1, shard_images=8)
    batch, labels = images(160).batch(torch.arange(160))
    with Crew(threads) as crew:
        network = FastNetwork(model_of(3), "float32", crew=crew)
        network.shard_images, compute = 8, fast._backward

        def slow(*arguments: Any) -> Any:
            if arguments[0].data_ptr() == batch[16].data_ptr() and threads > 1:
                assert others_done.wait(90)
            result = compute(*arguments)
            done.append(None)
            if len(done) == threads + 2:  # the two before it, and as many as may be begun meanwhile
                others_done.set()
            return result

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fast, "_backward", slow)
            network.backward(batch, labels, 160)
    assert len(network._spare) == footprint.total(160, threads)


def helpers() -> set[threading.Thread]:
    return {thread for thread in threading.enumerate() if thread.name == "nncompare-shards"}


@pytest.mark.parametrize("threads", [1, 3])
def test_what_a_failed_shard_held_is_released_with_the_error(threads: int) -> None:
    class Held:
        pass

    kept: list[weakref.ref[Held]] = []

    def compute(_: int) -> None:
        held = Held()
        kept.append(weakref.ref(held))
        raise MemoryError

    gc.disable()
    try:
        with Crew(threads) as crew, contextlib.suppress(MemoryError):
            crew.run(iter(range(3)), 3, compute, lambda _: None)
        assert kept
        assert all(held() is None for held in kept)
    finally:
        gc.enable()


def test_a_batch_that_is_no_multiple_of_a_shard_is_seen_whole() -> None:
    session, events = trained(2, plan=plan_of(35))
    assert session.metrics.epochs == 1
    assert told(events)


def test_gradients_of_shards_are_used_again(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[int] = []
    true_views = FastNetwork._views

    def views(network: FastNetwork, vector: torch.Tensor) -> list[torch.Tensor]:
        made.append(len(vector))
        return true_views(network, vector)

    monkeypatch.setattr(FastNetwork, "_views", views)
    with Crew(2) as crew:
        session = session_of(images(640), images(20), crew=crew, plan=plan_of(128))
        list(train(session))
    assert len(made) <= 2 + 1 + 3, "the weights as they are and as converted, their gradient, and those on their way"
