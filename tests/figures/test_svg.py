import re
from xml.etree import ElementTree

from matplotlib.figure import Figure

from nncompare.figures import CurveChart, figure_svg
from nncompare.figures.palette import MODELS


def drawing(label="a label", words="text"):
    figure = Figure(figsize=(2, 1), dpi=72)
    figure.patch.set_visible(False)
    figure.text(0.123456, 0.5, words, color=MODELS["A"])
    return figure_svg(figure, label)


def test_label_is_escaped():
    label = 'A < B & "C" <script>'
    svg = drawing(label)
    assert "<script" not in svg
    assert ElementTree.fromstring(svg).get("aria-label") == label


def test_size_comes_from_the_figure():
    assert ElementTree.fromstring(drawing()).get("viewBox") == "0 0 144 72"


def test_figures_in_texts_are_not_shortened():
    svg = drawing(words="0.123456")
    assert ">0.123456</text>" in svg
    assert 'x="17.78"' in svg


def test_colours_are_css_variables(make_history):
    chart = CurveChart("loss")
    chart.update({"A": make_history(1), "B": make_history(1)})
    svg = chart.svg()
    variables = set(re.findall(r"var\((--nnc-[a-z-]+), #[0-9a-f]{6}\)", svg))
    assert variables == {f"--nnc-{name}" for name in ("a", "b", "b-text", "ink", "muted", "line", "paper")}
    rest = re.sub(r"var\(--nnc-[a-z-]+, #[0-9a-f]{6}\)", "", svg)
    assert not re.search(r"#[0-9a-fA-F]{3}|rgb|black|white", rest)
    assert set(re.findall(r"(?:fill|stroke): ?([^;\"]*)", rest)) == {"none", ""}


def test_nothing_reaches_the_rest_of_the_page():
    svg = drawing()
    for piece in ("<style", "<?xml", "<!DOCTYPE", "metadata", " id=", "url(", "href", "DejaVu"):
        assert piece not in svg
