"""What stays of a chart while its curves move: its axes, the numbers along them, and its heading."""

from collections.abc import Sequence, Set
from dataclasses import replace

from matplotlib.artist import Artist

from nncompare.figures.key import Heading
from nncompare.figures.layout import Layout
from nncompare.figures.output import drawn
from nncompare.figures.palette import MUTED
from nncompare.figures.scales import Scale
from nncompare.figures.style import new_figure

_SUBJECT_ROW, _PAD = 62, 8
_DIGIT = 0.6
"""Width of a digit, as a share of the size of its letters: that of a wide face."""


class Frame:
    """Figure and axes of one chart, without a frame around them but a line below.

    The scales `x` and `y` are what is along the axes, `layout` is where everything stands.
    """

    def __init__(self, title: str, layout: Layout) -> None:
        self.layout = layout
        self.x = self.y = Scale(0, 1, (0,), ("0",))
        self.figure = new_figure(layout.width, layout.height)
        self.axes = self.figure.add_axes(layout.plot, frameon=False)
        self.axes.plot([0, 1], [0, 0], color=MUTED, linewidth=1, transform=self.axes.transAxes, clip_on=False)
        self._unit = self.axes.annotate("", (1, 0), (0, 0), "axes fraction", "offset points", annotation_clip=False)
        place = layout.left / layout.width, 1 - _SUBJECT_ROW / layout.height
        self._subject = self.figure.text(*place, "", fontsize=12, va="baseline")
        self._heading = Heading(self.figure, title, layout) if layout.has_heading else None
        self._shown: tuple[object, ...] = ()
        self._headed: tuple[object, ...] = ()
        self._rest: tuple[object, str] = (None, "")

    def resize(self, width: float, height: float, letters: float) -> None:
        """Have another size; a heading would not move along."""
        self.layout = replace(self.layout, width=width, height=height, letters=letters)
        self.figure.set_size_inches(width / 72, height / 72)
        self.axes.set_position(self.layout.plot)

    def show(self, x: Scale, y: Scale, unit: str) -> None:
        """Show these scales, and what the x axis counts."""
        wanted = x, y, unit, self.layout
        if wanted == self._shown:
            return
        self._shown, self.x, self.y = wanted, x, y
        self.axes.set_xticks(x.ticks, x.names)
        self.axes.set_yticks(y.ticks, y.names)
        self.axes.tick_params(labelsize=self.layout.ticks)
        for axis in (self.axes.xaxis, self.axes.yaxis):
            for tick in axis.get_major_ticks():
                tick.label1.set_in_layout(False)  # else it is measured once more at every drawing
        self.axes.set(xlim=(x.low, x.high), ylim=(y.low, y.high))
        self._write_unit(unit)

    def head(self, subject: str, pens: Set[str]) -> None:
        """Write in the heading, where there is one, what the chart is about, and what these pens mean."""
        if self._heading is not None and self._headed != (subject, pens):
            self._headed, self._rest = (subject, pens), (None, "")
            self._subject.set_text(subject)
            self._heading.show(pens)

    def svg(self, moving: Sequence[Artist]) -> str:
        """Draw everything; what does not move takes the longest, so it is kept until something else is shown."""
        if self._rest[0] != self._shown:
            for artist in moving:
                artist.set_animated(True)  # which a figure leaves out
            self._rest = self._shown, drawn(self.figure, [self.figure])
            for artist in moving:
                artist.set_animated(False)
        return self._rest[1] + drawn(self.figure, [artist for artist in moving if artist.get_visible()])

    def _write_unit(self, unit: str) -> None:
        """Write what is counted behind the last number of the x axis."""
        ticks, layout = self.layout.ticks, self.layout
        behind = layout.plot_width * (self.x.ticks[-1] / self.x.high - 1) + _DIGIT * ticks * len(self.x.names[-1]) / 2
        self._unit.set(text=unit, fontsize=ticks, position=(max(behind + _PAD, _PAD), -7 - 0.77 * ticks))
