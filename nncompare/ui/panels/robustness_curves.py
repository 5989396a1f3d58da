"""The robustness curves of one disturbance with what they show, and their files."""

from collections.abc import Callable
from dataclasses import dataclass

from nncompare.analysis import Robustness
from nncompare.comparison.robustness import IMAGES
from nncompare.data import CATALOG
from nncompare.figures import image_file
from nncompare.figures.robustness import NARROW, robustness_figure
from nncompare.report.robustness import RobustnessSection, robustness_csv, robustness_section, robustness_svg
from nncompare.ui.clickable import Clickable
from nncompare.ui.refresher import Refresher

_TYPES = {"csv": "text/csv", "png": "image/png", "svg": "image/svg+xml"}


@dataclass(frozen=True)
class DrawnRobustness:
    """Curves of models trained on a data set, with what they show; and drawn for a narrow page, too."""

    found: Robustness
    dataset: str
    section: RobustnessSection
    narrow: str


def draw_robustness(found: Robustness, dataset: str) -> DrawnRobustness:
    """Draw curves for the page: on any thread."""
    info = CATALOG[dataset]
    return DrawnRobustness(found, dataset, robustness_section(found, info), robustness_svg(found, info, NARROW))


class RobustnessCurves:
    """Shows curves; saves them when asked, and calls `on_failed` with a sentence where that fails."""

    def __init__(self, refresher: Refresher, on_failed: Callable[[str], None]) -> None:
        self._refresher, self._on_failed = refresher, on_failed
        self._drawn: DrawnRobustness | None = None
        self.box = Clickable(refresher.posting(self._on_pick), "nnc-robustness-curves")

    def show(self, drawn: DrawnRobustness | None, *, has_weights: bool) -> None:
        """Show curves; without any, what can be found out, where there are models with weights."""
        self._drawn = drawn
        if drawn is None:
            self.box.show("robustness_none.html", images=IMAGES, has_weights=has_weights)
        else:
            self.box.show("robustness.html", one=drawn.section, narrow=drawn.narrow)

    def _on_pick(self, kind: str) -> None:
        drawn = self._drawn
        if drawn is None or not self.box.offers(kind):  # something else may be shown since it was pressed
            return
        name = f"nncompare-{drawn.dataset}-seed-{drawn.found.seed}-robustness-{drawn.found.disturbance}.{kind}"
        self._refresher.in_background(
            lambda: _content(drawn, kind),
            lambda content: self.box.download(name, _TYPES[kind], content),
            lambda error: self._on_failed(f"The file could not be made. {error}"),
        )


def _content(drawn: DrawnRobustness, kind: str) -> bytes:
    if kind == "csv":
        return robustness_csv(drawn.found).encode()
    return image_file(robustness_figure(drawn.found, CATALOG[drawn.dataset]), "png" if kind == "png" else "svg")
