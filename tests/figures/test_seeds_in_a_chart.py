import re
from xml.etree import ElementTree

import numpy as np
from drawn_chart import chart_of

from nncompare.figures import CurveChart
from nncompare.history import seed_band


def areas(svg):
    """The bands that are drawn: {(model, opacity): number}."""
    found = re.findall(r"fill: var\(--nnc-([ab]), [^)]*\); fill-opacity: ([0-9.]+)", svg)
    return {key: found.count(key) for key in found}


def test_several_seeds_are_a_mean_with_a_band_behind_it(make_history):
    chart = CurveChart("loss")
    seeds = [make_history(2, seed=seed) for seed in range(3)]
    chart.update({"A": seed_band(seeds), "B": make_history(2, floor=0.2)})
    svg = chart.svg()
    assert areas(svg) == {("a", "0.12"): 1, ("a", "0.25"): 1}
    assert not any(element.get("id") for element in ElementTree.fromstring(svg).iter())
    mean = np.mean([seed.train.loss[-1] for seed in seeds])
    assert f"Model A: training about {mean:.3f}" in chart.description
    chart.update({"A": seeds[0]})
    assert areas(chart.svg()) == {}


def test_a_band_begins_with_its_second_point_and_stays_in_the_chart(make_history):
    chart = CurveChart("accuracy")
    chart.update({"A": seed_band([make_history(0.025), make_history(0.025, seed=1)])})
    assert areas(chart.svg()) == {}
    wild = [make_history(3), make_history(3, floor=50.0)]
    chart = chart_of("loss")
    chart.update({"A": seed_band(wild)})
    (axes,) = chart.figure.axes
    low, high = axes.get_ylim()
    bands = [np.asarray(path.vertices) for area in axes.collections if area.get_visible() for path in area.get_paths()]
    assert len(bands) == 2
    assert all((low <= band[:, 1]).all() and (band[:, 1] <= high).all() for band in bands)
