"""What is kept of every epoch: rounded without another answer, whole or not at all, and gone with the run."""

import errno
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from any_records import plain, record
from damage import DAMAGE, damage_flip
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from nncompare.config import Comparison
from nncompare.history import PER_EPOCH, History
from nncompare.messages import Prediction
from nncompare.store import RunFolder, Store, StoreError, ended_epochs, to_half
from nncompare.store import files as files_module
from nncompare.store.epochs import Half
from nncompare.store.files import CHECKSUMS, _checksums
from nncompare.store.tables import write_table

PAIR = Comparison(dataset="synthetic-digits")
tables = arrays.arrays(np.float32, (4, 10), elements=st.floats(0, 1, width=32))


def table(seed: int, images: int = 50) -> Half:
    scores = np.exp(np.random.default_rng(seed).normal(size=(images, 10)))
    return to_half(np.asarray(scores / scores.sum(axis=1, keepdims=True), np.float32))


def place(store: Store, shelf: RunFolder, epoch: int = 2) -> Path:
    return store.home / "runs" / shelf.id / "seed-0" / "a-epochs" / f"{epoch:06d}"


@given(tables, st.sampled_from([1, 1e-3, 1e-7]))
@settings(max_examples=examples(500))
def test_rounding_changes_no_answer_and_hardly_a_probability(made: np.ndarray, scale: float) -> None:
    exact = np.asarray(made * np.float32(scale), np.float32)
    half = to_half(exact)
    assert half.dtype == np.float16
    assert half.argmax(axis=1).tolist() == exact.argmax(axis=1).tolist()
    assert np.abs(half.astype(np.float64) - exact).max() <= 2**-10
    assert half.min() >= 0
    assert half.max() <= 1


def test_of_probabilities_that_become_equal_the_one_ahead_stays_ahead() -> None:
    exact = np.full((3, 10), 1e-9, np.float32)
    exact[0, [3, 7]] = 0.49999, 0.50001  # the later one by less than 16 bits can tell
    exact[1, [3, 7]] = 0.50001, 0.49999
    exact[2, [3, 7]] = 0.5, 0.5
    assert exact.astype(np.float16).argmax(axis=1).tolist() == [3, 3, 3]
    assert to_half(exact).argmax(axis=1).tolist() == exact.argmax(axis=1).tolist() == [7, 3, 3]


def test_an_epoch_comes_back_as_it_was_written(store: Store, shelf: RunFolder) -> None:
    for epoch in (1, 2, 10):
        shelf.save_epoch(0, "A", epoch, table(epoch))
    shelf.save_epoch(0, "A", 2, table(99))
    again = store.open(shelf.id)
    assert again.epochs(0, "A") == {1, 2, 10}
    assert again.epochs(0, "B") == set()
    assert again.load_epoch(0, "A", 3) is None
    for epoch, seed in ((1, 1), (2, 99), (10, 10)):
        assert plain(again.load_epoch(0, "A", epoch)) == plain(table(seed))


def test_an_epoch_of_ten_thousand_images_takes_a_fifth_of_a_megabyte_and_counts(store: Store, shelf: RunFolder) -> None:
    shelf.save(0, "A", record())
    before = store.size(shelf.id)
    shelf.save_epoch(0, "A", 1, table(1, 10_000))
    assert 200_000 < store.size(shelf.id) - before < 201_000
    shelf.release()
    store.delete(shelf.id)
    assert list(store.home.glob("runs/*")) == []


def test_checkpoints_and_their_cleaning_leave_the_epochs_alone(store: Store, shelf: RunFolder) -> None:
    for epoch in range(1, 5):
        shelf.save_epoch(0, "A", epoch, table(epoch))
        shelf.save(0, "A", record(epochs=epoch, state="finished" if epoch == 4 else "running"))
    assert shelf.epochs(0, "A") == {1, 2, 3, 4}
    saved = store.open(shelf.id).load()
    assert plain(saved.runs[0, "A"]) == plain(record(epochs=4, state="finished"))
    assert saved.notes == ()


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", ["epoch.npy", CHECKSUMS])
def test_a_damaged_epoch_is_not_kept_and_nothing_else_is_lost(
    store: Store, shelf: RunFolder, name: str, damage
) -> None:
    for epoch in (1, 2):
        shelf.save_epoch(0, "A", epoch, table(epoch))
    damage(place(store, shelf) / name)
    again = store.open(shelf.id)
    assert again.load_epoch(0, "A", 2) is None
    assert plain(again.load_epoch(0, "A", 1)) == plain(table(1))
    assert again.load().notes == ()
    shelf.save_epoch(0, "A", 2, table(2))
    assert plain(again.load_epoch(0, "A", 2)) == plain(table(2))


@pytest.mark.parametrize(
    "made",
    [np.full((3, 10), np.nan), np.full((3, 10), 2), np.full((3, 10), -0.5), np.zeros((3, 9)), np.zeros(10)],
    ids=["no numbers", "too large", "negative", "too few classes", "no table"],
)
def test_what_is_no_probabilities_is_not_taken_though_its_checksum_fits(
    store: Store, shelf: RunFolder, made: np.ndarray
) -> None:
    shelf.save_epoch(0, "A", 2, table(2))
    files = {"epoch.npy": write_table(made.astype(np.float16))}
    for name, content in {**files, CHECKSUMS: _checksums(files)}.items():
        (place(store, shelf) / name).write_bytes(content)
    assert shelf.load_epoch(0, "A", 2) is None


@pytest.mark.parametrize("crash_at", range(3))
def test_an_epoch_is_there_whole_or_not_at_all(
    store: Store, shelf: RunFolder, crash_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.save_epoch(0, "A", 1, table(1))
    real, left = files_module.write_bytes, iter(range(crash_at))

    def write(file: Path, content: bytes) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt  # no OSError: nothing tidies up
        real(file, content)

    monkeypatch.setattr(files_module, "write_bytes", write)
    if crash_at < 2:
        with pytest.raises(KeyboardInterrupt):
            shelf.save_epoch(0, "A", 2, table(2))
    else:
        shelf.save_epoch(0, "A", 2, table(2))
    monkeypatch.undo()
    assert shelf.epochs(0, "A") == ({1, 2} if crash_at == 2 else {1})
    assert plain(shelf.load_epoch(0, "A", 1)) == plain(table(1))
    shelf.save_epoch(0, "A", 3, table(3))
    names = {folder.name for folder in place(store, shelf).parent.iterdir()}
    assert names == {f"{epoch:06d}" for epoch in shelf.epochs(0, "A")}, "what a crash has left is gone"


def test_a_full_disk_is_told(store: Store, shelf: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.save_epoch(0, "A", 1, table(1))

    def fail(file: Path, content: bytes) -> None:
        file.write_bytes(content[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files_module, "write_bytes", fail)
    with pytest.raises(StoreError, match="No space left"):
        shelf.save_epoch(0, "A", 2, table(2))
    monkeypatch.undo()
    assert shelf.epochs(0, "A") == {1}


def test_only_who_holds_the_run_may_write_and_everybody_may_read(store: Store, shelf: RunFolder) -> None:
    shelf.save_epoch(0, "A", 1, table(1))
    theirs = Store(store.home).open(shelf.id)
    with pytest.raises(StoreError, match="not held"):
        theirs.save_epoch(0, "A", 2, table(2))
    assert theirs.load_epoch(0, "A", 1) is not None


def test_of_a_record_the_ends_of_its_epochs_are_taken() -> None:
    def after(epoch: float) -> Prediction:
        return Prediction(epoch, np.full((1, 10), epoch, np.float32))

    columns: Any = {name: [0.5, 0.5] for name in PER_EPOCH}
    made = record(history=History(**columns), test=after(2.0), earlier=(after(0.5), after(1.0), after(3.0)))
    found = ended_epochs(made)
    assert {epoch: table[0, 0] for epoch, table in found.items()} == {1: 1.0, 2: 2.0}, "3 has not ended"
    assert ended_epochs(record(epochs=2, test=after(1.5))) == {}


def test_a_store_without_epochs_opens_as_ever(store: Store, shelf: RunFolder) -> None:
    shelf.save(0, "A", record())
    assert shelf.epochs(0, "A") == set()
    damage_flip(place(store, shelf).parents[1] / "a" / "000001" / "test.npy")
    assert store.open(shelf.id).load().runs == {}
