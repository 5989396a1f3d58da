"""Synthetic digits as a user has them, but few: else most of the time of the tests goes into evaluating them."""

from dataclasses import replace
from pathlib import Path

from nncompare.catalog import DatasetInfo, dataset_info
from nncompare.data.fetching import fetch_into
from nncompare.data.folders import cache_folder

TRAIN_IMAGES, TEST_IMAGES = 3_000, 500


def few(name: str) -> DatasetInfo:
    """Return a synthetic set as it is but for the number of its images."""
    return replace(dataset_info(name), train_count=TRAIN_IMAGES, test_count=TEST_IMAGES)


def make_small_digits() -> Path:
    """Make them in the user's cache; return the folder of the four raw files."""
    return fetch_into(few("synthetic-digits"), cache_folder() / "data")
