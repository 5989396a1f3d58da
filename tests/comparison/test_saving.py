"""A comparison is saved as it goes, and what cannot be saved is told."""

import errno
import os
from pathlib import Path

import pytest
from tiny_pairs import pair

from nncompare import compare
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.state import State
from nncompare.engine.shared import EngineHolder, shared_engine
from nncompare.store import Store
from nncompare.store import files as files_module


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
    assert running.storage_note.count("is not being saved") == 1, "once for both models"
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
