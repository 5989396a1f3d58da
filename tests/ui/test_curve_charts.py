"""When the curves are drawn while two models learn."""

from types import SimpleNamespace

import pytest
from tiny_comparison import TINY

from nncompare.comparison.state import State
from nncompare.history import COLUMNS, Curve, History
from nncompare.ui.panels.curve_charts import CurveCharts
from nncompare.ui.refresher import Refresher, Rest


def history_of(points: int) -> History:
    return History(train=Curve(**{name: [0.1 * (n + 1) for n in range(points)] for name in COLUMNS}))


def test_the_first_point_of_each_model_is_drawn_at_once_and_later_ones_after_a_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    charts = CurveCharts(Refresher(lambda: None))
    a, b = (
        SimpleNamespace(name=name, config=config, history=History(), state=State.RUNNING)
        for name, config in zip("AB", (TINY.a, TINY.b), strict=True)
    )
    pair = SimpleNamespace(runs=[a, b])
    running = SimpleNamespace(
        runs=[a, b], pairs=[pair], begun=[pair], comparison=TINY, version=0, wait=lambda seconds: False
    )
    charts.begin(running)  # type: ignore[arg-type]
    drawn = [charts.drawings["loss"].value]

    def draws() -> bool:
        running.version += 1
        charts.tick()
        drawn.append(charts.drawings["loss"].value)
        return drawn[-1] != drawn[-2]

    assert not draws(), "nothing has begun"
    monkeypatch.setattr(Rest, "is_over", False)
    a.history = history_of(1)
    assert draws()
    a.history = history_of(2)
    assert not draws()
    b.history = history_of(1)
    assert draws()
    b.history = history_of(2)
    assert not draws()
    monkeypatch.setattr(Rest, "is_over", True)
    assert draws()
