import gc
import sys
import tracemalloc

import numpy as np
from cycler import cycler
from drawn_chart import chart_of
from matplotlib import colormaps, rc_context, rcParams
from matplotlib.axis import Axis

from nncompare.figures import CurveChart, View
from nncompare.history import seed_band

LOOKED_AT = ("matplotlib", "nncompare")


def test_equal_data_give_equal_text(make_history):
    first, second = CurveChart("loss"), CurveChart("loss")
    first.update({"A": make_history(1)})
    first.svg()
    for chart in (first, second):
        chart.update({"A": make_history(3), "B": make_history(2)})
    assert first.svg() == second.svg()


def test_what_stays_is_drawn_again_when_it_has_changed(make_history):
    """Axes, title and subject are kept between drawings: each of these changes is seen in the next one."""
    chart, curves = CurveChart("loss"), {"A": make_history(1)}
    changes = (
        lambda chart: chart.look(View(axis="seconds")),
        lambda chart: chart.reset(7, "Digits"),
        lambda chart: chart.reach({"A": 9}),
        lambda chart: chart.look(View(is_log=False, off=frozenset({"A test"}))),
        lambda chart: curves.update({"A": seed_band([make_history(1), make_history(1, seed=1)])}),
    )
    for number in range(len(changes)):
        chart.svg()
        changes[number](chart)
        chart.update(curves)
        fresh = CurveChart("loss")
        for change in changes[: number + 1]:
            change(fresh)
        fresh.update(curves)
        assert chart.svg() == fresh.svg(), number


def test_a_chart_that_is_drawn_before_its_update_says_what_it_shows(make_history):
    chart = CurveChart("loss")
    for axis in ("images", "steps"):
        chart.look(View(axis=axis))
        chart.svg()
        chart.update({"A": make_history(1)})
    fresh = CurveChart("loss")
    fresh.look(View(axis="steps"))
    fresh.update({"A": make_history(1)})
    assert chart.svg() == fresh.svg()


def test_axes_are_drawn_once_for_each_scale(make_history, monkeypatch):
    drawings, draw = [], Axis.draw

    def count(axis, renderer):
        drawings.append(axis)
        return draw(axis, renderer)

    monkeypatch.setattr(Axis, "draw", count)
    chart = CurveChart("accuracy")
    a, texts = make_history(1), []
    for curves in ({"A": a}, {"B": a}, {"A": a, "B": a}):
        chart.update(curves)
        texts.append(chart.svg())
    assert len(drawings) == 2, "x and y"
    assert len(set(texts)) == 3


def test_everything_is_kept_and_moved_in_place(make_history):
    chart = chart_of("loss")
    (axes,) = chart.figure.axes
    before = [*axes.lines, *axes.texts, *axes.collections]
    chart.update({"A": make_history(2)})
    chart.svg()
    assert list(map(id, [*axes.lines, *axes.texts, *axes.collections])) == list(map(id, before))
    train = make_history(2).train
    (line,) = [line for line in axes.lines if line.get_label() == "A train"]
    drawn = np.asarray(line.get_xydata())[-20:]
    np.testing.assert_allclose(drawn[:, 0], train.epoch[-20:])
    np.testing.assert_allclose(drawn[:, 1], train.loss[-20:])


def test_long_runs_stay_small(make_history):
    chart = CurveChart("loss", epochs=100)
    chart.update({"A": make_history(100), "B": make_history(100, seed=1)})
    assert len(chart.svg().encode()) < 40_000


def test_nothing_grows_over_many_drawings(make_history):
    chart = CurveChart("accuracy")
    stages = [{"A": make_history(epochs), "B": make_history(epochs, seed=1)} for epochs in (0.1, 1, 2, 3)]

    def draw(times):
        for index in range(times):
            chart.update(stages[index % 4])
            chart.svg()
        sys._clear_type_cache()  # it holds names of methods that matplotlib puts together, up to a limit
        gc.collect()
        # Only what drawing makes: other tests of the same process may have left threads that work on.
        drawn = [thing for thing in gc.get_objects() if str(type(thing).__module__).startswith(LOOKED_AT)]
        files = [tracemalloc.Filter(True, f"*/{folder}/*") for folder in ("matplotlib", "nncompare/figures")]
        statistics = tracemalloc.take_snapshot().filter_traces(files).statistics("filename")
        return len(drawn), sum(statistic.size for statistic in statistics)

    tracemalloc.start()
    try:
        draw(4)
        objects_before, memory_before = draw(16)
        objects_after, memory_after = draw(48)
    finally:
        tracemalloc.stop()
    assert objects_after - objects_before < 40
    assert memory_after - memory_before < 2_000


def test_settings_of_the_notebook_are_left_as_they_are(make_history, recwarn):
    """Also those that cannot be compared, or that matplotlib warns of."""
    with rc_context():
        rcParams["axes.prop_cycle"] = cycler(color=colormaps["viridis"](np.linspace(0, 1, 10)))
        rcParams["toolbar"] = "toolmanager"
        recwarn.clear()
        before = {name: repr(value) for name, value in dict.items(rcParams)}
        chart = CurveChart("loss")
        chart.update({"A": make_history(1)})
        chart.svg()
        assert not recwarn.list
        assert {name: repr(value) for name, value in dict.items(rcParams)} == before
