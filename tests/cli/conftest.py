import pytest

from nncompare.engine.shared import EngineHolder, shared_engine


@pytest.fixture
def engine(engines: EngineHolder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine of all tests, in the place of that of this process."""
    for name in ("get", "join", "leave"):
        monkeypatch.setattr(shared_engine, name, getattr(engines, name))
