"""Once models have ended: what they make of a whole split, and the filter that finds the images behind it."""

from collections.abc import Callable, Sequence
from typing import Any

from nncompare.analysis import Group, Outcomes
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.data import CATALOG
from nncompare.messages import Prediction, VisibleImages
from nncompare.report import PICTURES
from nncompare.ui.elements import Place, column, hide, set_value
from nncompare.ui.panels.costs import costs_of
from nncompare.ui.panels.exports import Exports
from nncompare.ui.panels.findings import Findings, Subject, ended, find
from nncompare.ui.panels.image_filter import ImageFilter
from nncompare.ui.panels.intervals import intervals
from nncompare.ui.panels.matrix import Matrix
from nncompare.ui.refresher import Refresher


class EvaluationPanel:
    """Judges both models, or one alone, as soon as it can; calls `on_choice` when other images are asked for.

    Attributes
    ----------
    disagreements : int or None
        On how many test images both models give different answers; None before that is known.
    """

    def __init__(self, refresher: Refresher, on_choice: Callable[[], None], on_failed: Callable[[str], None]) -> None:
        self._refresher, self._on_failed = refresher, on_failed
        self._on_choice = on_choice
        self._subject = Subject()
        self._outcomes: Outcomes | None = None
        self.disagreements: int | None = None
        self.verdict = Place("nnc-verdict-place")
        self.filter = ImageFilter(refresher.posting(self._on_filter))
        self.exports = Exports(refresher, on_failed)
        self.matrix = Matrix(refresher, self.filter.pick_confusion)
        self.costs, self.scores = Place("nnc-model-costs"), Place("nnc-class-scores")
        self.card = column("nnc-card nnc-verdict", [self.verdict, self.filter.bar])
        self.side = column("nnc-beside", [self.matrix, self.costs, self.exports])
        self._clear()

    def show(
        self, running: ComparisonRun | None, pair: SeedRun | None, split: SplitName, classes: Sequence[str]
    ) -> bool:
        """Judge what has ended, if it is new; return whether a filter had to be given up for that."""
        subject, before = Subject(ended(pair), ended(running), split), self._subject
        has_same_models = subject.pair is before.pair
        if has_same_models and split == before.split and subject.whole is before.whole:
            return False
        self._subject = subject
        self.exports.offer(subject.whole, subject.pair, split)
        was_on = self.filter.is_on
        if has_same_models and split == before.split:  # another seed has ended: what is looked at stays
            was_on = False
        else:
            self._clear()
        if not has_same_models:
            self.disagreements = None
        self._judge(subject, classes)
        return was_on

    def show_disagreements(self) -> None:
        """Look at the images on which both models give different answers; those of most difference first."""
        if self._outcomes is not None:
            self.filter.begin_with(Group.DISAGREE)

    def prediction(self, name: str, shown: VisibleImages) -> Prediction | None:
        """Return what a model predicts for the images that the filter has found; None where there is no filter."""
        result, outcomes = self._subject.pair, self._outcomes
        if not self.filter.is_on or outcomes is None or result is None:
            return None
        model = next((model for model in result.models if model.name == name), None)
        if model is None or model.weights is None:
            return None
        epochs = float(model.history.test.epoch[-1]) if model.history.test.epoch else 0.0
        return Prediction(epochs, (outcomes.a if name == "A" else outcomes.b)[list(shown.indices)], shown)

    def _clear(self) -> None:
        self._outcomes = None
        self.filter.offer(None, ())
        self.matrix.clear()
        for place in (self.verdict, self.costs, self.scores):
            set_value(place, value="")
        hide(self.card, True)
        hide(self.side, self._subject.pair is None)

    def _judge(self, subject: Subject, classes: Sequence[str]) -> None:
        if subject.pair is None:
            return
        if self._outcomes is None and subject.split == "train":
            comparison = subject.pair.comparison
            self._tell("judging.html", images=CATALOG[comparison.dataset].used_images(comparison.train_images))
        self._refresher.in_background(
            lambda: find(subject),
            lambda findings: self._on_found(subject, classes, findings),
            lambda error: self._on_failed(f"The models could not be compared on all images. {error}"),
        )

    def _tell(self, template: str, **values: Any) -> None:
        self.verdict.show(template, **values)
        hide(self.card, False)

    def _on_found(self, subject: Subject, classes: Sequence[str], findings: Findings) -> None:
        if subject is not self._subject or subject.pair is None:
            return  # something else is looked at by now
        conclusion, verdict = findings.conclusion, findings.verdict
        seed = subject.pair.seed if findings.is_over_seeds else None
        picture = intervals(verdict, findings.names) if verdict is not None else None
        self._tell("verdict.html", **vars(conclusion), picture=picture, seed=seed)
        if self._outcomes is None and findings.outcomes is not None:
            self._outcomes = findings.outcomes
            self._offer(findings, findings.outcomes, classes)
        elif findings.outcomes is not None:
            self.filter.doubt(findings.outcomes.suspects, findings.doubts)

    def _offer(self, findings: Findings, outcomes: Outcomes, classes: Sequence[str]) -> None:
        is_pair, is_left = len(findings.names) > 1, self.filter.is_left
        self.filter.offer(outcomes, classes, findings.names, findings.doubts)
        self.costs.show("model_costs.html", costs=costs_of(findings.models))
        if is_pair:
            titles = [picture.title for picture in PICTURES.values() if picture.on_page]
            self.scores.show("class_scores.html", scores=findings.scores, pictures=findings.pictures, titles=titles)
        if is_pair and self._subject.split == "test":
            self.disagreements = outcomes.counts()[Group.DISAGREE]
        if not is_left:
            self.filter.begin_with(Group.DISAGREE if is_pair else Group.BOTH_WRONG)
        self.matrix.offer(findings.matrices, classes)

    def _on_filter(self) -> None:
        self.matrix.mark(self.filter.cell)
        self._on_choice()
