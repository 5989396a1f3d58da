"""What can be saved of a comparison: the report, the predictions, the weights, the pictures."""

from collections.abc import Callable, Sequence

from nncompare.analysis import Robustness
from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.figures import image_file
from nncompare.report import CURVES, PICTURES, predictions_csv, report_page
from nncompare.report.lesson import TakenLesson
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import set_value
from nncompare.ui.refresher import Refresher

# The rest is of one seed, and most of it of one split.
_OF_ALL = ("report", *CURVES)
_TYPES = {
    "html": "text/html",
    "csv": "text/csv",
    "png": "image/png",
    "svg": "image/svg+xml",
    "safetensors": "application/octet-stream",
}


class Exports:
    """Buttons that make a file and save it in the browser; they are there once there is something to save."""

    def __init__(self, refresher: Refresher, on_failed: Callable[[str], None]) -> None:
        self._refresher, self._on_failed = refresher, on_failed
        self.taken: Callable[[], TakenLesson | None] = lambda: None  # the lesson that the report tells of
        self.tried: Callable[[], Sequence[Robustness]] = lambda: ()  # the robustness that it tells of
        self.box = Clickable(refresher.posting(self.save), "nnc-exports")
        self.offer(None, None, "test")

    def offer(self, whole: ComparisonResult | None, pair: ComparisonResult | None, split: SplitName) -> None:
        """Save of these from now on: report and curves of the whole, the rest of the pair that is looked at."""
        self._whole, self._pair, self._split = whole, pair, split
        if pair is None:
            set_value(self.box, html="")
            return
        drawn = PICTURES if pair.can_be_compared else CURVES
        pictures = {key: PICTURES[key].title for key in drawn}
        weights = [model.name for model in pair.models if model.weights is not None]
        self.box.show("exports.html", pictures=pictures, weights=weights)

    def save(self, pick: str) -> None:
        """Make a file, such as "report.html", and send it to the browser."""
        pair, split = self._pair, self._split
        if pair is None or not self.box.offers(pick):  # others may be offered since it was pressed
            return
        whole, taken, tried = self._whole or pair, self.taken(), self.tried()
        key, _, kind = pick.partition(".")
        texts = {"html": lambda: report_page(whole, taken, tried), "csv": lambda: predictions_csv(pair, split)}
        self._refresher.in_background(
            lambda: texts[kind]().encode() if kind in texts else _file(whole, pair, split, key, kind),
            lambda content: self.box.download(_name(pair, split, key, kind), _TYPES[kind], content),
            lambda error: self._on_failed(f"The file could not be made. {error}"),
        )


def _name(pair: ComparisonResult, split: SplitName, key: str, kind: str) -> str:
    of_seed = "" if key in _OF_ALL else f"-seed-{pair.seed}"
    of_split = "" if key in _OF_ALL or kind == "safetensors" else f"-{split}"
    return f"nncompare-{pair.comparison.dataset}{of_seed}{of_split}-{key}.{kind}"


def _file(whole: ComparisonResult, pair: ComparisonResult, split: SplitName, key: str, kind: str) -> bytes:
    if kind == "safetensors":
        return next(model for model in pair.models if model.name.lower() == key).weights_file()
    figure, _ = PICTURES[key].draw(whole if key in _OF_ALL else pair, split)
    return image_file(figure, "png" if kind == "png" else "svg")
