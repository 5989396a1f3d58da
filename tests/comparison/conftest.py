from collections.abc import Iterator
from pathlib import Path

import pytest

from nncompare.comparison.engine_holder import EngineHolder


@pytest.fixture(scope="session")
def engines(synthetic_digits: Path) -> Iterator[EngineHolder]:
    """Give an engine for all tests that treat it well."""
    holder = EngineHolder()
    yield holder
    holder.close()
