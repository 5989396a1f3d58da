from pathlib import Path

import pytest

from nncompare.config import Comparison
from nncompare.store import RunFolder, Store


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "home")


@pytest.fixture
def shelf(store: Store) -> RunFolder:
    """The folder of a comparison of which nothing is saved yet."""
    return store.create(Comparison(dataset="synthetic-digits"))
