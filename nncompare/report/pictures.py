"""The pictures of a comparison, by name: on the page of the report, and as files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar, get_args

from matplotlib.figure import Figure

from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.data import CATALOG, DatasetInfo
from nncompare.figures import CurveChart
from nncompare.figures.calibration import calibration_figure, describe_calibration
from nncompare.figures.class_scores import class_scores_figure, describe_class_scores
from nncompare.figures.confusion import confusion_figure, describe_confusion
from nncompare.figures.points import Quantity
from nncompare.figures.wording import title

Drawing = tuple[Figure, str]
Draw = Callable[[ComparisonResult, SplitName], Drawing]
T = TypeVar("T")

CURVES: tuple[Quantity, ...] = get_args(Quantity)
"""The pictures of all seeds, and of one model alone."""


@dataclass(frozen=True)
class Picture:
    """A picture: its title, and how to draw it; `draw(result, split)` gives the figure and a text alternative.

    The page of the predictions shows those that are `on_page`; it has tables in the place of the others.
    """

    title: str
    draw: Draw
    on_page: bool = False


def _curves(quantity: Quantity) -> Draw:
    def draw(result: ComparisonResult, _: SplitName) -> Drawing:
        chart = CurveChart(quantity)
        chart.reset(0, subject=CATALOG[result.comparison.dataset].subject)
        chart.update(result.curves())
        return chart.figure, chart.description

    return draw


def _of_both(
    find: Callable[[ComparisonResult, str, SplitName], T],
    figure: Callable[[Mapping[str, T], DatasetInfo], Figure],
    describe: Callable[[Mapping[str, T], DatasetInfo], str],
) -> Draw:
    def draw(result: ComparisonResult, split: SplitName) -> Drawing:
        found = {name: find(result, name, split) for name in "AB"}
        dataset = CATALOG[result.comparison.dataset]
        return figure(found, dataset), describe(found, dataset)

    return draw


# Those after the curves need both models.
PICTURES: dict[str, Picture] = {
    **{quantity: Picture(f"{title(quantity)} curves", _curves(quantity)) for quantity in CURVES},
    "confusion": Picture(
        "Confusion matrices", _of_both(ComparisonResult.confusion, confusion_figure, describe_confusion)
    ),
    "classes": Picture(
        "Scores of the classes",
        _of_both(ComparisonResult.class_scores, class_scores_figure, describe_class_scores),
        on_page=True,
    ),
    "calibration": Picture(
        "Calibration", _of_both(ComparisonResult.calibration, calibration_figure, describe_calibration), on_page=True
    ),
}
