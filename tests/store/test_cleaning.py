"""What a comparison takes on the disk after its end, and what is cleaned up."""

import os
import time
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from any_records import noise, plain, record
from hypothesis import given
from hypothesis import strategies as st

from nncompare.config import Comparison
from nncompare.messages import Checkpoint
from nncompare.store import VISITOR_DAYS, RunFolder, RunRecord, Store, Stored, Summary, remove_forgotten, to_remove
from nncompare.store import files as files_module

ALONE = Comparison(b=None)


@pytest.fixture
def shelf(store: Store) -> RunFolder:
    return store.create(ALONE)


def wide(state: str, epochs: int = 2) -> RunRecord:
    """Make a record as large as that of a network of 16 channels with the two moments of Adam."""
    made = record(16, epochs, state)
    assert made.checkpoint is not None
    weights = made.checkpoint.weights.values()
    moments = {name: [noise(array.shape, seed) for array in weights] for seed, name in enumerate(("first", "second"))}
    values = vars(made.checkpoint) | {"optimizer": moments}
    return record(16, epochs, state, checkpoint=Checkpoint(**values))


def weights_bytes(made: RunRecord) -> int:
    assert made.weights is not None
    return sum(array.nbytes for array in made.weights.values())


@pytest.mark.parametrize("state", ["finished", "stopped"])
def test_after_its_end_one_state_of_a_model_is_kept_and_it_goes_on_from_that(
    state: str, store: Store, shelf: RunFolder
) -> None:
    shelf.save(0, "A", wide("running", 1))
    shelf.save(0, "A", wide("running"))
    before = store.size(shelf.id)
    ended = wide(state)
    shelf.save(0, "A", ended)
    after = store.size(shelf.id)
    assert before > 6 * weights_bytes(ended), "two states, each with two moments"
    assert 3 * weights_bytes(ended) < after < 3.5 * weights_bytes(ended), "one, with all that Continue needs"
    assert plain(store.open(shelf.id).load().runs[0, "A"]) == plain(ended), "to the last bit"


@pytest.mark.parametrize("made", [wide("running"), wide("paused"), record(state="failed", is_lost=True)])
def test_what_can_be_resumed_keeps_two_states(made: RunRecord, store: Store, shelf: RunFolder) -> None:
    for _ in range(2):
        shelf.save(0, "A", made)
    for folder in (store.home / "runs" / shelf.id / "seed-0" / "a").iterdir():
        assert (folder / "optimizer.safetensors").exists()


def test_epochs_that_are_added_are_kept_as_ever(store: Store, shelf: RunFolder) -> None:
    for state in ("running", "finished", "preparing", "running"):
        shelf.save(0, "A", record(state=state))
    place = store.home / "runs" / shelf.id / "seed-0" / "a"
    assert {folder.name: (folder / "optimizer.safetensors").exists() for folder in place.iterdir()} == {
        "000003": True,
        "000004": True,
    }


def test_of_an_ended_run_whose_state_is_damaged_the_curves_are_left(store: Store, shelf: RunFolder) -> None:
    for state in ("running", "finished"):
        shelf.save(0, "A", record(state=state))
    (store.home / "runs" / shelf.id / "seed-0" / "a" / "000002" / "weights.safetensors").write_bytes(b"damaged")
    saved = store.open(shelf.id).load()
    found = saved.runs[0, "A"]
    assert (found.state, found.weights, found.checkpoint) == ("finished", None, None)
    assert plain(found.history) == plain(record().history)
    assert found.test is not None
    assert np.array_equal(found.test.probabilities, noise((20, 10), 2), equal_nan=True)
    (note,) = saved.notes
    assert note == (
        "The weights of model A, seed 0, are lost (weights.safetensors was changed or cut off): its curves are kept, "
        "but it must be trained from the start."
    )


def test_a_full_disk_at_the_end_leaves_the_last_state(
    store: Store, shelf: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.save(0, "A", record())
    real = files_module.write_bytes

    def write(file: Path, content: bytes) -> None:
        if (store.home / "runs" / shelf.id / "seed-0" / "a" / "000002").exists():
            raise OSError(28, "No space left on device")
        real(file, content)

    monkeypatch.setattr(files_module, "write_bytes", write)
    shelf.save(0, "A", record(state="finished"))
    monkeypatch.undo()
    saved = store.open(shelf.id).load()
    assert plain(saved.runs[0, "A"]) == plain(record(state="finished"))
    assert saved.notes == ()


def test_the_size_is_that_of_all_files(store: Store, shelf: RunFolder) -> None:
    shelf.save(0, "A", record())
    folder = store.home / "runs" / shelf.id
    expected = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    assert store.size(shelf.id) == expected
    assert store.stored() == [Stored(store.summaries()[0], expected)]
    shelf.release()
    store.delete(shelf.id)
    assert store.size(shelf.id) == 0


NOW = datetime.now(UTC)
some = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 100), st.booleans()), max_size=8)


def listed(drawn: Sequence[tuple[int, int, bool]]) -> list[Stored]:
    """Make comparisons, the newest first, of so many days and bytes; some are open."""
    newest_first = enumerate(sorted(drawn, key=lambda one: one[0]))
    return [
        Stored(Summary(str(n), NOW - timedelta(days=days), ALONE, (), is_open), size)
        for n, (days, size, is_open) in newest_first
    ]


@given(some, st.integers(1, 300), st.none() | st.integers(0, 300))
def test_what_goes_is_old_or_the_oldest_of_too_much(
    drawn: list[tuple[int, int, bool]], days: int, most: int | None
) -> None:
    stored = listed(drawn)
    gone = to_remove(stored, older_than=timedelta(days=days, hours=12), most_bytes=most)
    kept = [one for one in stored if one not in gone]
    assert not any(one.summary.is_open for one in gone)
    old = [one for one in stored if NOW - one.summary.created > timedelta(days=days, hours=12)]
    assert {one.summary.id for one in old if not one.summary.is_open} <= {one.summary.id for one in gone}
    room = sum(one.size_bytes for one in kept)
    closed = [one for one in kept if not one.summary.is_open]
    assert most is None or room <= most or not closed
    if most is None:
        assert all(one in old for one in gone)
    else:
        spared = [one for one in gone if one not in old]
        assert all(mine.summary.created <= theirs.summary.created for mine in spared for theirs in closed), (
            "the oldest go first"
        )
        if spared:  # none of them goes for nothing
            assert room + spared[-1].size_bytes > most


def test_without_a_bound_nothing_goes() -> None:
    assert to_remove(listed([(400, 10, False), (0, 10**9, False)])) == []


def visitor(home: Path, number: str, days: float) -> Path:
    """Make what a visitor has saved, and has not looked at for so many days."""
    store = Store(home / "visitors" / number)
    store.create(ALONE).release()
    then = time.time() - days * 24 * 60 * 60
    for folder in (store.home, store.home / "runs", store.home / "locks"):
        os.utime(folder, (then, then))
    return store.home


def test_what_visitors_have_saved_ends_with_their_cookies(tmp_path: Path) -> None:
    gone, stays = visitor(tmp_path, "0" * 32, VISITOR_DAYS + 1), visitor(tmp_path, "1" * 32, VISITOR_DAYS - 1)
    other = visitor(tmp_path, "notes", VISITOR_DAYS + 1)
    remove_forgotten(tmp_path)
    assert not gone.exists()
    assert Store(stays).summaries()
    assert other.exists(), "it is no visitor's"
    assert sorted(folder.name for folder in (tmp_path / "visitors").iterdir()) == ["1" * 32, "notes"]
    remove_forgotten(tmp_path / "nothing here")


def test_who_comes_back_keeps_what_was_saved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_HOME", str(tmp_path))
    monkeypatch.setenv("HTTP_X_NNCOMPARE_SESSION", "2" * 32)
    visitor(tmp_path, "2" * 32, VISITOR_DAYS + 1)
    store = Store.of_session()
    remove_forgotten(tmp_path)
    assert store.summaries()
