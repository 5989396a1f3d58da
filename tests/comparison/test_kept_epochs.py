"""What the models predicted after every epoch is kept, in order, whatever happens in between."""

import errno
import os
from pathlib import Path

import numpy as np
import pytest
from any_records import record
from processes import until
from recovery import reopened, resume
from tiny_pairs import pair

from nncompare.comparison import kept_epochs
from nncompare.comparison.kept_epochs import KeptEpochs
from nncompare.comparison.past import after_epoch
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.data import load
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store, to_half
from nncompare.store import files as files_module

LONG = pair(a={"epochs": 4}, b={"epochs": 3})


def ran(comparison: Comparison, engines: EngineHolder, store: Store | None) -> ComparisonRun:
    running = ComparisonRun(comparison, engines, store=store)
    running.start()
    assert running.wait(120)
    assert running.state is State.FINISHED
    return running


def assert_all_kept(run: SeedRun, a: int, b: int) -> None:
    """Every epoch is there, and its accuracy is that of the history."""
    assert [run.epochs(name) for name in "AB"] == [list(range(1, a + 1)), list(range(1, b + 1))]
    labels = load("synthetic-digits").labels("test")
    for view in run.runs:
        assert view.history.epochs == {"A": a, "B": b}[view.name]
        for epoch, told in enumerate(view.history.test_accuracy, start=1):
            found = run.test_predictions(view.name, epoch)
            assert found is not None, (view.name, epoch)
            assert found.epoch == epoch
            right = int((found.probabilities.argmax(axis=1) == labels).sum())
            assert right == round(told * len(labels)), (view.name, epoch)


def test_every_epoch_is_kept_and_found_again_by_another_process(engines: EngineHolder, store: Store) -> None:
    running = ran(LONG, engines, store)
    assert_all_kept(running.current, 4, 3)
    again = reopened(store, engines)
    assert_all_kept(again.current, 4, 3)
    assert again.current.test_predictions("A", 5) is None
    assert again.current.test_predictions("A", 0) is None
    again.train_on(2)
    assert again.wait(120)
    assert_all_kept(again.current, 6, 5)
    assert_all_kept(reopened(store, engines).current, 6, 5)


def test_a_run_that_is_left_and_resumed_keeps_its_epochs_in_order(engines: EngineHolder, store: Store) -> None:
    running = ComparisonRun(LONG, engines, store=store)
    running.start()
    until(lambda: min(run.history.epochs for run in running.runs) >= 1, "an epoch of both")
    running.leave()
    assert running.wait(90)
    again = reopened(store, engines)
    left = {run.name: run.history.epochs for run in again.runs}
    assert_all_kept(again.current, left["A"], left["B"])
    resume(again)
    assert_all_kept(again.current, 4, 3)


def test_what_a_crash_has_left_of_an_epoch_is_not_taken_for_it(engines: EngineHolder, store: Store) -> None:
    """The epochs are written before the checkpoint that tells of them."""
    running = ran(LONG, engines, store)
    folder = store.open(running.saved_id or "")
    folder.hold()
    folder.save_epoch(0, "A", 5, to_half(np.eye(10, dtype=np.float32)))
    folder.release()
    again = reopened(store, engines)
    assert again.current.epochs("A") == [1, 2, 3, 4]
    again.train_on(1)
    assert again.wait(120)
    assert_all_kept(again.current, 5, 4)


def test_each_seed_has_epochs_of_its_own(engines: EngineHolder, store: Store) -> None:
    running = ran(pair(a={"epochs": 2}, b={"epochs": 2}, repeat=2), engines, store)
    for run in (*running.pairs, *reopened(store, engines).pairs):
        assert_all_kept(run, 2, 2)


def test_a_full_disk_keeps_the_epochs_in_memory_and_ends_no_training(
    engines: EngineHolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files_module.write_bytes

    def write(file: Path, content: bytes) -> None:
        if file.name == "epoch.npy":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, content)

    monkeypatch.setattr(files_module, "write_bytes", write)
    running = ran(LONG, engines, store)
    assert_all_kept(running.current, 4, 3)
    assert running.storage_note.startswith("The predictions of an epoch were not saved. ")
    assert "No space left on device" in running.storage_note
    monkeypatch.undo()
    again = reopened(store, engines)
    assert [again.current.epochs(name) for name in "AB"] == [[4], [3]], "the last ones are in the checkpoints"
    running.train_on(1)
    assert running.wait(120)
    assert running.storage_note == ""
    assert_all_kept(running.current, 5, 4)


def test_without_a_store_the_epochs_are_kept_in_memory(engines: EngineHolder) -> None:
    assert_all_kept(ran(LONG, engines, None).current, 4, 3)


def test_in_memory_the_last_ones_are_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    half = to_half(np.eye(10, dtype=np.float32))
    monkeypatch.setattr(kept_epochs, "MOST_BYTES", 3 * half.nbytes)
    epochs = KeptEpochs()
    for epoch in range(1, 4):
        for name in "AB":
            epochs.add((0, name), epoch, half, None)
    assert (epochs.of((0, "A")), epochs.of((0, "B"))) == ({3}, {2, 3})
    assert epochs.read((0, "A"), 1) is None
    found = epochs.read((0, "B"), 2)
    assert found is not None
    assert found.dtype == np.float32
    assert np.array_equal(found, np.eye(10))


def test_a_run_that_begins_anew_does_not_count_the_epochs_of_its_lost_weights(store: Store) -> None:
    folder = store.create(LONG)
    half = to_half(np.eye(10, dtype=np.float32))
    for epoch in (1, 2, 3):
        folder.save_epoch(0, "A", epoch, half)
    epochs = KeptEpochs()
    epochs.find(folder, {(0, "A"): record(epochs=2)})
    assert epochs.of((0, "A")) == {1, 2}
    epochs.find(folder, {(0, "A"): record(epochs=2, weights=None, checkpoint=None)})
    assert epochs.of((0, "A")) == set()


def test_what_is_trained_once_more_is_written_once_more() -> None:
    epochs, half = KeptEpochs(), to_half(np.eye(10, dtype=np.float32))
    for epoch in (1, 2, 3):
        epochs.add((0, "A"), epoch, half, None)
    epochs.add((0, "B"), 3, half, None)
    assert epochs.missing((0, "A"), record(epochs=2)).keys() == set()
    assert (epochs.of((0, "A")), epochs.of((0, "B"))) == ({1, 2}, {3})
    assert epochs.missing((0, "A"), record(epochs=0, test=None)) == {}
    assert epochs.missing((0, "A"), record(epochs=2)).keys() == {2}


def test_a_pair_as_it_was_then(engines: EngineHolder, store: Store) -> None:
    running = ran(LONG, engines, store)
    for epoch in (1, 2, 3, 4):
        then = after_epoch(running.current, epoch)
        assert then.b is not None
        done = [epoch, min(epoch, 3)]
        assert [model.epoch for model in then.models] == done
        assert [model.config.epochs for model in then.models] == done
        told = [view.history.test_accuracy[epochs - 1] for view, epochs in zip(running.runs, done, strict=True)]
        verdict = then.verdict()
        assert [verdict.accuracy_a, verdict.accuracy_b] == pytest.approx(told, abs=1e-6)
        assert all(model.seconds == model.history.epoch_seconds[round(model.epoch) - 1] for model in then.models)
    damaged = next(store.home.glob("runs/*/seed-0/a-epochs/000002/epoch.npy"))
    damaged.write_bytes(b"")
    assert [model.epoch for model in after_epoch(running.current, 2).models] == [1, 2]
    damaged.unlink()
    next(store.home.glob("runs/*/seed-0/a-epochs/000001/epoch.npy")).unlink()
    a, b = after_epoch(running.current, 2).models
    assert (a.test, b.epoch) == (None, 2)
