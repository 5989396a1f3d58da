import pytest
from killable_engine import KillableEngine
from recovery import LONG
from tiny_pairs import finish

from nncompare.comparison import seed_run as seed_run_module
from nncompare.comparison.drive import drive as true_drive
from nncompare.comparison.model_run import ModelRun
from nncompare.comparison.result import ComparisonResult
from nncompare.engine.client import Engine
from nncompare.engine.shared import EngineHolder
from nncompare.messages import Assignment
from nncompare.store import Store


@pytest.fixture(scope="package")
def killable(engines: EngineHolder) -> KillableEngine:
    """The engine of all tests, for those that kill it."""
    return KillableEngine(engines)


@pytest.fixture
def places(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Return on which worker each model trains, by name, as soon as it does."""
    known: dict[str, str] = {}

    async def drive(run: ModelRun, engine: Engine, address: str, assignment: Assignment) -> None:
        known[run.name] = address
        await true_drive(run, engine, address, assignment)

    monkeypatch.setattr(seed_run_module, "drive", drive)
    return known


@pytest.fixture
def store() -> Store:
    return Store.default()


@pytest.fixture(scope="package")
def uninterrupted(engines: EngineHolder) -> ComparisonResult:
    """What `LONG` comes to where nothing happens to it."""
    return finish(LONG, engines)
