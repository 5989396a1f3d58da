"""The Data step where images lie in a folder that the user has named, but not as torchvision leaves them."""

import dataclasses
import gzip
import hashlib

import numpy as np
import pytest
from processes import until
from tiny_comparison import WHAT

from nncompare.catalog import CATALOG, RAW_FILES
from nncompare.config import Comparison
from nncompare.data.idx import write_idx

MNIST = Comparison(dataset="mnist")
COUNTS = {"train": 20, "t10k": 10}


@pytest.fixture
def named(tmp_path, monkeypatch, open_dashboard):
    """The folder of NNCOMPARE_DATA_DIR, with an own cache."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    folder = tmp_path / "nothing"
    folder.mkdir()
    return folder


def put_packed(folder, monkeypatch):
    digests = {}
    for name in RAW_FILES:
        count = COUNTS[name.partition("-")[0]]
        array = np.zeros((count, 28, 28), np.uint8) if "images" in name else np.arange(count, dtype=np.uint8) % 10
        write_idx(folder / name, array)
        content = (folder / name).read_bytes()
        digests[name] = hashlib.md5(content).hexdigest()
        (folder / name).unlink()
        (folder / f"{name}.gz").write_bytes(gzip.compress(content))
    monkeypatch.setitem(CATALOG, "mnist", dataclasses.replace(CATALOG["mnist"], md5=digests, mirrors=()))


def test_packed_images_are_unpacked_as_the_page_opens(named, monkeypatch, open_dashboard, engine, settle):
    put_packed(named, monkeypatch)
    dashboard = open_dashboard(MNIST)
    until(lambda: dashboard.steps.data.images is not None, WHAT)
    settle(dashboard)
    assert dashboard.steps.data.problems == {}
    assert len(dashboard.steps.data.images.train_labels) == COUNTS["train"]
    assert "MNIST is ready" in dashboard.steps.data._status.value


def test_packed_images_are_unpacked_when_they_are_chosen(named, monkeypatch, open_dashboard, engine, settle):
    put_packed(named, monkeypatch)
    dashboard = open_dashboard(Comparison(dataset="fashion-mnist"))
    settle(dashboard)
    assert dashboard.steps.data.images is None
    dashboard.refresher.post(lambda: dashboard.steps.data.choose("mnist"))
    until(lambda: dashboard.steps.data.images is not None, WHAT)


def test_what_lies_there_instead_is_named(named, open_dashboard, engine, settle):
    (named / "mnist.npz").touch()
    dashboard = open_dashboard(MNIST)
    settle(dashboard)
    told = dashboard.steps.data._status.value
    assert f"{named} holds mnist.npz, but not MNIST: MNIST/raw/train-images-idx3-ubyte and three files like it" in told


def test_damaged_images_are_not_called_ready(named, open_dashboard, engine, settle):
    raw = named / "MNIST" / "raw"
    raw.mkdir(parents=True)
    (raw / RAW_FILES[0]).write_bytes(b"x")
    dashboard = open_dashboard(MNIST)
    settle(dashboard)
    told = dashboard.steps.data._status.value
    assert "MNIST: train-images-idx3-ubyte is damaged (it is cut short). Delete the file or download again." in told
    assert "ready" not in told
