"""Images that lie there in another way than torchvision leaves them are used, or it is said what is missing."""

import dataclasses
import gzip
import hashlib
import re
from pathlib import Path

import pytest
from tiny_data import PACKED, RAW, contents_of, put_copy

from nncompare.data import CATALOG, Availability, DataError, DatasetInfo, dataset_state, fetch, load

TEST_LABELS = "t10k-labels-idx1-ubyte"
# Where in a folder people have the files: torchvision, Kaggle, Keras, and what was unpacked by hand.
PLACES = ["MNIST/raw", "MNIST", "mnist", "raw", "."]


def put(place: Path, files: dict[str, bytes]) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (place / name).write_bytes(content)
    return place


def with_points(files: dict[str, bytes]) -> dict[str, bytes]:
    return {name.replace("-idx", ".idx"): content for name, content in files.items()}


@pytest.fixture(autouse=True)
def named(tmp_path: Path, tiny: DatasetInfo, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder that the user has named."""
    folder = tmp_path / "named"
    folder.mkdir()
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(folder))
    return folder


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelled", [dict, with_points])
def test_raw_files_are_used_where_they_lie(named, place, spelled):
    put(named / place, spelled(RAW))
    assert dataset_state("mnist").availability is Availability.READY
    data = load("mnist")
    assert data.images("train").tobytes() == RAW["train-images-idx3-ubyte"][16:]
    assert data.labels("test").tobytes() == RAW[TEST_LABELS][8:]
    assert fetch("mnist") == named / place


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("spelled", [dict, with_points])
def test_packed_files_are_unpacked_into_the_cache_without_a_network(named, cache, place, spelled):
    lie = put(named / place, spelled(PACKED))
    before = sorted(named.rglob("*"))
    assert dataset_state("mnist").availability is Availability.UNPACK
    steps: list[tuple[int, int]] = []
    raw = fetch("mnist", progress=lambda done, total: steps.append((done, total)))
    assert contents_of(raw) == RAW
    assert raw == cache / "data" / "MNIST" / "raw"
    assert steps[-1][0] == steps[-1][1] > 0
    assert [done for done, _ in steps] == sorted(done for done, _ in steps)
    assert sorted(named.rglob("*")) == before, f"nothing is written beside {lie}"
    assert dataset_state("mnist").folder == raw


def test_packed_and_raw_files_are_one_set(named):
    put(named, {f"{TEST_LABELS}.gz": PACKED[f"{TEST_LABELS}.gz"], **{k: v for k, v in RAW.items() if k != TEST_LABELS}})
    assert contents_of(fetch("mnist")) == RAW


def test_what_was_packed_by_somebody_else_is_taken_by_its_content(named):
    put(named, {f"{name}.gz": gzip.compress(content, 1) for name, content in RAW.items()})
    assert contents_of(fetch("mnist")) == RAW


def test_the_files_of_another_data_set_with_the_same_names_are_left_alone(named, monkeypatch):
    """In a folder of no name only their content tells whose they are."""
    digests = {name: hashlib.md5(content + b"!").hexdigest() for name, content in RAW.items()}
    monkeypatch.setitem(CATALOG, "fashion-mnist", dataclasses.replace(CATALOG["fashion-mnist"], md5=digests))
    put(named, RAW)
    assert dataset_state("mnist").availability is Availability.READY
    fashion = dataset_state("fashion-mnist")
    assert fashion.availability is Availability.DOWNLOAD
    assert "but not Fashion-MNIST" in fashion.note


@pytest.mark.parametrize("spoil", [lambda packed: packed[:-9], lambda _: b"no gzip", lambda _: gzip.compress(b"else")])
def test_a_damaged_packed_file_is_named_when_it_cannot_be_downloaded_either(named, cache, spoil):
    put(named / "MNIST", {**PACKED, "train-images-idx3-ubyte.gz": spoil(PACKED["train-images-idx3-ubyte.gz"])})
    with pytest.raises(DataError) as error:
        fetch("mnist")
    assert f"In {named / 'MNIST'}, train-images-idx3-ubyte.gz is damaged (" in str(error.value)
    assert "Check the network" not in str(error.value)
    assert list((cache / "data" / "MNIST" / "raw").iterdir()) == []


def test_a_damaged_packed_file_is_downloaded_instead(named, mirror, monkeypatch):
    monkeypatch.setitem(CATALOG, "mnist", dataclasses.replace(CATALOG["mnist"], mirrors=(mirror.url,)))
    put(named, {**PACKED, "train-images-idx3-ubyte.gz": b"no gzip"})
    assert contents_of(fetch("mnist")) == RAW


def test_a_small_file_that_unpacks_to_a_huge_one_is_not_unpacked(named, tiny, cache):
    bomb = gzip.compress(bytes(16 + tiny.train_count * tiny.image_bytes + 1))
    put(named, {**PACKED, "train-images-idx3-ubyte.gz": bomb})
    with pytest.raises(DataError, match=r"train-images-idx3-ubyte.gz is damaged \(it is too long\)"):
        fetch("mnist")


def test_one_file_too_few_is_named(named):
    put(named, {name: content for name, content in PACKED.items() if "train-labels" not in name})
    state = dataset_state("mnist")
    assert (state.availability, state.message) == (
        Availability.DAMAGED,
        "train-labels-idx1-ubyte is missing. Download again.",
    )
    assert state.note == f"In {named}, train-labels-idx1-ubyte is missing."


def test_what_was_seen_and_what_was_expected_is_told_instead_of_the_network(named):
    put(named, dict.fromkeys(("mnist.npz", "train.csv", "test.csv", "a.txt", ".hidden"), b""))
    seen = (
        f"{named} holds a.txt, mnist.npz, test.csv and 1 more, but not MNIST: "
        "MNIST/raw/train-images-idx3-ubyte and three files like it, packed (.gz) or not."
    )
    assert dataset_state("mnist").note == seen
    with pytest.raises(DataError, match=re.escape(seen)):
        load("mnist")
    with pytest.raises(DataError) as error:
        fetch("mnist")
    assert str(error.value).endswith(f"{seen} Put the right files there, or use Synthetic digits instead.")


def test_nothing_is_told_of_an_empty_folder_of_other_data_sets_and_of_the_cache(named, cache):
    assert dataset_state("mnist").note == ""
    put(named / "FashionMNIST", {"x": b""})
    put(cache / "data", {"y": b""})
    assert dataset_state("mnist").note == ""


def test_a_whole_copy_goes_before_a_packed_one_and_a_packed_one_before_a_damaged_one(named, tmp_path):
    damaged = tmp_path / "given"
    put(damaged / "MNIST" / "raw", {**RAW, TEST_LABELS: b"x"})
    assert dataset_state("mnist", damaged).availability is Availability.DAMAGED
    put(named, PACKED)
    assert dataset_state("mnist", damaged).availability is Availability.UNPACK
    assert dataset_state("mnist", damaged).folder == named
    whole = put_copy(tmp_path / "cache" / "nncompare" / "data")
    assert dataset_state("mnist", damaged).folder == whole
