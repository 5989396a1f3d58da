import os
import struct
from pathlib import Path

import numpy as np
import pytest
from tiny_data import RAW, put_copy

from nncompare.data import Availability, DataError, dataset_state, digests, folders, load

TRAIN_IMAGES, TRAIN_LABELS = "train-images-idx3-ubyte", "train-labels-idx1-ubyte"


def flip_bit(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.fixture
def digests_computed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    computed: list[str] = []
    compute = digests.compute_md5

    def record(path: Path) -> str:
        computed.append(path.name)
        return compute(path)

    monkeypatch.setattr(digests, "compute_md5", record)
    return computed


def test_folders_are_searched_in_order(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert folders.search_folders() == [cache / "data"]
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "set"))
    assert folders.search_folders(tmp_path / "given") == [tmp_path / "given", tmp_path / "set", cache / "data"]
    assert folders.search_folders(str(tmp_path / "set")) == [tmp_path / "set", cache / "data"]
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", "")
    assert folders.search_folders("~") == [Path.home(), cache / "data"]


@pytest.mark.usefixtures("tiny")
def test_the_first_copy_is_taken(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "set"))
    last = put_copy(cache / "data")
    assert dataset_state("mnist", tmp_path / "given").folder == last
    middle = put_copy(tmp_path / "set")
    assert dataset_state("mnist", tmp_path / "given").folder == middle
    first = put_copy(tmp_path / "given")
    assert dataset_state("mnist", tmp_path / "given").folder == first


@pytest.mark.usefixtures("tiny")
def test_a_copy_is_loaded(tmp_path: Path) -> None:
    put_copy(tmp_path)
    data = load("mnist", tmp_path)
    assert data.images("train").tobytes() == RAW[TRAIN_IMAGES][16:]
    assert data.labels("train").tobytes() == RAW[TRAIN_LABELS][8:]
    assert (data.images("test").shape, data.labels("test").shape) == ((10, 28, 28), (10,))
    assert data.info.title == "MNIST"


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (RAW[TRAIN_LABELS][:-1], "cut short"),
        (b"\0" * len(RAW[TRAIN_LABELS]), "not an IDX file"),
        (RAW[TRAIN_LABELS][:-1] + b"\7", "checksum is wrong"),
        (struct.pack(">II", 2049, 29) + RAW[TRAIN_LABELS][9:], "checksum is wrong"),
    ],
)
def test_a_damaged_copy_is_refused_in_a_sentence(tmp_path: Path, content: bytes, reason: str) -> None:
    (put_copy(tmp_path) / TRAIN_LABELS).write_bytes(content)
    state = dataset_state("mnist", tmp_path)
    assert state.availability is Availability.DAMAGED
    assert state.message.startswith(f"{TRAIN_LABELS} is damaged (")
    assert reason in state.message
    assert state.message.endswith("Delete the file or download again.")
    with pytest.raises(DataError, match=f"MNIST cannot be used.*{TRAIN_LABELS} is damaged"):
        load("mnist", tmp_path)


@pytest.mark.usefixtures("tiny")
def test_a_missing_file_is_named(tmp_path: Path) -> None:
    (put_copy(tmp_path) / TRAIN_LABELS).unlink()
    assert dataset_state("mnist", tmp_path).message == f"{TRAIN_LABELS} is missing. Download again."


@pytest.mark.usefixtures("tiny")
def test_a_damaged_copy_does_not_hide_a_good_one(tmp_path: Path, cache: Path) -> None:
    flip_bit(put_copy(tmp_path / "given") / TRAIN_IMAGES)
    good = put_copy(cache / "data")
    assert dataset_state("mnist", tmp_path / "given").folder == good
    assert np.array_equal(load("mnist", tmp_path / "given").test_labels, np.arange(10))


@pytest.mark.usefixtures("tiny")
def test_a_copy_is_read_once_and_remembered(tmp_path: Path, digests_computed: list[str]) -> None:
    put_copy(tmp_path)
    load("mnist", tmp_path)
    assert sorted(digests_computed) == sorted(RAW)
    load("mnist", tmp_path)
    assert len(digests_computed) == 4


@pytest.mark.usefixtures("tiny")
def test_a_changed_file_is_read_again(tmp_path: Path, digests_computed: list[str]) -> None:
    path = put_copy(tmp_path) / TRAIN_IMAGES
    load("mnist", tmp_path)
    flip_bit(path)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1_000_000_000))  # clocks of file systems may be coarse
    assert dataset_state("mnist", tmp_path).availability is Availability.DAMAGED
    assert digests_computed[4:] == [TRAIN_IMAGES]


@pytest.mark.usefixtures("tiny")
@pytest.mark.parametrize("memory", ["", "no json", "[]", '{"x": 1}', "\xff"])
def test_a_broken_memory_is_forgotten(tmp_path: Path, cache: Path, memory: str) -> None:
    raw = put_copy(tmp_path)
    cache.mkdir(parents=True)
    (cache / "checked-files.json").write_text(memory, "latin-1")
    assert dataset_state("mnist", tmp_path).folder == raw


@pytest.mark.usefixtures("tiny")
def test_without_a_cache_it_is_checked_every_time(
    tmp_path: Path, blocked: Path, monkeypatch: pytest.MonkeyPatch, digests_computed: list[str]
) -> None:
    monkeypatch.setattr(folders, "cache_folder", lambda: blocked)
    put_copy(tmp_path)
    load("mnist", tmp_path)
    load("mnist", tmp_path)
    assert len(digests_computed) == 8


@pytest.mark.usefixtures("tiny")
def test_a_read_only_copy_works(tmp_path: Path) -> None:
    raw = put_copy(tmp_path)
    for path in (*raw.iterdir(), raw, raw.parent):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        assert len(load("mnist", tmp_path).train_images) == 30
    finally:
        for path in (raw.parent, raw):
            path.chmod(0o755)
