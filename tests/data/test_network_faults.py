"""Everything a network can do to a download: each time a sentence within a time, and nothing half done is kept."""

import gzip
import os
import time
from contextlib import nullcontext
from pathlib import Path

import pooch
import pytest
from mirror_server import Mirror, running
from tiny_data import PACKED, RAW, contents_of, tiny_info

from nncompare.data import DataError, download
from nncompare.data.fetching import fetch_into

NAME = "train-images-idx3-ubyte.gz"
AT_MOST_SECONDS = 20


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for as short as a test can."""
    monkeypatch.setattr(download, "SILENT_SECONDS", 0.3)
    monkeypatch.setattr(download, "SLOW_SECONDS", 0.3)


def failure(folder: Path, *mirrors: str) -> str:
    """Fetch in vain; return the sentence."""
    began = time.monotonic()
    with pytest.raises(DataError) as error:
        fetch_into(tiny_info(*mirrors), folder)
    assert time.monotonic() - began < AT_MOST_SECONDS
    assert list((folder / "MNIST" / "raw").iterdir()) == []
    assert list((folder / "MNIST").glob(".unfinished*")) == []
    assert str(error.value).startswith("MNIST could not be downloaded: ")
    assert str(error.value).endswith("Check the network, or use Synthetic digits instead.")
    return str(error.value)


def test_a_mirror_that_comes_to_a_halt_is_left(tmp_path: Path, mirror: Mirror) -> None:
    mirror.stalled.add(NAME)
    assert "no answer from 127.0.0.1" in failure(tmp_path, mirror.url)


def test_a_mirror_that_is_never_silent_but_far_too_slow_is_left(tmp_path: Path, mirror: Mirror) -> None:
    mirror.trickling.add(NAME)
    assert "too slow an answer from 127.0.0.1" in failure(tmp_path, mirror.url)


def test_the_next_mirror_is_taken_after_a_slow_one(tmp_path: Path, mirror: Mirror) -> None:
    mirror.trickling.add(NAME)
    with running(dict(PACKED)) as second:
        assert contents_of(fetch_into(tiny_info(mirror.url, second.url), tmp_path)) == RAW


def test_an_answer_that_never_ends_is_cut_off(tmp_path: Path, mirror: Mirror) -> None:
    mirror.endless.add(NAME)
    assert "wrong content from 127.0.0.1" in failure(tmp_path, mirror.url)


def test_a_small_file_that_unpacks_to_a_huge_one_is_cut_off(tmp_path: Path, mirror: Mirror) -> None:
    mirror.files[NAME] = gzip.compress(bytes(60_000 * 28 * 28 + 17), compresslevel=9)
    assert len(mirror.files[NAME]) < 100_000
    assert "wrong content from 127.0.0.1" in failure(tmp_path, mirror.url)


def test_a_mirror_that_leads_to_a_file_of_this_machine_is_left(tmp_path: Path, mirror: Mirror) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(PACKED[NAME])
    for elsewhere in (
        secret.as_uri(),
        "ftp://127.0.0.1/x",
        "javascript:alert(1)",
        "http://",
        "http://[",
        "http://\xff\n/",
    ):
        mirror.moved[NAME] = elsewhere
        failure(tmp_path, mirror.url)


def test_a_mirror_that_leads_round_in_circles_is_left(tmp_path: Path, mirror: Mirror) -> None:
    mirror.moved[NAME] = f"/{NAME}"
    assert "no answer from 127.0.0.1" in failure(tmp_path, mirror.url)


def test_a_mirror_that_has_moved_is_followed(tmp_path: Path, mirror: Mirror) -> None:
    with running(dict(PACKED)) as second:
        mirror.moved[NAME] = second.url + NAME
        assert contents_of(fetch_into(tiny_info(mirror.url), tmp_path)) == RAW


def test_a_name_that_nobody_knows_is_told(tmp_path: Path) -> None:
    assert "no answer from nowhere.invalid" in failure(tmp_path, "http://nowhere.invalid/")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_a_full_disk_is_not_taken_for_the_network(
    tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pooch.core, "temporary_file", lambda path: nullcontext("/dev/full"))
    with pytest.raises(DataError, match=r"MNIST could not be kept: .* cannot be written \(No space left on device\)"):
        fetch_into(tiny_info(mirror.url), tmp_path)
    assert os.path.exists("/dev/full")
