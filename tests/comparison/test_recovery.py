"""After a crash: what was told is on disk, and what goes on from there ends as if nothing had happened."""

import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import psutil
import pytest
from killable_engine import folder_of
from processes import descendants, until, until_gone
from recovery import LONG, assert_none_lost, assert_same, epochs_on_disk, reopened, resume, store_at_a_crash
from tiny_pairs import pair, words

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.engine.shared import EngineHolder
from nncompare.store import RunFolder, RunRecord, StateWord, Store, StoreError

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


def epochs_told(said: Path) -> list[int]:
    """Return how many epochs of A and B the kernel has told in the newest whole line."""
    lines = said.read_text().split("\n")[:-1]
    return [int(epochs) for epochs in lines[-1].split()] if lines else [0, 0]


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
    assert max(run.seconds for run in running.runs) <= again.seconds <= running.seconds, "but for the last save"
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
    assert running.wait(90)
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
    assert running.wait(90)
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
    running = ComparisonRun(pair(a={"epochs": 100}, b={"epochs": 100}, train_images=3_000), engines, store=store)
    running.start()
    until(lambda: min(epochs_on_disk(store), default=0) >= 1, "an epoch of both")
    running.leave()
    assert running.wait(90)
    for _ in range(2):
        nobody = EngineHolder()  # which would have to be started
        again = reopened(store, nobody)
        again.leave()
        assert again.wait(90)
        assert nobody._engine is None
        nobody.close()
        assert store.summaries()[0].is_interrupted
    again = reopened(store, engines)
    again.stop()
    assert again.wait(90)
    assert not store.summaries()[0].is_interrupted
    assert {model.state for model in store.summaries()[0].models} == {"stopped"}


def test_a_killed_kernel_takes_its_engine_along_and_loses_no_epoch_that_was_told(
    engines: EngineHolder, store: Store, uninterrupted: ComparisonResult, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", KERNEL, LONG.model_dump_json()]
    said = tmp_path / "said"
    with said.open("w") as out, subprocess.Popen(command, stdout=out) as kernel:
        until(lambda: min(epochs_told(said)) >= 1 or kernel.poll() is not None, "the moment to kill")
        assert kernel.poll() is None, "it has ended before it was killed"
        others = descendants(kernel.pid)
        assert len(others) >= 3
        (folder,) = [folder_of(pid) for pid in others if "--folder" in words(psutil.Process(pid))]
        kernel.kill()
    until_gone(others)
    is_left = folder.exists()
    shutil.rmtree(folder, ignore_errors=True)
    assert not is_left, "the private folder outlives its engine"
    before = epochs_on_disk(store)
    assert_none_lost(before, epochs_told(said))
    again = reopened(store, engines)
    assert again.storage_note == ""
    assert again.state is State.PAUSED or again.a.state.is_over
    assert [run.history.epochs for run in again.runs] == before
    assert_same(resume(again), uninterrupted)


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
