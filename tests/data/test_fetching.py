import dataclasses
import gzip
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from mirror_server import Mirror, running
from tiny_data import PACKED, RAW, contents_of, put_copy, tiny_info

from nncompare.data import CATALOG, DataError, dataset_state, fetch
from nncompare.data.download import DownloadProgress
from nncompare.data.fetching import fetch_into

TRAIN_IMAGES = "train-images-idx3-ubyte"
FETCH_IN_A_PROCESS = """
import json, pathlib, sys
from nncompare.catalog import DatasetInfo
from nncompare.data.fetching import fetch_into
fetch_into(DatasetInfo(**json.loads(sys.argv[1])), pathlib.Path(sys.argv[2]))
"""


def leftovers(folder: Path) -> list[str]:
    expected = {*RAW, "raw", ".lock"}
    return [path.name for path in (folder / "MNIST").rglob("*") if path.name not in expected]


def test_a_data_set_is_downloaded_with_progress(mirror: Mirror, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    info = tiny_info(mirror.url)
    monkeypatch.setitem(CATALOG, "mnist", info)
    steps: list[tuple[int, int]] = []
    raw = fetch("mnist", progress=lambda done, total: steps.append((done, total)))
    assert raw == cache / "data" / "MNIST" / "raw"
    assert contents_of(raw) == RAW
    assert {total for _, total in steps} == {info.download_bytes}
    assert steps[-1] == (info.download_bytes, info.download_bytes)
    assert max(done for done, _ in steps) == info.download_bytes
    assert dataset_state("mnist").folder == raw
    assert leftovers(cache / "data") == []


def test_what_is_here_is_not_downloaded(tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOG, "mnist", tiny_info(mirror.url))
    raw = put_copy(tmp_path / "set")
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "set"))
    assert fetch("mnist", tmp_path / "given") == raw
    assert mirror.requests == []


def test_it_goes_where_it_is_looked_for_first(tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOG, "mnist", tiny_info(mirror.url))
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "set"))
    assert fetch("mnist") == tmp_path / "set" / "MNIST" / "raw"
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "other"))
    assert fetch("mnist", tmp_path / "given") == tmp_path / "given" / "MNIST" / "raw"


def test_a_damaged_copy_is_replaced(tmp_path: Path, mirror: Mirror, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(CATALOG, "mnist", tiny_info(mirror.url))
    raw = put_copy(tmp_path)
    (raw / TRAIN_IMAGES).write_bytes(RAW[TRAIN_IMAGES][:100])
    assert fetch("mnist", tmp_path) == raw
    assert contents_of(raw) == RAW


def test_the_next_mirror_is_tried(tmp_path: Path, mirror: Mirror, refused: str) -> None:
    raw = fetch_into(tiny_info(refused, mirror.url), tmp_path)
    assert contents_of(raw) == RAW
    assert len(mirror.requests) == 4


def test_a_mirror_that_fails_half_way_is_left_for_the_next(tmp_path: Path, mirror: Mirror) -> None:
    mirror.cut.add("t10k-images-idx3-ubyte.gz")
    with running(dict(PACKED)) as second:
        assert contents_of(fetch_into(tiny_info(mirror.url, second.url), tmp_path)) == RAW
        assert second.requests == ["t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz"]


def test_no_network_is_said_with_the_stand_in(tmp_path: Path, refused: str) -> None:
    with pytest.raises(DataError) as error:
        fetch_into(tiny_info(refused, refused), tmp_path)
    assert str(error.value) == (
        "MNIST could not be downloaded: no answer from 127.0.0.1 and 127.0.0.1. "
        "Check the network, or use Synthetic digits instead."
    )
    assert leftovers(tmp_path) == []


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (None, "error 404 from 127.0.0.1"),
        (b"<html>Please log in</html>", "wrong content from 127.0.0.1"),
        (PACKED["t10k-images-idx3-ubyte.gz"], "wrong content from 127.0.0.1"),
        (PACKED[f"{TRAIN_IMAGES}.gz"][:-2000], "wrong content from 127.0.0.1"),
        (PACKED[f"{TRAIN_IMAGES}.gz"][:30] + b"\xff" * 500, "wrong content from 127.0.0.1"),
    ],
)
def test_a_wrong_answer_is_never_kept(tmp_path: Path, mirror: Mirror, content: bytes | None, sentence: str) -> None:
    del mirror.files[f"{TRAIN_IMAGES}.gz"]
    if content is not None:
        mirror.files[f"{TRAIN_IMAGES}.gz"] = content
    with pytest.raises(DataError, match=sentence):
        fetch_into(tiny_info(mirror.url), tmp_path)
    assert list((tmp_path / "MNIST" / "raw").iterdir()) == []
    assert leftovers(tmp_path) == []


def test_an_answer_that_breaks_off_is_never_kept(tmp_path: Path, mirror: Mirror) -> None:
    mirror.cut.add(f"{TRAIN_IMAGES}.gz")
    with pytest.raises(DataError, match=r"no answer from 127\.0\.0\.1"):
        fetch_into(tiny_info(mirror.url), tmp_path)
    assert list((tmp_path / "MNIST" / "raw").iterdir()) == []


@pytest.mark.parametrize("is_unpacked_on_the_way", [False, True])
def test_a_file_is_taken_packed_or_unpacked_and_can_be_read_by_others(
    tmp_path: Path, mirror: Mirror, is_unpacked_on_the_way: bool
) -> None:
    if is_unpacked_on_the_way:
        mirror.files = {f"{name}.gz": content for name, content in RAW.items()}
    raw = fetch_into(tiny_info(mirror.url), tmp_path)
    assert contents_of(raw) == RAW
    (tmp_path / "plain").touch()
    assert {(raw / name).stat().st_mode for name in RAW} == {(tmp_path / "plain").stat().st_mode}


@pytest.mark.parametrize("contents", [PACKED, {f"{name}.gz": gzip.compress(PACKED[f"{name}.gz"]) for name in RAW}])
def test_what_is_called_an_encoding_of_the_transfer_is_taken(
    tmp_path: Path, mirror: Mirror, contents: dict[str, bytes]
) -> None:
    mirror.files, mirror.labelled = dict(contents), set(contents)
    assert contents_of(fetch_into(tiny_info(mirror.url), tmp_path)) == RAW


def test_progress_can_end_the_download(tmp_path: Path, mirror: Mirror) -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        fetch_into(tiny_info(mirror.url), tmp_path, stop)
    assert leftovers(tmp_path) == []


def test_what_a_killed_process_left_is_removed(tmp_path: Path, mirror: Mirror) -> None:
    draft = tmp_path / "MNIST" / ".unfinished-x"
    draft.mkdir(parents=True)
    (draft / TRAIN_IMAGES).write_bytes(b"half")
    fetch_into(tiny_info(mirror.url), tmp_path)
    assert leftovers(tmp_path) == []


def test_a_folder_that_cannot_be_made_is_named(blocked: Path, tiny: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(blocked))
    with pytest.raises(DataError, match="cannot be written") as error:
        fetch("mnist")
    assert str(blocked) in str(error.value)
    assert str(error.value).endswith("Make it writable, or set NNCOMPARE_DATA_DIR to another folder.")


def test_a_read_only_folder_is_named(tmp_path: Path, mirror: Mirror, no_rights_of_root: None) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir(mode=0o555)
    with pytest.raises(DataError, match="Permission denied"):
        fetch_into(tiny_info(mirror.url), folder)


def test_threads_share_one_download(tmp_path: Path, mirror: Mirror) -> None:
    start = threading.Barrier(3)

    def work() -> None:
        start.wait()
        fetch_into(tiny_info(mirror.url), tmp_path)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert contents_of(tmp_path / "MNIST" / "raw") == RAW
    assert len(mirror.requests) == 4


def test_processes_share_one_download(tmp_path: Path, mirror: Mirror) -> None:
    info = json.dumps(dataclasses.asdict(tiny_info(mirror.url)))
    command = [sys.executable, "-c", FETCH_IN_A_PROCESS, info, str(tmp_path)]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert outputs == [b"", b""]  # success, and not a word
    assert contents_of(tmp_path / "MNIST" / "raw") == RAW
    assert len(mirror.requests) == 4


def test_progress_never_exceeds_what_is_expected() -> None:
    seen: list[int] = []
    info = dataclasses.replace(tiny_info(), download_bytes=100)
    progress = DownloadProgress(info, lambda done, _: seen.append(done))
    for sizes in ((50, 60), (30, 50)):
        for size in sizes:
            progress.update(size)
        progress.finish_file()
    progress.finish()
    assert seen == [50, 60, 90, 100, 100]
