import pytest
from killable_engine import KillableEngine

from nncompare.engine.shared import EngineHolder


@pytest.fixture(scope="package")
def killable(engines: EngineHolder) -> KillableEngine:
    """The engine of all tests, for those that kill it."""
    return KillableEngine(engines)
