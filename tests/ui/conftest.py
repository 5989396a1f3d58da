import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from history_page import HistoryPage
from page_engine import PageEngine
from processes import until
from stored_runs import RecordOf, store_as
from stored_runs import finished as made_finished
from tiny_comparison import TINY, WHAT

from nncompare.config import Comparison
from nncompare.data import load
from nncompare.engine.shared import EngineHolder
from nncompare.store import Store
from nncompare.ui.dashboard import Dashboard

DEADLINE = 90


@pytest.fixture
def open_dashboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Dashboard]]:
    """Open dashboards that are closed at the end, where no real data set is at hand."""
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "nothing"))
    opened: list[Dashboard] = []

    def open_one(comparison: Comparison | None = None) -> Dashboard:
        opened.append(Dashboard(comparison))
        opened[-1].refresher.start()  # on a web page it waits until that is there
        return opened[-1]

    yield open_one
    for dashboard in opened:
        dashboard.close()


@pytest.fixture
def settle() -> Callable[[Dashboard], None]:
    """Wait until a dashboard has done everything that was posted so far."""

    def wait(dashboard: Dashboard) -> None:
        done = threading.Event()
        dashboard.refresher.post(done.set)
        assert done.wait(DEADLINE)

    return wait


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> PageEngine:
    """Have dashboards use an engine that trains nothing."""
    made = PageEngine()
    monkeypatch.setattr("nncompare.ui.dashboard.shared_engine", made)
    return made


@pytest.fixture(scope="session")
def kept_engines(engines: EngineHolder) -> Iterator[EngineHolder]:
    """Keep the engine of all tests also when a dashboard leaves it."""
    engines.join()
    yield engines
    engines.leave()


@pytest.fixture
def real_engine(kept_engines: EngineHolder, monkeypatch: pytest.MonkeyPatch) -> EngineHolder:
    """Have dashboards use the engine of all tests."""
    monkeypatch.setattr("nncompare.ui.dashboard.shared_engine", kept_engines)
    return kept_engines


@pytest.fixture
def open_ready(
    open_dashboard: Callable[..., Dashboard], settle: Callable[[Dashboard], None], synthetic_digits: Path
) -> Callable[[Comparison], Dashboard]:
    """Open a dashboard, and wait until its data set is ready."""

    def open_one(comparison: Comparison) -> Dashboard:
        dashboard = open_dashboard(comparison)
        until(lambda: dashboard.steps.data.images is not None, WHAT)
        settle(dashboard)
        return dashboard

    return open_one


@pytest.fixture
def tiny(open_ready: Callable[[Comparison], Dashboard], engine: PageEngine) -> Dashboard:
    """A dashboard whose data set is ready, on an engine that trains nothing."""
    return open_ready(TINY)


@pytest.fixture
def open_finished(
    open_ready: Callable[[Comparison], Dashboard],
    settle: Callable[[Dashboard], None],
    engine: PageEngine,
    home: Path,
) -> Callable[..., Dashboard]:
    """Open a dashboard with a comparison that has ended, out of the store; A and B as these functions make them."""

    def open_one(comparison: Comparison, a: RecordOf = made_finished, b: RecordOf = made_finished) -> Dashboard:
        id_ = store_as(Store(home), comparison, load(comparison.dataset).labels("test"), a, b)
        dashboard = open_ready(comparison)
        dashboard.open_saved(id_)
        until(lambda: dashboard.result is not None, WHAT)
        settle(dashboard)
        return dashboard

    return open_one


@pytest.fixture
def finished(open_finished: Callable[..., Dashboard]) -> Dashboard:
    """A dashboard that shows a comparison that has ended."""
    return open_finished(TINY)


@pytest.fixture
def past(tmp_path: Path) -> Iterator[HistoryPage]:
    """The History step on an empty store."""
    page = HistoryPage(tmp_path / "home")
    yield page
    page.close()
