"""Files that are cut, flipped or foreign: thousands of them, and never anything but a sentence."""

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from examples import examples
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tiny_data import RAW, put_copy

from nncompare.catalog import RAW_FILES
from nncompare.data import CATALOG, DataError, dataset_state, load
from nncompare.data.idx import DamagedFileError, map_idx
from nncompare.data.state import Availability

MANY = settings(
    max_examples=examples(1_000), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
IMAGES = RAW["train-images-idx3-ubyte"]
SIZES = st.sampled_from([0, 1, 2, 10, 28, 30, 60_000, 60_001, 2**31 - 1, 2**31, 2**32 - 1])
HEADERS = st.builds(
    lambda magic, sizes: struct.pack(f">{1 + len(sizes)}I", magic, *sizes),
    st.sampled_from([0x800, 0x801, 0x803, 0x804, 0x8FF, 0x103, 0xD03, 0]) | st.integers(0, 2**32 - 1),
    st.lists(SIZES, max_size=5),
)
FOREIGN = [
    b"\x1f\x8b",
    b"PK\x03\x04",
    b"\x80\x04\x95",
    b"<html>",
    b"%PDF-1.7",
    b"\x89PNG",
    b"\x7fELF",
    b"{}",
    b"\0" * 16,
]


@st.composite
def damaged(draw: st.DrawFn, content: bytes) -> bytes:
    """A file that was whole once."""
    found = bytearray(content)
    for _ in range(draw(st.integers(0, 6))):
        # As often in the header as in what follows, where most of the bytes are.
        place = draw(st.integers(0, 15) | st.integers(0, len(found) - 1))
        found[place] ^= 1 << draw(st.integers(0, 7))
    cut = draw(st.integers(0, 20) | st.integers(0, len(found)))
    return bytes(found[:cut]) + draw(st.sampled_from([b"", b"\0", b"more"])) if draw(st.booleans()) else bytes(found)


ANY_FILE = st.one_of(
    damaged(IMAGES),
    st.builds(bytes.__add__, HEADERS, st.binary(max_size=100)),
    st.builds(bytes.__add__, st.sampled_from(FOREIGN), st.binary(max_size=200)),
    st.binary(max_size=200),
)


def forget_digests(cache: Path) -> None:
    """Keep the memory of digests, which is read and written for every file, as short as it is in use."""
    (cache / "checked-files.json").unlink(missing_ok=True)


@MANY
@given(content=ANY_FILE)
def test_any_file_is_an_array_or_damaged(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    for shape in ((28, 28), ()):
        try:
            array = map_idx(path, shape, 60_000)
        except DamagedFileError:
            continue
        assert array.shape[1:] == shape
        assert 0 < array.shape[0] <= 60_000
        assert array.nbytes <= len(content)
        assert np.asarray(array).sum() >= 0  # every byte of it is there


@MANY
@given(
    name=st.sampled_from(RAW_FILES),
    content=ANY_FILE,
    manifest=st.none() | st.binary(max_size=50) | st.just(b"[" * 9_999),
)
def test_any_copy_is_ready_or_named(
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
    tiny: object,
    cache: Path,
    name: str,
    content: bytes,
    manifest: bytes | None,
) -> None:
    forget_digests(cache)
    folder = tmp_path_factory.mktemp("copy")
    raw = put_copy(folder)
    (raw / name).write_bytes(content)
    is_whole = content == RAW[name]
    state = dataset_state("mnist", folder)
    assert (state.availability is Availability.READY) == is_whole
    if not is_whole:
        assert name in state.message
        with pytest.raises(DataError):
            load("mnist", folder)


@MANY
@given(
    content=st.one_of(
        st.binary(max_size=100),
        st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000, b"9" * 10_000, b"null", b"NaN", b'"\\ud800"']),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=10),
            lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(RAW_FILES), inner, max_size=4),
            max_leaves=8,
        ).map(lambda value: json.dumps(value).encode()),
    )
)
def test_any_manifest_of_a_synthetic_set_is_no_proof(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, content: bytes
) -> None:
    forget_digests(cache)
    folder = tmp_path_factory.mktemp("synthetic")
    raw = folder / CATALOG["synthetic-digits"].folder / "raw"
    raw.mkdir(parents=True)
    for name in RAW_FILES:
        (raw / name).write_bytes(RAW[name])
    (raw / "manifest-1.json").write_bytes(content)
    assert dataset_state("synthetic-digits", folder).availability is not Availability.READY


@MANY
@given(content=st.binary(max_size=60) | st.sampled_from([b"[" * 100_000, b'{"a":' * 50_000, b"[]", b'{"x": [1]}']))
def test_what_was_remembered_may_be_damaged(
    tmp_path_factory: pytest.TempPathFactory, cache: Path, content: bytes
) -> None:
    cache.mkdir(parents=True, exist_ok=True)
    (cache / "checked-files.json").write_bytes(content)
    raw = put_copy(tmp_path_factory.mktemp("whole"))
    (raw / "train-labels-idx1-ubyte").write_bytes(RAW["train-labels-idx1-ubyte"][:-1] + b"\xff")
    assert dataset_state("mnist", raw.parents[1]).availability is not Availability.READY
