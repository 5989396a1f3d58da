"""Once both models have ended: the verdict on a whole split, and the filter that finds the images behind it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nncompare.analysis import Group, Outcomes, class_scores, judge
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.comparison.seed_run import SeedRun
from nncompare.config import SplitName
from nncompare.figures import figure_svg
from nncompare.messages import Prediction, VisibleImages
from nncompare.report import PICTURES
from nncompare.report.conclusion import Conclusion, conclude
from nncompare.report.tables import score_rows
from nncompare.ui.clickable import Clickable
from nncompare.ui.elements import Place, column, set_value
from nncompare.ui.panels.exports import Exports
from nncompare.ui.panels.image_filter import ImageFilter
from nncompare.ui.refresher import Refresher

_TITLE = "{}: true class in rows, predicted in columns"


@dataclass(frozen=True, eq=False)
class _Subject:
    """What is compared: the models of one seed on a split, and all seeds once they have ended."""

    pair: ComparisonResult | None = None
    whole: ComparisonResult | None = None
    split: SplitName = "test"


@dataclass(frozen=True)
class _Found:
    """What the comparison of a subject has found; without outcomes where it has no two models that predict."""

    outcomes: Outcomes | None
    conclusion: Conclusion
    is_over_seeds: bool = False


class EvaluationPanel:
    """Compares both models as soon as it can; calls `on_choice` when other images are asked for."""

    def __init__(self, refresher: Refresher, on_choice: Callable[[], None], on_failed: Callable[[str], None]) -> None:
        self._refresher, self._on_failed = refresher, on_failed
        self._subject = _Subject()
        self._outcomes: Outcomes | None = None
        self.verdict = Place("nnc-verdict-place")
        self.filter = ImageFilter(refresher.posting(on_choice))
        self.exports = Exports(refresher, on_failed)
        self.matrices = Clickable(refresher.posting(self._on_cell_pick), "nnc-matrices")
        self.box = column("nnc-evaluation", [self.verdict, self.exports, self.matrices, self.filter])

    def show(
        self, running: ComparisonRun | None, pair: SeedRun | None, split: SplitName, classes: Sequence[str]
    ) -> bool:
        """Compare what has ended, if it is new; return whether a filter had to be given up for that."""
        subject, before = _Subject(_ended(pair), _ended(running), split), self._subject
        has_same_models = subject.pair is before.pair and split == before.split
        if has_same_models and subject.whole is before.whole:
            return False
        self._subject = subject
        self.exports.offer(subject.whole, subject.pair, split)
        if has_same_models:  # another seed has ended: what is looked at stays
            self._compare(subject, classes)
            return False
        was_on = self.filter.is_on
        self._outcomes = None
        self.filter.offer(None, ())
        set_value(self.verdict, value="")
        set_value(self.matrices, html="")
        self._compare(subject, classes)
        return was_on

    @property
    def disagreements(self) -> int | None:
        """The number of test images on which both ended models give different answers; None before that is known."""
        if self._outcomes is None or self._subject.split != "test":
            return None
        return int(self._outcomes.members(Group.DISAGREE).sum())

    def prediction(self, name: str, shown: VisibleImages) -> Prediction | None:
        """Return what a model predicts for the images that the filter has found; None where there is no filter."""
        result = self._subject.pair
        if not self.filter.is_on or self._outcomes is None or result is None:
            return None
        model, scores = (result.a, self._outcomes.a) if name == "A" else (result.b, self._outcomes.b)
        epochs = float(model.history.test.epoch[-1]) if model is not None and model.history.test.epoch else 0.0
        return Prediction(epochs, scores[list(shown.indices)], shown)

    def _compare(self, subject: _Subject, classes: Sequence[str]) -> None:
        if subject.pair is None:
            return
        self._refresher.in_background(
            lambda: _compared(subject),
            lambda found: self._on_compared(subject, classes, found),
            lambda error: self._on_failed(f"The models could not be compared on all images. {error}"),
        )

    def _on_compared(self, subject: _Subject, classes: Sequence[str], found: _Found) -> None:
        if subject is not self._subject or subject.pair is None:
            return  # something else is looked at by now
        outcomes, conclusion = found.outcomes, found.conclusion
        if outcomes is not None or conclusion.happened:
            seed = subject.pair.seed if found.is_over_seeds else None
            models = [model for model in subject.pair.models if model.plan is not None]
            self.verdict.show("verdict.html", **vars(conclusion), models=models, seed=seed)
        is_new, self._outcomes = self._outcomes is None, outcomes
        if is_new and outcomes is not None:
            self.filter.offer(outcomes, classes)
            self.matrices.show("confusion.html", classes=classes, **_matrices(subject.pair, subject.split, classes))

    def _on_cell_pick(self, pick: str) -> None:
        key, true_class, predicted = pick.split(":")
        if self._outcomes is not None:
            self.filter.pick_confusion(int(true_class), int(predicted), key if key in ("a", "b") else "")


def _ended(runs: ComparisonRun | SeedRun | None) -> ComparisonResult | None:
    return runs.result() if runs is not None and runs.wait(0) else None


def _compared(subject: _Subject) -> _Found:
    pair, whole, split = subject.pair, subject.whole, subject.split
    assert pair is not None
    if not pair.can_be_compared:
        return _Found(None, conclude(pair, None, split))
    outcomes = pair.outcomes(split)
    verdict = judge(outcomes)
    if whole is not None and split == "test":
        verdict = replace(verdict, seeds=whole.over_seeds())
    return _Found(outcomes, conclude(pair, verdict, split, whole), verdict.seeds is not None)


def _matrices(result: ComparisonResult, split: SplitName, classes: Sequence[str]) -> dict[str, Any]:
    a, b = result.confusion("a", split), result.confusion("b", split)
    tables = [
        _table("a", _TITLE.format("A"), a, a.sum(axis=1, keepdims=True)),
        _table("b", _TITLE.format("B"), b, b.sum(axis=1, keepdims=True)),
        _table("difference", "A − B", a - b, np.abs(a - b).max()),  # zero is neutral
    ]
    return {
        "tables": tables,
        "scores": score_rows(class_scores(a), class_scores(b), classes),
        "pictures": [figure_svg(*picture.draw(result, split)) for picture in PICTURES.values() if picture.on_page],
    }


def _table(key: str, title: str, counts: NDArray[np.integer], wholes: ArrayLike) -> dict[str, object]:
    shares = (np.abs(counts) / np.maximum(1, wholes)).round(3).tolist()
    pairs = [zip(*both, strict=True) for both in zip(counts.tolist(), shares, strict=True)]
    return {"key": key, "title": title, "rows": [[_cell(key, *pair) for pair in row] for row in pairs]}


def _cell(key: str, count: int, share: float) -> dict[str, object]:
    # The tint of a difference tells which model predicts it more often.
    more = key if key != "difference" else "a" if count > 0 else "b"
    words = f"{count:+,}" if key == "difference" else f"{count:,}"
    return {"words": words if count else "·", "share": share, "tint": f"var(--nnc-{more})"}
