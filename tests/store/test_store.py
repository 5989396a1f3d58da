"""What is saved is read again to the last bit; who may do what, and in which order things are listed."""

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, get_args

import pytest
from any_records import WORDS, curve_of, plain, record, records
from any_settings import comparisons
from examples import examples
from hypothesis import given, settings

from nncompare.config import Comparison
from nncompare.events import TrainPoint
from nncompare.figures.points import points_of
from nncompare.history import COLUMNS, History, seed_band
from nncompare.store import RunFolder, StateWord, Store, StoreError, facts
from nncompare.store import run_folder as shelf_module
from nncompare.store.content import from_files, to_files
from nncompare.store.tables import read_curve, write_curve

PAIR = Comparison(dataset="synthetic-digits")
TWO_SEEDS = Comparison(b=None, repeat=2, seed=4)


@given(records())
@settings(max_examples=examples(150))
def test_a_record_comes_back_to_the_last_bit(made) -> None:
    assert plain(from_files(to_files(made))) == plain(made)


def test_the_words_for_states_are_all_there() -> None:
    assert list(get_args(StateWord)) == WORDS


@given(comparisons)
@settings(max_examples=examples(25))
def test_a_comparison_comes_back(tmp_path_factory: pytest.TempPathFactory, comparison: Comparison) -> None:
    store = Store(tmp_path_factory.mktemp("home"))
    made = store.create(comparison)
    opened = store.open(made.id)
    assert opened.comparison == comparison
    assert opened.created == made.created
    saved = opened.load()
    assert (saved.runs, saved.notes) == ({}, ())
    assert saved.is_interrupted, "its turn was to come"


def test_all_that_was_saved_is_loaded(store: Store, shelf: RunFolder) -> None:
    made = {(0, "A"): record(), (0, "B"): record(2, state="paused", message="It waits.")}
    for (seed, name), run in made.items():
        shelf.save(seed, name, run)
    again = store.open(shelf.id)
    saved, manifest = again.load(), again.manifest
    assert plain(saved.runs) == plain(made)
    assert saved.comparison == PAIR
    assert saved.notes == ()
    assert manifest.versions == facts.versions()
    assert manifest.machine == facts.machine()
    assert datetime.now(UTC) - manifest.created < timedelta(minutes=5)


def test_the_last_two_checkpoints_are_kept(store: Store, shelf: RunFolder) -> None:
    for epochs in range(1, 6):
        shelf.save(0, "A", record(epochs=epochs))
    place = store.home / "runs" / shelf.id / "seed-0" / "a"
    assert sorted(folder.name for folder in place.iterdir()) == ["000004", "000005"]
    assert store.open(shelf.id).load().runs[0, "A"].history.epochs == 5


def test_a_list_tells_what_is_there(store: Store) -> None:
    first = store.create(TWO_SEEDS)
    first.save(4, "A", record(state="finished"))
    (summary,) = store.summaries()
    assert (summary.id, summary.comparison, summary.created) == (first.id, TWO_SEEDS, first.created)
    begun, to_come = summary.models
    assert (begun.seed, begun.name, begun.state, begun.epochs, begun.test_accuracy) == (4, "A", "finished", 2, 0.1)
    assert not begun.is_interrupted
    assert begun.epoch_seconds == record().history.epoch_seconds[-1] / 2
    assert (to_come.seed, to_come.state, to_come.epochs, to_come.test_accuracy) == (5, None, 0, None)
    assert to_come.epoch_seconds is None
    assert summary.is_from_here
    assert summary.is_open
    assert not summary.is_interrupted, "it is under way"
    first.release()
    assert store.summaries()[0].is_interrupted
    first.hold()
    first.save(5, "A", record(state="idle"))
    first.release()
    assert not store.summaries()[0].is_interrupted, "nothing is to come"


def test_a_run_that_lost_its_worker_is_interrupted_and_one_that_failed_is_not(store: Store) -> None:
    shelf = store.create(Comparison(b=None))
    shelf.save(0, "A", record(state="failed"))
    shelf.release()
    assert not store.summaries()[0].is_interrupted
    shelf.hold()
    shelf.save(0, "A", record(state="failed", is_lost=True))
    shelf.release()
    assert store.summaries()[0].is_interrupted


def test_the_order_is_that_of_beginning_also_when_the_clock_goes_backwards(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Clock(datetime):
        hours = 48

        @classmethod
        def now(cls, tz=None):
            cls.hours -= 12
            return datetime(2025, 3, 30, tzinfo=tz) + timedelta(hours=cls.hours)

    monkeypatch.setattr(shelf_module, "datetime", Clock)
    ids = [store.create(PAIR).id for _ in range(4)]
    listed = store.summaries()
    assert [summary.id for summary in listed] == ids[::-1]
    assert store.summaries(most=2) == listed[:2]
    assert [s.created for s in listed] == sorted(s.created for s in listed), "the clock went backwards"
    shelf = store.open(ids[0])
    assert shelf.created == listed[-1].created


def test_two_programs_on_one_store(store: Store, shelf: RunFolder) -> None:
    shelf.save(0, "A", record())
    other = Store(store.home)
    (summary,) = other.summaries()
    assert summary.is_open
    theirs = other.open(shelf.id)
    assert plain(theirs.load().runs[0, "A"]) == plain(record()), "to look at it is allowed"
    with pytest.raises(StoreError, match="open elsewhere"):
        theirs.hold()
    with pytest.raises(StoreError, match="not held"):
        theirs.save(0, "A", record())
    with pytest.raises(StoreError, match="open elsewhere"):
        other.delete(shelf.id)
    shelf.release()
    theirs.hold()
    theirs.save(0, "A", record(epochs=3))
    theirs.release()
    with pytest.raises(StoreError, match="changed elsewhere"):
        shelf.hold()
    other.delete(shelf.id)
    assert store.summaries() == []
    with pytest.raises(StoreError, match="may have been deleted"):
        store.open(shelf.id)
    with pytest.raises(StoreError, match="deleted or changed"):
        theirs.hold()


def test_a_killed_process_holds_nothing(store: Store) -> None:
    script = (
        "import sys, os, signal\n"
        "from nncompare.config import Comparison\n"
        "from nncompare.store import Store\n"
        "shelf = Store(sys.argv[1]).create(Comparison())\n"
        "print(shelf.id, flush=True)\n"
        "signal.pause()\n"
    )
    with subprocess.Popen([sys.executable, "-c", script, store.home], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        id_ = process.stdout.readline().strip()
        assert store.summaries()[0].is_open
        with pytest.raises(StoreError, match="open elsewhere"):
            store.delete(id_)
        process.kill()
    (summary,) = store.summaries()
    assert summary.is_interrupted
    store.open(id_).hold()


def test_what_a_crash_left_half_written_is_not_seen_and_goes_away(store: Store, shelf: RunFolder) -> None:
    shelf.save(0, "A", record())
    place = store.home / "runs" / shelf.id / "seed-0" / "a"
    (place / ".new-0123").mkdir()
    (place / ".new-0123" / "state.json").write_text("{")
    (store.home / "runs" / ".new-4567").mkdir()
    assert plain(store.open(shelf.id).load().runs[0, "A"]) == plain(record())
    shelf.save(0, "A", record())
    assert sorted(folder.name for folder in place.iterdir()) == ["000001", "000002"]
    store.create(PAIR)
    assert not (store.home / "runs" / ".new-4567").exists()


@pytest.mark.parametrize(
    "name", ["", "..", "../..", "000001-0123456z", "/etc", "000001-01234567/..", "1-01234567\n", "é"]
)
def test_a_name_that_is_none_leads_nowhere(store: Store, name: str) -> None:
    for use in (store.open, store.delete):
        with pytest.raises(StoreError, match="not the name of a saved comparison"):
            use(name)


def test_other_things_in_the_folder_are_left_alone(store: Store, shelf: RunFolder) -> None:
    (store.home / "runs" / "notes.txt").write_text("mine")
    assert len(store.summaries()) == 1
    assert store.unreadable() == {}
    shelf.release()
    store.delete(shelf.id)
    assert (store.home / "runs" / "notes.txt").exists()


def rewrite(folder: Path, name: str, change) -> None:
    """Change a JSON file as another version would have written it, checksums included."""
    from nncompare.store.files import CHECKSUMS, _checksums

    content = {file.name: file.read_bytes() for file in folder.iterdir() if file.is_file() and file.name != CHECKSUMS}
    content[name] = json.dumps(change(json.loads(content[name]))).encode()
    for file, data in {**content, CHECKSUMS: _checksums(content)}.items():
        (folder / file).write_bytes(data)


def as_format_1(values: dict) -> dict:
    values.pop("machine", None)
    values.pop("cycle_start", None)
    values.get("checkpoint", {}).pop("cycle_start", None)
    return {**as_format_2(values), "format": 1}


def as_format_2(values: dict) -> dict:
    if "comparison" in values:
        return {**values, "comparison": {**values["comparison"], "threads": "survivor"}, "format": 2}
    for owner in (values, values["checkpoint"]):
        owner["plan"].pop("footprint")
        owner["plan"].pop("threads")
        owner["plan"] |= {"training_bytes": 10_000, "image_bytes": 7}
    return {**values, "threads": 2, "format": 2}


def as_newer_format(values: dict) -> dict:
    return {"format": 99, "everything": ["is", "different"]}


@pytest.mark.parametrize("as_then", [as_format_1, as_format_2])
def test_what_an_older_version_wrote_opens(store: Store, shelf: RunFolder, as_then) -> None:
    shelf.save(0, "A", record())
    folder = store.home / "runs" / shelf.id
    for head in (folder, folder / "copy"):
        rewrite(head, "comparison.json", as_then)
    rewrite(folder / "seed-0" / "a" / "000001", "state.json", as_then)
    again = store.open(shelf.id)
    saved = again.load()
    assert plain(saved.runs[0, "A"]) == plain(record())
    assert saved.notes == ()
    assert (again.manifest.machine == {}) == (as_then is as_format_1)
    assert saved.comparison == PAIR


def test_what_a_newer_version_wrote_is_refused_and_left_as_it_is(store: Store, shelf: RunFolder) -> None:
    for _ in range(2):
        shelf.save(0, "A", record())
    folder = store.home / "runs" / shelf.id
    rewrite(folder / "seed-0" / "a" / "000002", "state.json", as_newer_format)
    with pytest.raises(StoreError, match="newer version of nncompare"):
        store.open(shelf.id).load()
    assert store.summaries() == []
    assert "update nncompare" in store.unreadable()[shelf.id]
    for head in (folder, folder / "copy"):
        rewrite(head, "comparison.json", as_newer_format)
    with pytest.raises(StoreError, match="format 99"):
        store.open(shelf.id)
    assert (folder / "seed-0" / "a" / "000002").is_dir()


def test_what_the_first_store_wrote_opens(tmp_path: Path) -> None:
    """The files are those of its first commit; they must stay as they are."""
    shutil.copytree(Path(__file__).with_name("written_by_first_store"), tmp_path / "home")
    store = Store(tmp_path / "home")
    (summary,) = store.summaries()
    assert store.unreadable() == {}
    assert [(model.name, model.state, model.epochs) for model in summary.models] == [
        ("A", "finished", 3),
        ("B", "running", 2),
    ]
    assert summary.is_interrupted
    saved = store.open(summary.id).load()
    assert saved.notes == ()
    assert plain(saved.runs[0, "A"]) == plain(record(epochs=3, state="finished"))
    assert plain(saved.runs[0, "B"]) == plain(record(epochs=2))


def test_a_column_that_an_older_version_did_not_measure_is_not_a_number_and_draws_no_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older = write_curve(curve_of(3))
    monkeypatch.setitem(COLUMNS, "temperature", float)
    curve = read_curve(older)
    assert plain(curve) == plain(curve_of(3)) | {"temperature": ["nan"] * 3}
    point: Any = TrainPoint(1.0, 3, 3, 1.0, 0.5, 0.5)
    vars(point)["temperature"] = 20.0
    curve.append(point)
    quantity: Any = "temperature"
    assert [column.tolist() for column in points_of(curve, quantity)] == [[1.0], [20.0]], "from now on"
    assert len(points_of(read_curve(older), quantity).x) == 0
    past = History(train=read_curve(older))
    assert seed_band([past, past]).mean.train.loss == past.train.loss
    newer = write_curve(curve)
    monkeypatch.delitem(COLUMNS, "temperature")
    assert read_curve(newer).loss == curve.loss, "nor is a column too many in the way"


def test_all_that_is_saved_is_for_this_user_alone(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        store = Store(tmp_path / "visitors" / "number")
        store.create(PAIR).save(0, "A", record())
    finally:
        os.umask(before)
    folders = [tmp_path / "visitors", *(path for path in (tmp_path / "visitors").rglob("*") if path.is_dir())]
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
