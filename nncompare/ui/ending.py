"""What a comparison comes to in one line, found beside the page."""

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.report.conclusion import concluded
from nncompare.ui.panels.findings import ended
from nncompare.ui.refresher import Refresher


class Ending:
    """Keeps the `headline` of the comparison that is shown; it is empty until it has ended and is judged."""

    def __init__(self, refresher: Refresher) -> None:
        self._refresher = refresher
        self._result: ComparisonResult | None = None
        self.headline = ""

    def tick(self, running: ComparisonRun | None, *, is_predicted: bool) -> None:
        """Judge what has ended; two models only once all images are predicted, which is asked for elsewhere."""
        result = ended(running)
        if result is not None and result.can_be_compared and not is_predicted:
            result = None
        if result is self._result:
            return
        self._result, self.headline = result, ""
        if result is not None:
            self._refresher.in_background(
                lambda: concluded(result)[1].headline,
                lambda words: self._on_judged(result, words),
                lambda _: None,
            )

    def _on_judged(self, result: ComparisonResult, headline: str) -> None:
        if result is self._result:
            self.headline = headline
