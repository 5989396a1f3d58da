"""What models make of a whole split, once they have ended or after an earlier epoch, and the filter behind it."""

from collections.abc import Callable, Sequence
from typing import Any

from nncompare.analysis import Group, Outcomes
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.messages import Prediction, VisibleImages
from nncompare.report import PICTURES
from nncompare.ui.elements import Place, column, hide, set_value
from nncompare.ui.panels.costs import costs_of
from nncompare.ui.panels.exports import Exports
from nncompare.ui.panels.findings import Findings, Subject, ended, find
from nncompare.ui.panels.image_filter import ImageFilter
from nncompare.ui.panels.intervals import intervals
from nncompare.ui.panels.matrix import Matrix
from nncompare.ui.panels.seed_choice import seed_words
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
        self._classes: Sequence[str] = ()
        self._seed_words = ""  # where there are several
        self._outcomes: Outcomes | None = None
        self._end: Findings | None = None
        self._past: Findings | None = None
        self.disagreements: int | None = None
        self.verdict = Place("nnc-verdict-place")
        self.filter = ImageFilter(refresher, self._on_filter)
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
        is_same = has_same_models and split == before.split
        self._classes = classes
        self._seed_words = seed_words(running, pair) if running is not None else ""
        if is_same and subject.whole is before.whole:
            return False
        self._subject = subject
        self.exports.offer(subject.whole, subject.pair, split)
        was_on, stays = self.filter.is_on, is_same or self.is_past  # another seed has ended, or what is not looked at
        self._end = self._end if is_same else None
        if not stays:
            self._clear()
        if not has_same_models:
            self.disagreements = None
        self._judge(subject)
        return was_on and not stays

    @property
    def is_past(self) -> bool:
        """Whether an earlier epoch is looked at."""
        return self._past is not None

    def look_back(self, found: Findings | None) -> bool:
        """Show what was found after an earlier epoch; None: what is known now. Return what `show` does."""
        was_on, self._past = self.filter.is_on, found
        now = found or self._end
        if now is not None:
            self._show(now)
        else:
            self._clear()
        return was_on and not self.filter.is_on

    def show_disagreements(self) -> None:
        """Look at the images on which both models give different answers; those of most difference first."""
        if self._outcomes is not None:
            self.filter.begin_with(Group.DISAGREE)

    def prediction(self, name: str, shown: VisibleImages) -> Prediction | None:
        """Return what a model predicts for the images that the filter has found; None where there is no filter.

        Of an earlier epoch it is that of any test images; None where it is not kept.
        """
        if self._past is not None:
            return self._past.of_test_images(name, shown)
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

    def _judge(self, subject: Subject) -> None:
        if subject.pair is None:
            return
        if self._end is None and not subject.is_predicted:
            self._tell("judging.html", split=subject.split)
        self._refresher.in_background(
            lambda: find(subject),
            lambda findings: self._on_found(subject, findings),
            lambda error: self._on_failed(f"The models could not be compared on all images. {error}"),
        )

    def _tell(self, template: str, **values: Any) -> None:
        self.verdict.show(template, **values)
        hide(self.card, False)

    def _on_found(self, subject: Subject, findings: Findings) -> None:
        if subject is not self._subject or subject.pair is None:
            return  # something else is looked at by now
        self._end = findings
        if findings.outcomes is not None and len(findings.models) > 1 and subject.split == "test":
            self.disagreements = findings.outcomes.counts()[Group.DISAGREE]
        if self._past is None:
            self._show(findings)

    def _show(self, found: Findings) -> None:
        if found.outcomes is None:
            self._clear()
        seed = self._seed_words if found.is_over_seeds or found.epoch is not None else ""
        picture = intervals(found.verdict, found.names) if found.verdict is not None else None
        self._tell("verdict.html", **vars(found.conclusion), picture=picture, seed=seed, epoch=found.epoch)
        if found.outcomes is not None and found.outcomes is not self._outcomes:
            self._offer(found, found.outcomes)

    def _offer(self, found: Findings, outcomes: Outcomes) -> None:
        is_first, self._outcomes = self._outcomes is None, outcomes
        self.filter.offer(outcomes, self._classes, found.names, found.doubts)
        self.matrix.offer(found.matrices, self._classes)
        self.costs.show("model_costs.html", costs=costs_of(found.models))
        if found.scores:
            titles = [picture.title for picture in PICTURES.values() if picture.on_page]
            self.scores.show("class_scores.html", scores=found.scores, pictures=found.pictures, titles=titles)
        hide(self.scores, found.epoch is not None)
        hide(self.side, False)
        if is_first and found.epoch is None and not self.filter.is_left:
            self.filter.begin_with(Group.DISAGREE if len(found.names) > 1 else Group.BOTH_WRONG)
        elif self.filter.is_on:
            self._on_filter()

    def _on_filter(self) -> None:
        self.matrix.mark(self.filter.cell)
        self._on_choice()
