"""What the catalogue says: the only test that has to know all of its data sets."""

from typing import get_args

import pytest
from pydantic import ValidationError

from nncompare.catalog import RAW_FILES
from nncompare.config import Comparison, DatasetName, one_sentence
from nncompare.data import CATALOG, DataError, dataset_state, load

REAL = {"mnist": "Will be downloaded, 12 MB.", "fashion-mnist": "Will be downloaded, 31 MB."}
SYNTHETIC = dict.fromkeys(("synthetic-digits", "synthetic-fashion"), "Made on first use, a few seconds.")
NAMES = (*REAL, *SYNTHETIC)


def test_the_configuration_takes_the_names_of_the_catalogue() -> None:
    assert tuple(CATALOG) == get_args(DatasetName) == NAMES
    assert [Comparison(dataset=name).dataset for name in NAMES] == list(NAMES)
    with pytest.raises(ValidationError) as error:
        Comparison(dataset="cifar")
    listed = f"{', '.join(NAMES[:-1])} or {NAMES[-1]}"
    assert one_sentence(error.value, Comparison) == f"Data set must be {listed}; got cifar."


@pytest.mark.parametrize("name", NAMES)
def test_every_data_set_has_its_facts(name: str) -> None:
    info = CATALOG[name]
    assert (info.name, len(info.classes)) == (name, 10)
    assert (info.side, info.channels, info.image_bytes) == (28, 1, 784)
    assert (info.train_count, info.test_count) == (60_000, 10_000)
    assert [info.item_shape(file) for file in RAW_FILES] == [(28, 28), (), (28, 28), ()]


@pytest.mark.parametrize("name", REAL)
def test_what_is_downloaded_can_be_checked_and_has_a_stand_in(name: str) -> None:
    info = CATALOG[name]
    assert not info.synthetic
    assert tuple(info.packed_md5) == tuple(info.md5) == RAW_FILES
    assert {len(digest) for digest in (*info.packed_md5.values(), *info.md5.values())} == {32}
    assert info.mirrors
    assert info.download_bytes > 0
    assert info.stand_in in SYNTHETIC


@pytest.mark.parametrize("name", SYNTHETIC)
def test_what_is_made_here_needs_no_stand_in(name: str) -> None:
    info = CATALOG[name]
    assert info.synthetic
    assert (info.stand_in, info.mirrors, info.md5, info.packed_md5) == (None, (), {}, {})


def test_what_is_missing_is_announced() -> None:
    assert {name: dataset_state(name).message for name in CATALOG} == REAL | SYNTHETIC
    assert [dataset_state(name).availability for name in REAL] == ["download"] * len(REAL)
    assert [dataset_state(name).availability for name in SYNTHETIC] == ["generate"] * len(SYNTHETIC)
    with pytest.raises(DataError, match="not on this machine yet"):
        load("mnist")


def test_an_unknown_name_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(DataError, match="no data set named 'cifar'; there are mnist, fashion-mnist"):
        load("cifar")
