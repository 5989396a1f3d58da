import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nncompare.ui.dashboard import Dashboard

DEADLINE = 60


@pytest.fixture
def open_dashboard(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Callable[..., Dashboard]]:
    """Open dashboards that are closed at the end, where no real data set is at hand."""
    monkeypatch.setenv("NNCOMPARE_DATA_DIR", str(tmp_path / "nothing"))
    opened: list[Dashboard] = []

    def open_one(*arguments: object) -> Dashboard:
        opened.append(Dashboard(*arguments))
        return opened[-1]

    yield open_one
    for dashboard in opened:
        dashboard.close()


@pytest.fixture
def settle() -> Callable[[Dashboard], None]:
    """Wait until a dashboard has done everything that was posted so far."""

    def wait(dashboard: Dashboard) -> None:
        done = threading.Event()
        dashboard._refresher.post(done.set)
        assert done.wait(DEADLINE)

    return wait
