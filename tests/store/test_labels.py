"""Names and notes of saved models: kept beside what was trained, which they never harm."""

import shutil
from pathlib import Path

import pytest
from any_records import plain, record

from nncompare.config import Comparison
from nncompare.lessons import GuessedLesson, built_in_lessons
from nncompare.store import LONGEST_NAME, Label, Labels, RunFolder, Store, StoreError
from nncompare.store import files as files_module

FIRST_STORE = Path(__file__).parent / "written_by_first_store"
DROPOUT = GuessedLesson(lesson=built_in_lessons()["dropout"], guess=8.0)
WIDE, NARROW = Label(name="wide <b>", note="for lesson 3, “ä”"), Label(name="narrow")


@pytest.fixture
def shelf(store: Store) -> RunFolder:
    made = store.create(Comparison(dataset="synthetic-digits"))
    made.save(0, "A", record())
    return made


def labels_of(store: Store) -> Labels:
    (summary,) = store.summaries()
    return summary.labels


def test_a_model_has_no_label_until_it_gets_one(store: Store, shelf: RunFolder) -> None:
    assert labels_of(store).of("A") == Label()
    store.label(shelf.id, "A", WIDE)
    store.label(shelf.id, "B", NARROW)
    store.label(shelf.id, "A", Label(name=" wider "))
    assert (labels_of(store).of("A"), labels_of(store).of("B")) == (Label(name="wider"), NARROW)
    assert len(list((store.home / "runs" / shelf.id / "labels").iterdir())) == 1


def test_a_comparison_may_have_a_name_from_the_start(store: Store) -> None:
    named = store.create(Comparison(dataset="synthetic-digits"), DROPOUT)
    assert labels_of(store).of("A") == labels_of(store).of("B") == Label(name="Dropout and overfitting")
    named.save(0, "A", record())
    store.label(named.id, "A", WIDE)
    assert (labels_of(store).of("A"), labels_of(store).of("B").name) == (WIDE, "Dropout and overfitting")


def test_a_comparison_is_saved_where_its_name_cannot_be(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise StoreError("The disk is full.")

    monkeypatch.setattr("nncompare.store.labels.write_folder", fail)
    store.create(Comparison(dataset="synthetic-digits"), DROPOUT).save(0, "A", record())
    assert labels_of(store) == Labels()


def test_what_was_trained_is_as_it_was_and_can_be_saved_further(store: Store, shelf: RunFolder) -> None:
    before = plain(store.open(shelf.id).load().runs)
    store.label(shelf.id, "A", WIDE)
    assert plain(store.open(shelf.id).load().runs) == before
    shelf.save(0, "A", record(epochs=2))
    shelf.release()
    opened = store.open(shelf.id)
    opened.load()
    store.label(shelf.id, "A", NARROW)
    opened.hold()
    opened.release()


def test_comparisons_of_the_first_store_can_be_labelled(tmp_path: Path) -> None:
    store = Store(shutil.copytree(FIRST_STORE, tmp_path / "old"))
    (id_,) = (summary.id for summary in store.summaries())
    before = plain(store.open(id_).load().runs)
    store.label(id_, "A", WIDE)
    assert labels_of(store).of("A") == WIDE
    assert plain(store.open(id_).load().runs) == before


def test_damaged_labels_are_left_out_and_replaced(store: Store, shelf: RunFolder) -> None:
    store.label(shelf.id, "A", WIDE)
    (version,) = (store.home / "runs" / shelf.id / "labels").iterdir()
    for junk in (b"", b"{", b"[]", b'{"models": {"A": {"name": 3}}}'):
        (version / "labels.json").write_bytes(junk)
        assert labels_of(store) == Labels()
    store.label(shelf.id, "B", NARROW)
    assert labels_of(store).of("B") == NARROW


def test_where_nothing_can_be_written_the_old_label_stays(
    store: Store, shelf: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.label(shelf.id, "A", WIDE)

    def refuse(file: Path, content: bytes) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files_module, "write_bytes", refuse)
    with pytest.raises(StoreError, match="cannot be written to"):
        store.label(shelf.id, "A", NARROW)
    assert labels_of(store).of("A") == WIDE


def test_what_is_gone_gets_no_label(store: Store, shelf: RunFolder) -> None:
    shelf.release()
    store.delete(shelf.id)
    for id_ in (shelf.id, "../x"):
        with pytest.raises(StoreError):
            store.label(id_, "A", WIDE)
    assert not (store.home / "runs" / shelf.id).exists()


def test_a_label_has_its_limits() -> None:
    Label(name="x" * LONGEST_NAME)
    with pytest.raises(ValueError, match="at most"):
        Label(name="x" * (LONGEST_NAME + 1))
