"""Images whose labels may be wrong, and what is said of them: a suspicion, and the verdict without them."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nncompare.comparison.result import ComparisonResult
from nncompare.config import SplitName
from nncompare.report.wording import IMAGES, figures
from nncompare.words import spelled


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
    verdict, is_one = result.verdict(split, without=images), len(images) == 1
    networks = 2 * verdict.seeds.seeds if verdict.seeds is not None else 2
    all_ = "Both networks" if networks == 2 else f"All {spelled(networks)} networks"
    these = f"this {IMAGES[split].removesuffix('s')}" if is_one else f"these {len(images):,} {IMAGES[split]}"
    sentences = [
        f"{all_} are sure of the same other class on {these}: each gives it at least as much as, on average, to images "
        "with that label, and at least 50 points more than to the label (confident learning).",
        "That is a suspicion and no proof: networks can err together. Look for yourself.",
    ]
    if split == "train":
        sentences.append("A wrong label that was learned by heart is not found.")
    figures_ = " ".join(figures(verdict, split))
    sentences.append(f"Without {'it' if is_one else 'them'}: {figures_}")
    return [*sentences, "All of them are wrong there, so neither A nor B gains by that."]
