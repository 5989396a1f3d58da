"""When the curves are drawn while two models learn."""

from types import SimpleNamespace
from typing import Any

import pytest
from tiny_comparison import TINY

from nncompare.comparison.state import State
from nncompare.history import COLUMNS, Curve, History
from nncompare.ui.panels.curve_charts import CurveCharts
from nncompare.ui.panels.running_curves import goals
from nncompare.ui.refresher import Refresher, Rest


def history_of(points: int) -> History:
    return History(train=Curve(**{name: [0.1 * (n + 1) for n in range(points)] for name in COLUMNS}))


def run(name: str, epochs: int, done: float, state: State) -> SimpleNamespace:
    return SimpleNamespace(name=name, config=SimpleNamespace(epochs=epochs), epoch=done, state=state)


def test_a_curve_will_end_with_the_plan_or_where_it_was_stopped() -> None:
    first = SimpleNamespace(runs=[run("A", 3, 1.4, State.STOPPED), run("B", 5, 1.2, State.RUNNING)])
    running: Any = SimpleNamespace(begun=[first])
    assert goals(running) == {"A": 1.4, "B": 5}
    second = SimpleNamespace(runs=[run("A", 3, 0.1, State.PAUSED), run("B", 5, 5.0, State.FINISHED)])
    running.begun = []
    running.current = second
    assert goals(running) == {"A": 3, "B": 5}
    running.begun = [first, second]
    assert goals(running) == {"A": 3, "B": 5}
    assert goals(None) == {}


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


def test_the_empty_charts_reach_as_far_as_what_is_to_be_trained() -> None:
    charts = CurveCharts(Refresher(lambda: None))
    charts.draw_empty()
    charts.plan(20)
    assert ">20</text>" in charts.drawings["loss"].value.replace("\n", "")
