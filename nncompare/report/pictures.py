"""The pictures of a comparison, by name: on the page of the report, and as files."""

from collections.abc import Callable
from dataclasses import dataclass

from matplotlib.figure import Figure

from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.data import CATALOG
from nncompare.figures import (
    CurveChart,
    calibration_figure,
    class_scores_figure,
    confusion_figure,
    describe_calibration,
    describe_class_scores,
    describe_confusion,
)

Drawing = tuple[Figure, str]


@dataclass(frozen=True)
class Picture:
    """A picture: its title, and how to draw it; `draw(result, split)` gives the figure and a text alternative."""

    title: str
    draw: Callable[[ComparisonResult, SplitName], Drawing]


def _curves(quantity: str) -> Callable[[ComparisonResult, SplitName], Drawing]:
    def draw(result: ComparisonResult, _: SplitName) -> Drawing:
        chart = CurveChart("loss" if quantity == "loss" else "accuracy")
        chart.reset(1, subject=CATALOG[result.comparison.dataset].subject)
        chart.update(result.curves())
        return chart.figure, chart.description

    return draw


def _confusion(result: ComparisonResult, split: SplitName) -> Drawing:
    a, b = result.confusion("a", split), result.confusion("b", split)
    classes = CATALOG[result.comparison.dataset].classes
    return confusion_figure(a, b, classes), describe_confusion(a, b, classes)


def _class_scores(result: ComparisonResult, split: SplitName) -> Drawing:
    scores = {name: result.class_scores(name, split) for name in "AB"}
    classes = CATALOG[result.comparison.dataset].classes
    return class_scores_figure(scores, classes), describe_class_scores(scores, classes)


def _calibration(result: ComparisonResult, split: SplitName) -> Drawing:
    found = {name: result.calibration(name, split) for name in "AB"}
    return calibration_figure(found, CATALOG[result.comparison.dataset].subject), describe_calibration(found)


# Those after the curves need both models.
PICTURES = {
    "loss": Picture("Loss curves", _curves("loss")),
    "accuracy": Picture("Accuracy curves", _curves("accuracy")),
    "confusion": Picture("Confusion matrices", _confusion),
    "classes": Picture("Scores of the classes", _class_scores),
    "calibration": Picture("Calibration", _calibration),
}
