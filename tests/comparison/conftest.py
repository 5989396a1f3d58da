from collections.abc import Iterator
from pathlib import Path

import pytest
from own_engine import OwnEngine


@pytest.fixture(scope="package")
def own(synthetic_digits: Path) -> Iterator[OwnEngine]:
    """An engine that a test may kill."""
    own = OwnEngine()
    yield own
    own.holder.close()
