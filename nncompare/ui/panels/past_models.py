"""The models of saved comparisons, one by one, as the history lists them."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from nncompare.analysis import guessing_of
from nncompare.config import RunConfig
from nncompare.data import CATALOG, DataError, DatasetInfo, load
from nncompare.report.fates import GUESSED
from nncompare.store import Label, ModelSummary, Summary
from nncompare.words import accuracies, moment, spelled

Key: TypeAlias = tuple[str, str, int]
"""Names one run: comparison, model and seed."""
# Far above what guessing has with ten classes: above that nothing needs to be counted.
_MAY_BE_GUESSED = 0.2


@dataclass(frozen=True)
class PastRow:
    """One model of a saved comparison: what it was, what became of it, and what the user has written to it.

    `accuracy` is the mean over the seeds that have one, `told` that as text; `seconds` are those of all seeds together.
    """

    summary: Summary
    name: str
    config: RunConfig
    epochs: int
    accuracy: float | None
    told: str
    seconds: float | None
    fate: str

    @property
    def key(self) -> str:
        """Its name in what is picked on the page."""
        return f"{self.summary.id}:{self.name.lower()}"

    @property
    def label(self) -> Label:
        """Its name and note."""
        return self.summary.labels.of(self.name)

    @property
    def dataset(self) -> DatasetInfo:
        """What it has learned."""
        return CATALOG[self.summary.comparison.dataset]

    @property
    def images(self) -> int:
        """How many training images it has seen."""
        return self.dataset.used_images(self.summary.comparison.train_images)

    @property
    def date(self) -> str:
        """When it was begun, in the reader's time zone."""
        return moment(self.summary.created)

    @property
    def title(self) -> str:
        """Return its own name, or which model it is and of when; in words that can stand alone."""
        return self.label.name or f"model {self.name}, {self.date}"


def rows_of(summaries: Sequence[Summary], guessed: Collection[Key]) -> list[PastRow]:
    """List the models of comparisons; those in `guessed` do no better than guessing."""
    return [row for summary in summaries for row in _rows(summary, guessed)]


def find_guessed(summaries: Sequence[Summary]) -> set[Key]:
    """Return which runs do no better than guessing, by the labels of their test images where these are here."""
    return {
        (summary.id, model.name, model.seed)
        for summary in summaries
        for model in summary.models
        if model.test_accuracy is not None
        and model.test_accuracy < _MAY_BE_GUESSED
        and _is_guessed(summary.comparison.dataset, model.test_accuracy)
    }


def _is_guessed(dataset: str, accuracy: float) -> bool:
    try:
        labels = load(dataset).labels("test")
    except DataError:  # they are not on this machine any more
        return accuracy <= 1 / len(CATALOG[dataset].classes)
    return guessing_of(labels, round(accuracy * len(labels))).is_likely


def _rows(summary: Summary, guessed: Collection[Key]) -> list[PastRow]:
    by_name: dict[str, list[ModelSummary]] = {}
    for model in summary.models:
        by_name.setdefault(model.name, []).append(model)
    means = summary.test_accuracies
    told = dict(zip(means, accuracies(list(means.values())), strict=True))
    return [_row(summary, name, models, means[name], told[name], guessed) for name, models in by_name.items()]


def _row(
    summary: Summary,
    name: str,
    models: Sequence[ModelSummary],
    accuracy: float | None,
    told: str,
    guessed: Collection[Key],
) -> PastRow:
    first = next((model for model in models if model.test_accuracy is not None), models[0])
    seconds = sum(model.seconds for model in models) or None
    fate = _fate([_fates(summary, model, guessed) for model in models])
    return PastRow(summary, name, first.config, first.epochs, accuracy, told, seconds, fate)


def _fates(summary: Summary, model: ModelSummary, guessed: Collection[Key]) -> list[str]:
    ended = {"failed": "failed", "stopped": "stopped", "idle": "not begun"}.get(model.state or "", "")
    if model.diverged is not None:
        ended = f"broke off at epoch {round(model.diverged.epoch, 2):g}"
    elif model.is_interrupted:
        ended = "being trained" if summary.is_open else "interrupted"
    if ended in ("stopped", "interrupted") and model.epochs:
        ended += f", as after epoch {model.epochs}"
    is_guessed = (summary.id, model.name, model.seed) in guessed
    return [word for word in (ended, GUESSED if is_guessed else "") if word]


def _fate(by_seed: Sequence[Sequence[str]]) -> str:
    counts = Counter(word for words in by_seed for word in words)
    seeds = len(by_seed)
    return ", ".join(
        word if count == seeds else f"{word} from {spelled(count)} of {spelled(seeds)} seeds"
        for word, count in counts.items()
    )
