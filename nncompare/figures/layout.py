"""Where the parts of a chart stand, in pixels, and how its curves are looked at."""

from dataclasses import dataclass

from nncompare.figures.points import Axis


@dataclass(frozen=True)
class View:
    """What a reader has chosen: the x axis, the scale of the loss, how it is smoothed, and which lines are off.

    `smoothing` is how many training points each one that is drawn is the mean of; `off` holds names such as "A train".
    """

    axis: Axis = "epoch"
    is_log: bool = True
    smoothing: int = 1
    off: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Layout:
    """The size of a chart, and of the letters of its names; with `has_heading` it is a picture of its own."""

    width: float = 640
    height: float = 380
    letters: float = 15
    has_heading: bool = True

    @property
    def ticks(self) -> float:
        """Size of the letters at the axes."""
        return max(12.0, self.letters - 2)

    @property
    def left(self) -> float:
        """Room for the numbers of the y axis: 46 pixels at the usual size."""
        return 3.55 * self.ticks

    @property
    def right(self) -> float:
        """Room for the names of the lines, with their values: 126 pixels at the usual size, more where all is bold."""
        return (10.2 if self.has_heading else 8.4) * self.letters

    @property
    def top(self) -> float:
        """Room for the heading, or for half of the highest number."""
        return 78.0 if self.has_heading else 0.8 * self.ticks

    @property
    def bottom(self) -> float:
        """Room for the numbers of the x axis."""
        return 2.2 * self.ticks

    @property
    def plot_width(self) -> float:
        """Width between the axes' ends."""
        return max(40.0, self.width - self.left - self.right)

    @property
    def plot_height(self) -> float:
        """Height between the axes' ends."""
        return max(40.0, self.height - self.top - self.bottom)

    @property
    def gap(self) -> float:
        """Between two names, from middle to middle."""
        return max(17.0, self.letters * 4 / 3)

    @property
    def plot(self) -> tuple[float, float, float, float]:
        """The axes within the figure, as shares: left, bottom, width, height."""
        width, height = self.width, self.height
        return self.left / width, self.bottom / height, self.plot_width / width, self.plot_height / height
