"""The pictures of the analysis: matrices, scores of the classes, calibration; inline and as files."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from matplotlib import rc_context, rcParams, rcParamsDefault
from PIL import Image

from nncompare.analysis import Outcomes, Robustness, calibration, class_scores, confusion_matrix, robustness
from nncompare.data import CATALOG
from nncompare.disturbances import DISTURBANCES
from nncompare.figures import CurveChart, figure_svg, image_file
from nncompare.figures.calibration import calibration_figure, describe_calibration
from nncompare.figures.class_scores import class_scores_figure, describe_class_scores
from nncompare.figures.confusion import confusion_figure, describe_confusion
from nncompare.figures.robustness import NARROW, WIDE, describe_robustness, robustness_figure

MNIST = CATALOG["mnist"]
CLASSES = MNIST.classes
# What a notebook, a style sheet or a matplotlibrc may say, beside numbers and switches.
OTHER_WORDS: dict[Any, Any] = {
    "axes.autolimit_mode": "round_numbers",
    "axes.titlelocation": "right",
    "figure.facecolor": "black",
    "font.weight": "bold",
    "path.sketch": (5, 50, 2),
    "savefig.bbox": "tight",
    "svg.fonttype": "path",
    "text.color": "red",
    "xaxis.labellocation": "left",
}
DRAW = """
from nncompare.events import TestPoint, TrainPoint
from nncompare.figures import CurveChart
from nncompare.history import History

history = History()
for step in range(1, 41):
    history.add(TrainPoint(step / 40, step, step, step / 40, 2.3 / step, 0.9))
    history.add(TestPoint(step / 40, step, step, step / 40, 2.4 / step, 0.9, 100))
chart = CurveChart("loss")
chart.update({"A": history})
print(chart.svg())
"""


@contextmanager
def other_settings() -> Iterator[None]:
    """Turn every switch of matplotlib, and change every number and some words, as far as it takes that."""
    with rc_context():
        for name, value in rcParamsDefault.items():
            with suppress(TypeError, ValueError, RuntimeError):
                rcParams[name] = not value if isinstance(value, bool) else 2 * value + 1
        rcParams.update(OTHER_WORDS)
        yield


def outcomes_of(kind: str = "usual") -> Outcomes:
    random = np.random.default_rng(4)
    labels = random.integers(0, 10, 400)
    a, b = (random.dirichlet(np.full(10, 0.3), 400).astype(np.float32) for _ in "ab")
    if kind == "all right":
        a = b = np.eye(10, dtype=np.float32)[labels]
    if kind == "one class":
        a = b = np.tile(np.eye(10, dtype=np.float32)[3], (400, 1))
    return Outcomes(labels, a, b)


def matrices_of(found: Outcomes):
    said = {"A": found.predicted_by_a, "B": found.predicted_by_b}
    return {name: confusion_matrix(found.labels, classes, 10) for name, classes in said.items()}


def tried_of(found: Outcomes) -> Robustness:
    """Let the answers of A become wrong one strength after the other, and those of B twice as fast."""
    place, strengths = np.arange(len(found.labels)), DISTURBANCES["shift"].strengths
    said = {"A": found.predicted_by_a, "B": found.predicted_by_b}
    worse = {
        name: [np.where(place < 20 * pace * here, (found.labels + 1) % 10, classes) for here in range(len(strengths))]
        for (name, classes), pace in zip(said.items(), (1, 2), strict=True)
    }
    return robustness("shift", strengths, found.labels, worse)


def drawn(kind: str = "usual"):
    """Draw each picture: {name: (figure, description)}."""
    found = outcomes_of(kind)
    matrices = matrices_of(found)
    scores = {name: class_scores(matrix) for name, matrix in matrices.items()}
    sure = {"A": calibration(found.labels, found.a), "B": calibration(found.labels, found.b)}
    tried = tried_of(found)
    return {
        "confusion": (confusion_figure(matrices, MNIST), describe_confusion(matrices, MNIST)),
        "classes": (class_scores_figure(scores, MNIST), describe_class_scores(scores, MNIST)),
        "calibration": (calibration_figure(sure, MNIST), describe_calibration(sure, MNIST)),
        "robustness": (robustness_figure(tried, MNIST), describe_robustness(tried, MNIST)),
    }


@pytest.mark.parametrize("kind", ["usual", "all right", "one class"])
@pytest.mark.parametrize("name", ["confusion", "classes", "calibration", "robustness"])
def test_a_picture_is_an_element_for_the_middle_of_a_page(name, kind):
    figure, description = drawn(kind)[name]
    svg = figure_svg(figure, description)
    root = ElementTree.fromstring(svg)
    assert (root.get("role"), root.get("aria-label")) == ("img", description)
    assert not any(element.get("id") for element in root.iter())
    assert "nan" not in svg.lower()
    assert not re.search(r"#[0-9a-f]{6}", re.sub(r"var\(--nnc-[a-z-]+, #[0-9a-f]{6}\)", "", svg))


def test_the_matrices_hold_every_count_that_is_not_zero():
    a, b = matrices_of(outcomes_of()).values()
    svg = figure_svg(confusion_figure({"A": a, "B": b}, MNIST), "")
    texts = [text.text or "" for text in ElementTree.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]
    difference = [f"{count:+,}".replace("-", "\N{MINUS SIGN}") for count in (a - b).ravel() if count]
    wanted = [f"{count:,}" for matrix in (a, b) for count in matrix.ravel() if count] + difference
    heads = ["A", "B", "Mistakes: A − B", "true", *["predicted"] * 3, *CLASSES * 4]
    assert sorted(texts) == sorted(wanted + heads)


def test_descriptions_name_what_stands_out():
    a = np.diag(np.full(10, 40)) + 0
    b = a.copy()
    b[4, 9], b[5, 9] = 7, 1
    words = describe_confusion({"A": a, "B": b}, MNIST)
    assert "Model A takes no class for another." in words
    assert "Model B most often takes 4 for 9: 7 times." in words
    assert "Model B does worst on 9: F1 90.9%." in describe_class_scores({"B": class_scores(b)}, MNIST)
    labels = np.zeros(10, int)
    sure = np.tile(np.eye(10)[0], (10, 1))
    assert "as sure as right" in describe_calibration({"A": calibration(labels, sure)}, MNIST)
    assert "error 100.0%, surer than right" in describe_calibration({"A": calibration(labels + 1, sure)}, MNIST)
    half = 0.5 * sure + 0.05
    assert "less sure than right" in describe_calibration({"A": calibration(labels, half)}, MNIST)


def test_figures_of_two_models_that_differ_read_differently():
    a, b = (np.diag(np.full(10, 2_000)) + 0 for _ in "ab")
    a[4, 9], b[4, 9], a[5, 9], b[5, 9] = 7, 8, 1, 1
    words = describe_class_scores({"A": class_scores(a), "B": class_scores(b)}, MNIST)
    assert "A does worst on 9: F1 99.80%" in words
    assert "B does worst on 9: F1 99.78%" in words
    labels = np.zeros(5_000, int)
    sure = np.tile(np.eye(10)[0], (5_000, 1))
    other = sure.copy()
    other[0] = np.eye(10)[1]
    models = {"A": calibration(labels, sure), "B": calibration(labels, other)}
    assert "A: expected calibration error 0.00%" in describe_calibration(models, MNIST)
    assert "B: expected calibration error 0.02%" in describe_calibration(models, MNIST)
    svg = figure_svg(calibration_figure(models, MNIST), "")
    assert "error 0.02%" in svg


@pytest.mark.parametrize("disturbance", DISTURBANCES)
def test_the_strengths_have_room_for_their_numbers_and_what_is_neutral_stands_left(disturbance):
    strengths = DISTURBANCES[disturbance].strengths
    found = Robustness(disturbance, strengths, 1_000, {"A": (900,) * 9, "B": (890,) * 9}, (10,) * 9, (0,) * 9)
    for size in (WIDE, NARROW):
        svg = ElementTree.fromstring(figure_svg(robustness_figure(found, MNIST, size), ""))
        texts = {(text.text or ""): float(text.attrib["x"]) for text in svg.iter("{http://www.w3.org/2000/svg}text")}
        places = [texts[f"{strength:g}"] for strength in strengths if f"{strength:g}" in texts]
        assert places[0] == pytest.approx(54, abs=1)
        assert {f"{strengths[0]:g}", f"{strengths[-1]:g}"} <= set(texts)
        assert min(np.diff(places)) >= 36


def test_a_dot_is_filled_where_the_models_differ():
    right, strengths = {"A": (900,) * 9, "B": (900,) * 5 + (300,) * 4}, DISTURBANCES["noise"].strengths
    found = Robustness("noise", strengths, 1_000, right, (0,) * 5 + (600,) * 4, (0,) * 9)
    svg = figure_svg(robustness_figure(found, MNIST), "")
    dots = re.findall(r'style="fill: var\(--nnc-(a|b|paper)[^"]*stroke-width: 1.5', svg)
    assert (dots.count("a"), dots.count("b"), dots.count("paper")) == (4, 4, 10)
    assert "filled: a lead that counts" in svg
    alone = Robustness("noise", strengths, 1_000, {"A": right["A"]})
    assert "filled" not in figure_svg(robustness_figure(alone, MNIST), "")


def test_files_stand_alone_on_white_paper_and_are_the_same_each_time(make_history):
    chart = CurveChart("loss")
    chart.update({"A": make_history(1)})
    for figure in (chart.figure, drawn()["confusion"][0]):
        picture = Image.open(BytesIO(image_file(figure, "png")))
        assert picture.convert("RGBA").getpixel((0, 0)) == (255, 255, 255, 255)
        assert picture.width == pytest.approx(figure.get_figwidth() * 200, abs=1)
        svg = image_file(figure, "svg")
        assert ElementTree.fromstring(svg).tag.endswith("svg")
        assert svg == image_file(figure, "svg")
        assert b"<text" in svg, "texts stay texts"
    assert not chart.figure.get_frameon(), "what is kept stays as it was"


def written(histories):
    """Make every figure there is, and write it in every way."""
    chart = CurveChart("loss")
    chart.update({"A": histories[0]})
    curves = [chart.svg()]
    chart.update({"A": histories[1], "B": histories[0]})  # other scales, dashes of other widths, a line more
    curves.append(chart.svg())
    figures = [chart.figure, *(figure for figure, _ in drawn().values())]
    files = [image_file(figure, kind) for figure in figures for kind in ("svg", "png")]
    return curves, [figure_svg(figure, "") for figure in figures], files


@pytest.mark.filterwarnings("ignore")  # of settings that matplotlib will not have for long
def test_settings_of_the_notebook_do_not_matter(make_history):
    histories = make_history(1), make_history(9)
    expected = written(histories)
    with other_settings():
        assert rcParams["text.usetex"]
        assert written(histories) == expected


def test_a_matplotlibrc_in_the_working_directory_does_not_matter(tmp_path: Path) -> None:
    drawn_elsewhere = []
    for settings in ("", "text.usetex: True\nfont.size: 40\naxes.grid: False\nlines.scale_dashes: False\n"):
        (tmp_path / "matplotlibrc").write_text(settings)
        done = subprocess.run([sys.executable, "-c", DRAW], cwd=tmp_path, capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, done.stderr
        drawn_elsewhere.append(done.stdout)
    assert drawn_elsewhere[0].count("<text") > 5
    assert drawn_elsewhere[0] == drawn_elsewhere[1]
