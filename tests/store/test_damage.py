"""Files that were changed, cut off or never ours, and disks that take no more: a sentence, never a traceback."""

import contextlib
import errno
import io
import json
import os
import shutil
from collections.abc import Callable
from datetime import UTC, timedelta, timezone
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import safetensors.numpy
from any_records import plain, record
from damage import DAMAGE, damage_flip
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from nncompare.config import Comparison
from nncompare.store import DamagedError, RunFolder, Store, StoreError
from nncompare.store import files as files_module
from nncompare.store.content import from_files, to_files
from nncompare.store.files import CHECKSUMS, _checksums, read_folder, write_folder
from nncompare.store.run_folder import read_manifest

ALONE = Comparison(b=None)
FILES = to_files(record())
NAMES = sorted(FILES)
HEAD = (Path(__file__).parent / "written_by_first_store/runs/000001-cf06b388/comparison.json").read_bytes()


@pytest.fixture
def shelf(store: Store) -> RunFolder:
    shelf = store.create(ALONE)
    for epochs in (1, 2):
        shelf.save(0, "A", record(epochs=epochs))
    return shelf


def newest(store: Store, shelf: RunFolder) -> Path:
    return store.home / "runs" / shelf.id / "seed-0" / "a" / "000002"


def changed(content: bytes, place: float, kind: str, junk: bytes) -> bytes:
    """Damage some bytes at a place between 0 and 1."""
    at = min(int(place * len(content)), len(content) - 1)
    match kind:
        case "flip":
            return content[:at] + bytes([content[at] ^ (1 << junk[0] % 8)]) + content[at + 1 :]
        case "cut":
            return content[:at]
        case "grow":
            return content + junk
        case "insert":
            return content[:at] + junk + content[at:]
        case _:
            return junk


damages = st.tuples(
    st.floats(0, 1, exclude_max=True),
    st.sampled_from(["flip", "cut", "grow", "insert", "replace"]),
    st.binary(min_size=1, max_size=40),
)


@given(st.sampled_from(NAMES), damages)
@settings(max_examples=examples(3_000))
def test_damage_that_no_checksum_tells_is_read_or_refused(name: str, damage) -> None:
    """As in a foreign folder, whose checksums fit: the readers themselves stand against it."""
    files = {**FILES, name: changed(FILES[name], *damage)}
    with contextlib.suppress(StoreError):
        from_files(files)


@given(st.sampled_from([*NAMES, CHECKSUMS]), damages)
@settings(max_examples=examples(1_000))
def test_any_change_of_any_file_is_noticed(name: str, damage) -> None:
    files = {**FILES, CHECKSUMS: _checksums(FILES)}
    files[name] = changed(files[name], *damage)

    def read(file: Path) -> bytes:
        return files[file.name]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(files_module, "_read", read)
        try:
            assert read_folder(Path("x")) == FILES, "what was changed was not noticed"
        except DamagedError:
            assert files != {**FILES, CHECKSUMS: _checksums(FILES)}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.data())
@settings(max_examples=examples(1_000))
def test_json_with_other_values_in_it_is_read_or_refused(data: st.DataObject) -> None:
    values = json.loads(FILES["state.json"])
    place, keys = values, list(values)
    for _ in range(data.draw(st.integers(0, 2))):
        key = data.draw(st.sampled_from(keys))
        if not isinstance(place[key], dict) or not place[key]:
            break
        place, keys = place[key], list(place[key])
    key = data.draw(st.sampled_from(keys))
    place[key] = data.draw(json_values)
    with contextlib.suppress(StoreError):
        from_files({**FILES, "state.json": json.dumps(values).encode()})


@given(st.data())
@settings(max_examples=examples(1_000))
def test_a_head_with_other_values_in_it_is_read_and_dated_or_refused(data: st.DataObject) -> None:
    values = json.loads(HEAD)
    key = data.draw(st.sampled_from([*values, "comparison/a", "comparison/seed"]))
    place = values
    for name in key.split("/")[:-1]:
        place = place[name]
    dates = st.datetimes(timezones=st.just(UTC)).map(lambda date: date.isoformat())
    place[key.split("/")[-1]] = data.draw(dates if key == "created" else json_values)
    with contextlib.suppress(StoreError):
        for zone in (timezone(timedelta(hours=-14)), timezone(timedelta(hours=14))):
            read_manifest(json.dumps(values).encode()).created.astimezone(zone)


@given(damages)
@settings(max_examples=examples(500))
def test_a_damaged_head_is_read_or_refused(damage) -> None:
    with contextlib.suppress(StoreError):
        read_manifest(changed(HEAD, *damage))


class Trap:
    """Leaves a trace when it is unpickled."""

    def __reduce__(self):
        return os.mkdir, ("trap",)


FOREIGN = {
    "state.json": [b"[" * 100_000, b"9" * 10_000, b"null", b'{"format": 2}', b'{"format": true}', "ü".encode("utf-16")],
    "train.npy": [b"\x93NUMPY\x01\x00\x10\x00" + b"(" * 16, b"\x93NUMPY\x03\x00"],
    "weights.safetensors": [b"\xff" * 8, (10).to_bytes(8, "little"), safetensors.numpy.save({"a": np.zeros(3)})],
}


@pytest.mark.parametrize(("name", "content"), [(name, content) for name in FOREIGN for content in FOREIGN[name]])
def test_files_that_were_never_ours_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(DamagedError):
        from_files({**FILES, name: content})


@pytest.mark.parametrize(
    "change", [lambda columns: columns["test_loss"].pop(), lambda columns: columns.pop("test_loss")]
)
def test_columns_of_epochs_that_do_not_fit_each_other_are_refused(change: Callable[[Any], object]) -> None:
    values = json.loads(FILES["state.json"])
    change(values["epochs"])
    with pytest.raises(DamagedError):
        from_files({**FILES, "state.json": json.dumps(values).encode()})


@pytest.mark.parametrize(
    "change", [{"threads": -1}, {"channels": 0}, {"footprint": {"fixed_bytes": 1, "shard_images": 0}}]
)
@pytest.mark.parametrize("of", ["run", "checkpoint"])
def test_a_plan_that_nobody_can_carry_out_is_refused(change: dict[str, Any], of: str) -> None:
    values = json.loads(FILES["state.json"])
    plan = (values if of == "run" else values["checkpoint"])["plan"]
    plan |= change
    with pytest.raises(DamagedError):
        from_files({**FILES, "state.json": json.dumps(values).encode()})


def table_with(head: bytes) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.zeros((2, 6)))
    content = stream.getvalue()
    return content.replace(b"(2, 6), }", head)


def test_a_table_that_says_it_is_huge_takes_no_memory() -> None:
    with pytest.raises(DamagedError):
        from_files({**FILES, "train.npy": table_with(b"(9999999999, 6),}")})


def test_nothing_that_executes_is_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    stream = io.BytesIO()
    np.save(stream, np.array([[Trap()] * 6], object), allow_pickle=True)
    with pytest.raises(DamagedError):
        from_files({**FILES, "train.npy": stream.getvalue()})
    assert not (tmp_path / "trap").exists()


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("name", [*NAMES, CHECKSUMS])
def test_a_damaged_checkpoint_falls_back_to_the_one_before(store: Store, shelf: RunFolder, name: str, damage) -> None:
    damage(newest(store, shelf) / name)
    saved = store.open(shelf.id).load()
    assert plain(saved.runs[0, "A"]) == plain(record(epochs=1))
    (note,) = saved.notes
    assert note.startswith("The last checkpoint of model A, seed 0, is damaged (")
    assert note.endswith("); the one before it is used.")
    assert len(store.summaries()) == 1


def test_of_two_damaged_checkpoints_nothing_is_taken(store: Store, shelf: RunFolder) -> None:
    for number in ("000001", "000002"):
        damage_flip(newest(store, shelf).parent / number / "weights.safetensors")
    saved = store.open(shelf.id).load()
    assert saved.runs == {}
    assert saved.is_interrupted
    (note,) = saved.notes
    assert note.startswith("No checkpoint of model A, seed 0, can be read (")
    assert note.endswith("); it counts as not begun.")


def test_after_a_damage_two_whole_checkpoints_are_kept_again(store: Store, shelf: RunFolder) -> None:
    damage_flip(newest(store, shelf) / "state.json")
    shelf.release()
    again = store.open(shelf.id)
    again.load()
    again.hold()
    again.save(0, "A", record(epochs=3))
    assert sorted(folder.name for folder in newest(store, shelf).parent.iterdir()) == ["000001", "000003"]
    damage_flip(newest(store, shelf).parent / "000003" / "state.json")
    assert plain(store.open(shelf.id).load().runs[0, "A"]) == plain(record(epochs=1))


def test_a_damaged_head_has_a_copy(store: Store, shelf: RunFolder) -> None:
    folder = store.home / "runs" / shelf.id
    damage_flip(folder / "comparison.json")
    assert store.open(shelf.id).comparison == ALONE
    damage_flip(folder / "copy" / "comparison.json")
    with pytest.raises(DamagedError, match=f"The saved comparison {shelf.id} cannot be read"):
        store.open(shelf.id)
    assert store.summaries() == []
    assert "cannot be read" in store.unreadable()[shelf.id]
    shelf.release()
    store.delete(shelf.id)
    assert store.unreadable() == {}


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EIO])
def test_a_disk_that_takes_no_more_loses_nothing_of_before(
    store: Store, shelf: RunFolder, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(file: Path, content: bytes) -> None:
        file.write_bytes(content[: len(content) // 2])
        raise OSError(code, os.strerror(code))

    before = plain(store.open(shelf.id).load().runs)
    monkeypatch.setattr(files_module, "write_bytes", fail)
    with pytest.raises(StoreError, match=os.strerror(code)):
        shelf.save(0, "A", record(epochs=3))
    with pytest.raises(StoreError, match=os.strerror(code)):
        store.create(ALONE)
    monkeypatch.undo()
    assert plain(store.open(shelf.id).load().runs) == before
    assert sorted(folder.name for folder in newest(store, shelf).parent.iterdir()) == ["000001", "000002"]
    assert [summary.id for summary in store.summaries()] == [shelf.id]
    shelf.save(0, "A", record(epochs=3))
    store.create(ALONE).release()


@pytest.mark.parametrize("writes", range(4))
def test_a_comparison_that_could_not_be_begun_is_not_listed(
    store: Store, writes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, real = iter(range(writes)), files_module.write_bytes

    def fail(file: Path, content: bytes) -> None:
        if next(left, None) is None:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(file, content)

    monkeypatch.setattr(files_module, "write_bytes", fail)
    with pytest.raises(StoreError, match="No space left"):
        store.create(ALONE)
    assert store.summaries() == []
    assert store.unreadable() == {}


@pytest.mark.parametrize("code", [errno.EMFILE, errno.ENOMEM, errno.EACCES])
def test_what_cannot_be_read_now_is_not_taken_for_damaged(
    store: Store, shelf: RunFolder, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.release()
    again = store.open(shelf.id)

    def fail(*_: object) -> int:
        raise OSError(code, os.strerror(code))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", fail)
        with pytest.raises(StoreError, match="cannot be read now"):
            again.load()
    saved = again.load()
    assert saved.notes == ()
    assert plain(saved.runs[0, "A"]) == plain(record(epochs=2))


def test_a_home_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("mine")
    store = Store(tmp_path / "home")
    assert store.summaries() == []
    with pytest.raises(StoreError, match="cannot be written to"):
        store.create(ALONE)


def test_a_read_only_home_is_told_and_can_be_read(store: Store, shelf: RunFolder, no_rights_of_root: None) -> None:
    shelf.release()
    folders = [store.home, *(path for path in store.home.rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o500)
    try:
        with pytest.raises(StoreError, match="cannot be written to"):
            store.create(ALONE)
        assert plain(store.open(shelf.id).load().runs[0, "A"]) == plain(record(epochs=2))
    finally:
        for folder in folders:
            folder.chmod(0o700)


def test_a_folder_that_was_deleted_by_hand_is_not_made_again(store: Store, shelf: RunFolder) -> None:
    shutil.rmtree(store.home / "runs" / shelf.id)
    with pytest.raises(StoreError, match="Its folder was deleted"):
        shelf.save(0, "A", record())
    assert store.summaries() == []


def test_a_folder_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Killed before any one of its steps, as a crash would; what is seen afterwards is all or nothing."""
    steps = len(FILES) + 1
    real, seen = files_module.write_bytes, []
    for crash_at in range(steps + 1):
        folder = tmp_path / str(crash_at) / "000001"
        left = iter(range(crash_at))

        def write(file: Path, content: bytes, left=left) -> None:
            if next(left, None) is None:
                raise KeyboardInterrupt  # no OSError: nothing tidies up
            real(file, content)

        monkeypatch.setattr(files_module, "write_bytes", write)
        try:
            write_folder(folder, FILES)
        except KeyboardInterrupt:
            assert not folder.exists()
        else:
            assert read_folder(folder) == FILES
        seen.append(folder.exists())
    assert seen == [False] * steps + [True]
