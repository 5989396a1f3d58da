"""Figures written: as inline SVG for a page, in its colours and its font, and as files for slides and papers."""

import re
from collections.abc import Iterable
from functools import lru_cache
from html import escape
from io import BytesIO, StringIO
from typing import Any, Literal

import numpy as np
from matplotlib.artist import Artist
from matplotlib.backend_bases import GraphicsContextBase, RendererBase
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.transforms import IdentityTransform, Transform

from nncompare.figures.palette import PAPER, css
from nncompare.figures.style import figure_style

ImageFormat = Literal["png", "svg"]

HALO = "nnc-halo"
"""The gid of texts that lines may run behind: they get a rim in the colour of the paper."""

NAME = "nnc-name"
"""The gid of texts whose last word is a value: that is not bold."""

_DOTS_PER_INCH = 200
_ROOT = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="{css_class}" role="img" aria-label="{label}" '
    'viewBox="0 0 {width:g} {height:g}" width="100%" stroke-linejoin="round" '
    'style="display:block;font-family:inherit;font-variant-numeric:tabular-nums">\n'
)
_RIM = f"stroke: {css(PAPER)}; stroke-width: 4px; paint-order: stroke; "
_ANCHORS = {"left": "", "center": "text-anchor: middle; ", "right": "text-anchor: end; "}
_AS_ZEROS = str.maketrans("123456789", "0" * 9)
_COLOUR = re.compile(r"(?<=: )#[0-9a-f]{6}")


def image_file(figure: Figure, kind: ImageFormat) -> bytes:
    """Write a figure on white paper as PNG (200 dots per inch) or as SVG with its texts as text."""
    file = BytesIO()
    # Without a date: equal figures give equal files.
    metadata = {"Date": None} if kind == "svg" else {}
    was_framed = figure.get_frameon()
    with figure_style():
        figure.set_frameon(True)
        figure.savefig(file, format=kind, dpi=_DOTS_PER_INCH, facecolor=PAPER, metadata=metadata)
        figure.set_frameon(was_framed)
    return file.getvalue()


def figure_svg(figure: Figure, label: str, css_class: str = "nnc-picture") -> str:
    """Draw a figure as SVG for the middle of an HTML page.

    It has no identifiers, no style sheet, no font and no date: nothing that could meet the rest of the page or make two
    drawings of equal figures differ. It is as wide as its container. All colours of the figure are from the palette;
    the `label` is the text alternative, in plain words, and the class is that of the SVG element.
    """
    return framed(figure, drawn(figure, [figure]), label, css_class)


def drawn(figure: Figure, artists: Iterable[Artist]) -> str:
    """Draw artists of a figure, or the figure itself without those that are animated, for `framed`."""
    width, height = figure.bbox.size
    document = StringIO()
    with figure_style():
        renderer = _PageRenderer(width, height, document)
        # What the renderer has written by now is a prolog and a style sheet that would reach the whole page.
        start = document.tell()
        for artist in sorted(artists, key=Artist.get_zorder):
            artist.draw(renderer)
    return _COLOUR.sub(lambda match: css(match[0]), document.getvalue()[start:])


def framed(figure: Figure, content: str, label: str, css_class: str) -> str:
    """Put what was `drawn` of a figure into the element that `figure_svg` returns."""
    width, height = figure.bbox.size
    return _ROOT.format(css_class=css_class, label=escape(label), width=width, height=height) + content + "</svg>"


class _PageRenderer(RendererSVG):
    """Writes paths and texts, and nothing that needs an identifier, as groups, definitions and clip paths do."""

    draw_path_collection = RendererBase.draw_path_collection

    def open_group(self, s: str, gid: str | None = None) -> None:
        pass

    def close_group(self, s: str) -> None:
        pass

    def draw_markers(
        self,
        gc: GraphicsContextBase,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,  # noqa: N803
    ) -> None:
        shape, places = marker_path.transformed(marker_trans), trans.transform(path.vertices)
        # One path for all of them: to write many takes as long as the rest of a chart.
        vertices = (np.asarray(shape.vertices) + places[:, None]).reshape(-1, 2)
        codes = np.tile(shape.codes, len(places)) if shape.codes is not None else None
        self.draw_path(gc, Path(vertices, codes), IdentityTransform(), rgbFace)

    def draw_path(self, gc: GraphicsContextBase, path: Path, transform: Transform, rgbFace: Any = None) -> None:  # noqa: N803
        clip = gc.get_clip_rectangle() if rgbFace is None else None
        edges = clip.extents if clip is not None else None
        placed = path.cleaned(transform, remove_nans=True, clip=edges, curves=True)
        if len(placed) < 2:  # nothing is left but its end
            return
        gc.set_clip_rectangle(None)
        rounded = Path(np.asarray(placed.vertices).round(2), placed.codes)
        super().draw_path(gc, rounded, IdentityTransform(), rgbFace)

    def draw_text(
        self,
        gc: GraphicsContextBase,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        style = f"font-size: {prop.get_size_in_points():g}px; fill: {to_hex(gc.get_rgb())}"
        if prop.get_weight() != "normal":
            style = f"font-weight: {prop.get_weight()}; {style}"
        if mtext is not None and mtext.get_gid() == HALO:
            style = _RIM + style
        if mtext is not None and not angle:
            # The browser's font has other widths than the one that was measured: it does the alignment itself.
            x, _ = mtext.get_transform().transform(mtext.get_unitless_position())
            style = _ANCHORS[mtext.get_horizontalalignment()] + style
        turn = f"rotate({-angle:g} {x:.2f} {y:.2f})" if angle else ""
        name, _, value = s.rpartition(" ") if mtext is not None and mtext.get_gid() == NAME else (s, "", "")
        self.writer.start("text", x=f"{x:.2f}", y=f"{y:.2f}", style=style, transform=turn)
        self.writer.data(name)
        if value:
            self.writer.element("tspan", value, dx="0.3em", style="font-weight: normal")
        self.writer.end(indent=False)

    def get_text_width_height_descent(self, s: str, prop: FontProperties, ismath: Any) -> tuple[float, float, float]:
        return _measure(s.translate(_AS_ZEROS), prop, ismath)  # all digits are as wide: a new value is known already


@lru_cache(maxsize=1024)
def _measure(text: str, font: FontProperties, ismath: Any) -> tuple[float, float, float]:
    return text_to_path.get_text_width_height_descent(text, font, ismath)
