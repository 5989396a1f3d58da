"""After a crash: what was told is on disk, and what goes on from there ends as if nothing had happened."""

import contextlib
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import psutil
import pytest
from fake_engine import FakeEngine
from killable_engine import KillableEngine, folder_of
from processes import descendants, until, until_gone
from tiny_pairs import begin, finish, pair, until_both_train, words, worker_pids

from nncompare.comparison.compare import compare
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.config import Comparison
from nncompare.engine.client import Engine, LostError
from nncompare.engine.shared import EngineHolder, shared_engine
from nncompare.store import RunFolder, RunRecord, StateWord, Store, StoreError
from nncompare.store import files as files_module

LONG = pair(a={"epochs": 5}, b={"epochs": 4, "channels": 2, "optimizer": "sgd"})
KERNEL = """
import sys
from nncompare.comparison.runner import ComparisonRun
from nncompare.engine.shared import EngineHolder
from nncompare.config import Comparison
from nncompare.store import Store

running = ComparisonRun(Comparison.model_validate_json(sys.argv[1]), EngineHolder(), store=Store.default())
running.start()
told = [0, 0]
while not running.wait(0.01):
    now = [run.history.epochs for run in running.runs]
    if now != told:
        told = now
        print(*told, flush=True)
"""


@pytest.fixture
def store() -> Store:
    return Store.default()


@pytest.fixture(scope="module")
def uninterrupted(engines: EngineHolder) -> ComparisonResult:
    return finish(LONG, engines)


def reopened(store: Store, engines: EngineHolder) -> ComparisonRun:
    (summary,) = store.summaries()
    return ComparisonRun.reopen(store.open(summary.id), engines)


def resume(running: ComparisonRun) -> ComparisonResult:
    running.resume()
    assert running.wait(120)
    return running.result()


def epochs_on_disk(store: Store) -> list[int]:
    return [model.epochs for summary in store.summaries() for model in summary.models]


def assert_same(one: ComparisonResult, other: ComparisonResult) -> None:
    for mine, theirs in zip(one.models, other.models, strict=True):
        assert mine.state is theirs.state is State.FINISHED, mine.message
        assert mine.weights is not None
        assert theirs.weights is not None
        for name, array in mine.weights.items():
            assert np.array_equal(array, theirs.weights[name]), (mine.name, name)
        assert mine.history.test_accuracy == theirs.history.test_accuracy
        assert mine.history.train_loss == theirs.history.train_loss
        assert mine.history.train.images == theirs.history.train.images
        assert np.array_equal(mine.probabilities(), theirs.probabilities())


def assert_none_lost(found: list[int], told: list[int]) -> None:
    assert all(now >= then for now, then in zip(found, told, strict=True)), (found, told)


def test_the_states_are_those_of_the_store() -> None:
    assert list(get_args(StateWord)) == [state.value for state in State]


def test_what_has_finished_is_opened_as_it_was(engines: EngineHolder, store: Store) -> None:
    running = ComparisonRun(pair(), engines, store=store)
    running.start()
    assert running.wait(120)
    assert running.storage_note == ""
    again = reopened(store, engines)
    assert again.saved_id == running.saved_id
    assert again.state is State.FINISHED
    assert again.wait(0)
    assert again.seconds == pytest.approx(running.seconds, abs=1)
    assert_same(again.result(), running.result())
    assert again.result().verdict() == running.result().verdict()
    assert again.result().a.seconds == running.result().a.seconds
    assert again.a.plan == running.a.plan
    assert again.result().a.predict("train", (1, 2)).shape == (2, 10)
    again.train_on(1)
    running.train_on(1)
    assert again.wait(120)
    assert running.wait(120)
    assert_same(again.result(), running.result())
    assert epochs_on_disk(store) == [2, 2]
    notes = [running.storage_note, again.storage_note]
    assert sorted(map(bool, notes)) == [False, True], "one of them came second"
    assert "It is open elsewhere" in "".join(notes) or "changed elsewhere" in "".join(notes)


def test_an_epoch_is_told_only_when_it_is_saved(
    engines: EngineHolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[tuple[int, int]] = []
    real = RunFolder.save

    def save(folder: RunFolder, seed: int, name: str, record: RunRecord) -> None:
        run = running.a if name == "A" else running.b
        assert run is not None
        told.append((run.history.epochs, record.history.epochs))
        real(folder, seed, name, record)
        assert run.history.epochs == told[-1][0] or record.state != "running"

    monkeypatch.setattr(RunFolder, "save", save)
    running = ComparisonRun(pair(a={"epochs": 3}, b={"epochs": 3}), engines, store=store)
    running.start()
    assert running.wait(120)
    assert running.state is State.FINISHED
    assert running.storage_note == ""
    fresh = [(before, saved) for before, saved in told if saved > before]
    assert sum(saved - before for before, saved in fresh) == 6, "each epoch was saved before it was told"


def test_a_pause_is_saved_and_the_curves_go_on_where_they_were(
    engines: EngineHolder, store: Store, uninterrupted: ComparisonResult
) -> None:
    running = ComparisonRun(LONG, engines, store=store)
    running.start()
    until(lambda: all(run.history.train.images for run in running.runs), "some training")
    running.pause()
    until(lambda: running.state is State.PAUSED, "the pause")
    record = store.open(running.saved_id or "").load().runs[0, "A"]
    assert record.progress == running.a.progress
    assert record.history == running.a.history
    running.leave()
    assert running.wait(60)
    again = reopened(store, engines)
    assert again.a.history == running.a.history
    assert_same(resume(again), uninterrupted)


def test_a_page_that_is_closed_leaves_a_comparison_that_goes_on(
    engines: EngineHolder, store: Store, uninterrupted: ComparisonResult
) -> None:
    running = ComparisonRun(LONG, engines, store=store)
    running.start()
    until(lambda: running.a.history.epochs >= 1, "an epoch")
    running.leave()
    assert running.wait(60)
    (summary,) = store.summaries()
    assert summary.is_interrupted
    again = reopened(store, engines)
    assert again.state is State.PAUSED
    assert again.a.is_suspended
    assert again.a.message.startswith("This run was interrupted after epoch")
    assert again.a.weights is not None
    with pytest.raises(StoreError, match="open elsewhere"):
        reopened(Store(store.home), engines)
    assert_same(resume(again), uninterrupted)
    assert not store.summaries()[0].is_interrupted


def test_an_interrupted_comparison_that_is_only_looked_at_stays_interrupted(
    engines: EngineHolder, store: Store
) -> None:
    running = ComparisonRun(LONG, engines, store=store)
    running.start()
    until(lambda: min(epochs_on_disk(store), default=0) >= 1, "an epoch of both")
    running.leave()
    assert running.wait(60)
    for _ in range(2):
        nobody = EngineHolder()  # which would have to be started
        again = reopened(store, nobody)
        again.leave()
        assert again.wait(10)
        assert nobody._engine is None
        nobody.close()
        assert store.summaries()[0].is_interrupted
    again = reopened(store, engines)
    again.stop()
    assert again.wait(10)
    assert not store.summaries()[0].is_interrupted
    assert {model.state for model in store.summaries()[0].models} == {"stopped"}


def test_a_killed_kernel_takes_its_engine_along_and_loses_no_epoch_that_was_told(
    engines: EngineHolder, store: Store, uninterrupted: ComparisonResult
) -> None:
    command = [sys.executable, "-c", KERNEL, LONG.model_dump_json()]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as kernel:
        until(lambda: min(epochs_on_disk(store), default=0) >= 2 or kernel.poll() is not None, "the moment to kill", 60)
        assert kernel.poll() is None, "it has ended before it was killed"
        others = descendants(kernel.pid)
        assert len(others) >= 3
        (folder,) = [folder_of(pid) for pid in others if "--folder" in words(psutil.Process(pid))]
        kernel.kill()
        said, _ = kernel.communicate()
    until_gone(others)
    is_left = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    assert not is_left, "the private folder outlives its engine"
    told = [int(epochs) for epochs in said.splitlines()[-1].split()]
    assert min(told) >= 1
    before = epochs_on_disk(store)
    assert_none_lost(before, told)
    again = reopened(store, engines)
    assert again.storage_note == ""
    assert again.state is State.PAUSED or again.a.state.is_over
    assert [run.history.epochs for run in again.runs] == before
    assert_same(resume(again), uninterrupted)


def store_at_a_crash(
    comparison: Comparison, engines: EngineHolder, to: Path, is_time: Callable[[Store], object]
) -> Store:
    """Return the store as a crash at this moment would leave it; the comparison itself is stopped."""
    store = Store.default()
    running = ComparisonRun(comparison, engines, store=store)
    running.start()
    until(lambda: is_time(store), "the moment of the crash")
    crashed = Store(copied(store.home, to))
    running.stop()
    assert running.wait(60)
    return crashed


def test_a_crash_before_the_first_epoch_begins_anew(
    engines: EngineHolder, tmp_path: Path, uninterrupted: ComparisonResult
) -> None:
    again = reopened(store_at_a_crash(LONG, engines, tmp_path, Store.summaries), engines)
    assert again.state is State.PAUSED
    assert again.a.history.epochs == 0
    assert again.a.message == (
        "This run was interrupted before anything of it was saved. Resume starts from the beginning."
    )
    assert_same(resume(again), uninterrupted)


def test_seeds_that_had_not_begun_wait_for_their_turn(engines: EngineHolder, tmp_path: Path) -> None:
    comparison = pair(a={"epochs": 2}, b={"epochs": 2}, repeat=3, seed=1)
    crashed = store_at_a_crash(comparison, engines, tmp_path, lambda store: sum(epochs_on_disk(store)) >= 5)
    again = reopened(crashed, engines)
    assert len(again.begun) < 3
    result = resume(again)
    assert list(result.by_seed) == [1, 2, 3]
    for seed, one in result.by_seed.items():
        assert_same(one, finish(comparison.model_copy(update={"seed": seed, "repeat": 1}), engines))


def test_seeds_that_a_stop_has_dropped_stay_dropped(engines: EngineHolder, store: Store) -> None:
    running = ComparisonRun(pair(repeat=3, a={"epochs": 9}), engines, store=store)
    running.start()
    until(lambda: running.a.history.epochs >= 1, "an epoch")
    running.stop()
    assert running.wait(60)
    (summary,) = store.summaries()
    assert not summary.is_interrupted
    again = reopened(store, engines)
    assert again.state is State.STOPPED
    assert [one.state for one in again.pairs] == [one.state for one in running.pairs]
    assert again.pairs[2].state is State.IDLE


def test_epochs_added_to_a_seed_outlive_a_crash_before_its_turn(
    engines: EngineHolder, store: Store, tmp_path: Path
) -> None:
    running = ComparisonRun(pair(repeat=3, seed=1), engines, store=store)
    running.start()
    assert running.wait(60)
    running.train_on(6)
    until(lambda: wishes_on_disk(store, seed=3) == {("preparing", 7)}, "the wish for the third seed")
    as_at_a_crash = Store(copied(store.home, tmp_path))
    running.stop()
    assert running.wait(60)
    assert wishes_on_disk(store, seed=3) == {("finished", 1)}, "a stop takes the wish back"
    (summary,) = as_at_a_crash.summaries()
    assert summary.is_interrupted
    again = reopened(as_at_a_crash, engines)
    assert [run.config.epochs for run in again.pairs[2].runs] == [7, 7]
    assert [run.seconds for run in again.pairs[2].runs] == [run.seconds for run in running.pairs[2].runs]
    assert [run.state for run in again.pairs[2].runs] == [State.PAUSED] * 2, "Resume goes on to them"
    again.stop()
    assert again.wait(60)


def copied(home: Path, to: Path) -> Path:
    """Copy a store that somebody saves into; where a checkpoint vanishes meanwhile, once more."""
    for number in range(100):
        with contextlib.suppress(shutil.Error):
            return Path(shutil.copytree(home, to / str(number)))
    raise AssertionError("The store never held still.")


def wishes_on_disk(store: Store, seed: int) -> set[tuple[str | None, int]]:
    (summary,) = store.summaries()
    return {(model.state, model.config.epochs) for model in summary.models if model.seed == seed}


def test_a_worker_lost_before_anything_was_saved_leaves_a_comparison_that_begins_anew(
    engines: EngineHolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lose(*_: object) -> None:
        raise LostError("The worker process ended unexpectedly. Try again.")

    with monkeypatch.context() as patch:
        patch.setattr(Engine, "_describe", lose)
        running = ComparisonRun(pair(repeat=2), engines, store=store)
        running.start()
        assert running.wait(60)
    assert {run.message for run in running.runs} == {"The worker process ended unexpectedly. Try again."}
    assert store.summaries()[0].is_interrupted
    again = reopened(store, engines)
    assert (again.state, again.a.message[:24]) == (State.PAUSED, "This run was interrupted")
    result = resume(again)
    for seed in (0, 1):
        assert_same(result.by_seed[seed], finish(pair(seed=seed), engines))


def test_after_a_killed_worker_the_lost_model_goes_on(
    killable: KillableEngine, store: Store, uninterrupted: ComparisonResult
) -> None:
    engine = killable.pid
    running = ComparisonRun(LONG, killable.holder, store=store)
    running.start()
    until(lambda: min(run.history.epochs for run in running.runs) >= 1, "an epoch of both")
    os.kill(worker_pids(engine)[0], signal.SIGKILL)
    assert running.wait(60)
    assert sorted(run.state for run in running.runs) == [State.FAILED, State.FINISHED]
    assert store.summaries()[0].is_interrupted
    again = reopened(store, killable.holder)
    assert again.state is State.PAUSED
    assert_same(resume(again), uninterrupted)


def test_a_killed_engine_is_told_to_those_who_train_and_wait_and_both_models_go_on_from_another(
    killable: KillableEngine, store: Store, uninterrupted: ComparisonResult
) -> None:
    running = ComparisonRun(LONG, killable.holder, store=store)
    running.start()
    until_both_train(running)
    waiting = begin(pair(), killable.holder)
    until(lambda: waiting.position is not None, "a place in the queue")
    until(lambda: min(run.history.epochs for run in running.runs) >= 1, "an epoch of both")
    told, engine, folder = [run.history.epochs for run in running.runs], killable.pid, killable.folder
    workers = worker_pids(engine)
    os.kill(engine, signal.SIGKILL)
    assert running.wait(3), "nobody tells that the engine is gone"
    assert waiting.wait(3), "nobody tells that the engine is gone"
    for run in running.runs:
        assert run.state is State.FAILED
        assert run.message == "The connection to the workers was lost. The curves up to here are kept. Train again."
        assert run.history.train.loss != []
    assert waiting.state is State.FAILED
    assert waiting.a.message == "The engine that trains the models has ended. Train again to start a new one."
    until_gone([engine, *workers])
    again = reopened(store, killable.holder)
    assert_none_lost([run.history.epochs for run in again.runs], told)
    assert_same(resume(again), uninterrupted)
    assert killable.pid != engine
    assert not folder.exists()


def test_a_full_disk_is_told_and_the_training_goes_on(
    engines: EngineHolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files_module.write_bytes

    def write(file: Path, content: bytes) -> None:
        if "seed-0" in file.parts:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, content)

    monkeypatch.setattr(files_module, "write_bytes", write)
    running = ComparisonRun(pair(), engines, store=store)
    running.start()
    assert running.wait(120)
    assert running.state is State.FINISHED
    assert running.a.history.epochs == 1
    assert running.storage_note.startswith("This comparison is not being saved. ")
    assert "No space left on device" in running.storage_note
    monkeypatch.undo()
    running.train_on(1)
    assert running.wait(120)
    assert running.storage_note == "", "there is room again"


def test_a_disk_that_takes_one_of_both_models_is_told(
    engines: EngineHolder, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = files_module.write_bytes

    def write(file: Path, content: bytes) -> None:
        if file.parent.parent.name == "a":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, content)

    monkeypatch.setattr(files_module, "write_bytes", write)
    running = ComparisonRun(pair(b={"epochs": 3}), engines, store=store)
    running.start()
    assert running.wait(120)
    assert "No space left on device" in running.storage_note, "though B, which ended later, was saved"


def test_epochs_that_are_wanted_of_a_run_stopped_in_line_outlive_a_crash(store: Store) -> None:
    engine = FakeEngine()
    taken = engine.take(2)
    running = ComparisonRun(pair(), engine, store=store)  # type: ignore[arg-type]
    running.start()
    running.stop()
    assert running.wait(10)
    assert not store.summaries()[0].is_interrupted
    running.train_on(1)
    until(lambda: wishes_on_disk(store, seed=0) == {("preparing", 1)}, "the wish")
    assert {model.is_interrupted for model in store.summaries()[0].models} == {True}
    running.stop()
    assert running.wait(10)
    engine.give_back(taken)


def test_the_store_of_the_user_keeps_what_compare_trains(synthetic_digits: Path, home: Path) -> None:
    try:
        result = compare(pair())
    finally:
        shared_engine.leave()  # which `compare` itself never does
    (summary,) = Store(home).summaries()
    assert [model.test_accuracy for model in summary.models] == [
        model.history.test_accuracy[-1] for model in result.models
    ]
    assert not summary.is_open
