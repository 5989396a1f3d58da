"""Images whose labels may be wrong, and what is said of them: a suspicion, and the verdict without them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.report.wording import briefly
from nncompare.words import spelled

_STRONG = 0.9  # the accuracy from which on networks know their classes well enough to doubt a label


@dataclass(frozen=True, eq=False)
class Suspicion:
    """Images whose labels may be wrong, the widest margin first, as positions; and sentences, where there are any."""

    images: NDArray[np.intp]
    sentences: tuple[str, ...]


def suspicion(result: ComparisonResult, split: SplitName = "test") -> Suspicion:
    """Look for labels that all networks contradict; raises as `ComparisonResult.suspects` does."""
    images = result.suspects(split)
    return Suspicion(images, tuple(_sentences(result, split, images)) if len(images) else ())


def _sentences(result: ComparisonResult, split: SplitName, images: NDArray[np.intp]) -> list[str]:
    verdict = result.verdict(split, without=images)
    networks = 2 * verdict.seeds.seeds if verdict.seeds is not None else 2
    all_ = "both networks" if networks == 2 else f"all {spelled(networks)} networks"
    these = "this one" if len(images) == 1 else f"these {len(images):,}"
    best = max(verdict.accuracy_a, verdict.accuracy_b)
    weak = "Networks that are wrong so often make many sure mistakes: most of these labels may well be right."
    learned = "A wrong label that was learned by heart is not found." if split == "train" else ""
    sentences = (
        f"A suspicion, not a proof: {all_} are as sure of another class as they usually are of its own images, far "
        "ahead of the label (confident learning).",
        weak if best < _STRONG else "",
        learned,
        f"Without {these}, {briefly(verdict, split)}",
        f"Which model is better stays the same, since {all_} are wrong on {these}.",
    )
    return [sentence for sentence in sentences if sentence]
