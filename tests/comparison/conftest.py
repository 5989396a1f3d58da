from collections.abc import Iterator

import pytest
from own_engine import OwnEngine

from nncompare.engine.shared import EngineHolder


@pytest.fixture(scope="package")
def own(engines: EngineHolder) -> Iterator[OwnEngine]:
    """An engine that a test may kill; it is told from the others because they run already."""
    own = OwnEngine()
    yield own
    own.holder.close()
