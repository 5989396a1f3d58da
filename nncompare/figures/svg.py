"""A figure as inline SVG: part of the page's text, in the page's colours and font."""

import re
from html import escape
from io import StringIO
from threading import RLock

from matplotlib import rc_context
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from nncompare.figures.palette import PAPER, css

DRAWING = RLock()
"""Held while anything is drawn: matplotlib's settings are those of the whole process."""

HALO = "nnc-halo"
"""The gid of texts that lines may run behind: they get a rim in the colour of the paper."""

_ROOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="{css_class}" role="img" aria-label="{label}" '
    'viewBox="0 0 {width:g} {height:g}" width="100%" stroke-linejoin="round" '
    'style="display:block;font-family:inherit;font-variant-numeric:tabular-nums">'
)
_HALO_GROUP = f'<g style="stroke:{css(PAPER)};stroke-width:4px;paint-order:stroke"'
_GROUP = re.compile(r'<g id="([^"]*)"')
_NOISE = re.compile(r" font-family: [^;]*;| transform=\"rotate\(-0 [^\"]*\"| stroke-dashoffset: 0;")
# Coordinates only: what is written in a text ends in "<".
_DECIMALS = re.compile(r"(\.\d\d)\d+(?=[ \"])")
_COLOUR = re.compile(r"#[0-9a-f]{6}")


def figure_svg(figure: Figure, label: str) -> str:
    """Draw a figure that is not kept, as `inline_svg` does."""
    return inline_svg(FigureCanvasSVG(figure), label, "nnc-picture")


def inline_svg(canvas: FigureCanvasSVG, label: str, css_class: str = "nnc-chart") -> str:
    """Draw a figure as SVG for the middle of an HTML page.

    It has no identifiers, no style sheet, no font and no date: nothing that could meet the rest of the page or make two
    drawings of equal figures differ. It is as wide as its container.

    Parameters
    ----------
    canvas : FigureCanvasSVG
        The figure's canvas. All its colours are from the palette.
    label : str
        The text alternative, in plain words.
    css_class : str
        Of the SVG element.
    """
    text = StringIO()
    with DRAWING, rc_context({"svg.fonttype": "none"}):
        canvas.print_svg(text)
    width, height = canvas.figure.get_size_inches() * 72
    root = _ROOT.format(css_class=css_class, label=escape(label), width=width, height=height)
    return root + _for_the_page(_content(text.getvalue())) + "</svg>"


def _content(document: str) -> str:
    # Before the first group matplotlib writes a prolog and a style sheet that would reach the whole page.
    return document[document.index("<g id=") : document.rindex("</svg>")]


def _for_the_page(content: str) -> str:
    content = _NOISE.sub("", content)
    content = _DECIMALS.sub(r"\1", content)
    content = _COLOUR.sub(lambda match: css(match[0]), content)
    return _GROUP.sub(lambda match: _HALO_GROUP if match[1] == HALO else "<g", content)
