import dataclasses
import errno
import json
import os
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from nncompare.data import CATALOG, Availability, DataError, DatasetInfo, dataset_state, fetch, load, sample_per_class
from nncompare.data.state import MANIFEST
from nncompare.data.synthetic import digits, fashion, generation
from nncompare.data.synthetic.distance_field import signed_distance

SYNTHETIC = ("synthetic-digits", "synthetic-fashion")


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Make only a few images when a synthetic set is fetched; list the folders in which that happens."""
    generate, made = generation.generate, list[Path]()

    def generate_few(info: DatasetInfo, folder: Path, progress: Callable[[int, int], None] | None) -> None:
        made.append(folder)
        generate(dataclasses.replace(info, train_count=600, test_count=100), folder, progress)

    monkeypatch.setattr(generation, "generate", generate_few)
    return made


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_images_have_the_shape_of_mnist(few: list[Path], cache: Path, name: str) -> None:
    steps: list[tuple[int, int]] = []
    raw = fetch(name, progress=lambda done, total: steps.append((done, total)))
    assert raw == cache / "data" / CATALOG[name].folder / "raw"
    assert steps == [(500, 700), (600, 700), (700, 700)]
    data = load(name)
    assert (data.train_images.shape, data.train_images.dtype) == ((600, 28, 28), np.uint8)
    assert np.bincount(data.train_labels).tolist() == [60] * 10
    assert np.bincount(data.test_labels).tolist() == [10] * 10
    assert data.train_labels[sample_per_class(data)].tolist() == list(range(10))
    assert data.test_labels[sample_per_class(data, "test")].tolist() == list(range(10))


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_same_images_every_time_and_others_for_the_test(few: list[Path], tmp_path: Path, name: str) -> None:
    fetch(name, tmp_path / "one")
    fetch(name, tmp_path / "two")
    one, two = load(name, tmp_path / "one"), load(name, tmp_path / "two")
    assert np.array_equal(one.train_images, two.train_images)
    assert np.array_equal(one.test_images, two.test_images)
    everything = np.concatenate([one.train_images, one.test_images]).reshape(700, -1)
    assert len(np.unique(everything, axis=0)) == 700


@pytest.mark.parametrize("name", SYNTHETIC)
def test_the_images_are_bright_on_black_and_not_cut_off(few: list[Path], name: str) -> None:
    fetch(name)
    pixels = load(name).train_images
    frame = np.concatenate([pixels[:, 0], pixels[:, -1], pixels[:, :, 0], pixels[:, :, -1]], axis=1)
    assert np.mean(frame.max(axis=1) > 100) < 0.06
    assert pixels.reshape(600, -1).max(axis=1).min() > 50
    assert np.median(pixels) == 0
    assert abs(np.mean(pixels / 255) - CATALOG[name].mean) < 0.01
    assert abs(np.std(pixels / 255) - CATALOG[name].std) < 0.02


@pytest.mark.parametrize("name", SYNTHETIC)
def test_images_of_a_class_resemble_each_other(few: list[Path], name: str) -> None:
    fetch(name)
    data = load(name)
    means = np.stack([data.train_images[data.train_labels == k].mean(axis=0).ravel() for k in range(10)])
    tests = data.test_images.reshape(-1, 784).astype(float)
    nearest = ((tests[:, None] - means) ** 2).sum(axis=2).argmin(axis=1)
    assert 0.4 < np.mean(nearest == data.test_labels) < 1


def test_a_damaged_set_is_made_again(few: list[Path]) -> None:
    raw = fetch("synthetic-digits")
    (raw / "t10k-labels-idx1-ubyte").write_bytes(b"")
    state = dataset_state("synthetic-digits")
    assert state.availability is Availability.DAMAGED
    assert state.message.endswith("It will be made again.")
    fetch("synthetic-digits")
    assert dataset_state("synthetic-digits").availability is Availability.READY
    assert len(few) == 2


@pytest.mark.parametrize("manifest", [None, "no json", "{}", json.dumps({"t10k-labels-idx1-ubyte": "0"})])
def test_a_set_without_its_manifest_is_not_trusted(few: list[Path], manifest: str | None) -> None:
    path = fetch("synthetic-digits") / MANIFEST
    path.unlink()
    if manifest is not None:
        path.write_text(manifest)
    assert dataset_state("synthetic-digits").availability is Availability.DAMAGED


def test_it_is_made_in_the_cache_unless_told_otherwise(
    few: list[Path], tmp_path: Path, cache: Path, blocked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(blocked))
    assert fetch("synthetic-digits", tmp_path / "given").is_relative_to(tmp_path / "given")
    assert fetch("synthetic-digits").is_relative_to(cache)


def test_two_at_once_make_it_once(few: list[Path]) -> None:
    threads = [threading.Thread(target=fetch, args=("synthetic-fashion",)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(few) == 1
    assert dataset_state("synthetic-fashion").availability is Availability.READY


def test_a_real_set_has_the_full_size() -> None:
    fetch("synthetic-digits")
    data = load("synthetic-digits")
    assert (len(data.train_images), len(data.test_images)) == (60_000, 10_000)
    assert abs(np.mean(data.train_images / 255) - data.info.mean) < 5e-4
    assert abs(np.std(data.train_images / 255) - data.info.std) < 5e-4


def test_distances_agree_with_all_pairs() -> None:
    mask = np.random.default_rng(0).random((9, 11)) < 0.3
    places = np.argwhere(np.ones_like(mask)).reshape(9, 11, 2)

    def nearest(targets: np.ndarray) -> np.ndarray:
        return np.sqrt(((places[:, :, None] - targets) ** 2).sum(axis=-1)).min(axis=-1)

    expected = nearest(np.argwhere(~mask)) - nearest(np.argwhere(mask))
    assert np.array_equal(signed_distance(mask[None])[0], np.rint(8 * expected))


def test_a_full_disk_is_told_and_leaves_nothing_half_made(few: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(generation, "write_idx", full)
        with pytest.raises(DataError, match="No space left on device"):
            fetch("synthetic-digits")
    assert dataset_state("synthetic-digits").availability is Availability.GENERATE


@pytest.mark.parametrize("name", SYNTHETIC)
def test_what_was_kept_for_drawing_is_let_go_of(name: str) -> None:
    assert len(generation.preview(CATALOG[name])) == 10
    assert [bank.cache_info().currsize for bank in (*digits.BANKS, *fashion.BANKS)] == [0, 0, 0]
