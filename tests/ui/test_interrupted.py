"""What was interrupted is offered, but not where another page has it open."""

from pathlib import Path

import pytest
from processes import until
from stored_runs import store_interrupted
from tiny_comparison import TINY

from nncompare.comparison.runner import ComparisonRun
from nncompare.data import load
from nncompare.store import Store
from nncompare.ui.panels import interrupted


def test_what_another_dashboard_has_open_is_not_offered(
    home: Path, synthetic_digits: Path, open_dashboard, engine, settle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(interrupted, "LOOK_SECONDS", 0.1)
    store = Store(home)
    id_ = store_interrupted(store, TINY, load("synthetic-digits").labels("test"))
    other = ComparisonRun.reopen(store.open(id_), engine)
    dashboard = open_dashboard()
    for _ in range(3):
        settle(dashboard)
    assert dashboard.interrupted.box.html.strip() == ""
    dashboard.open_saved(id_)
    until(lambda: "open elsewhere" in dashboard.notice.value, "a sentence")
    assert dashboard.current.running is None
    other.leave()
    until(lambda: id_ in dashboard.interrupted.box.html, "an offer once it is free")
