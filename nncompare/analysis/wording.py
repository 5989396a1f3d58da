"""The verdict in plain words."""

from statistics import mean

from nncompare.analysis.seeds import SeedsVerdict
from nncompare.analysis.verdict import Verdict

IMAGES = {"test": "test images", "train": "training images"}
_LIKELY = 0.05
_FEW_SEEDS = 5


def headline(verdict: Verdict) -> str:
    """Return which model is better, and by how many percentage points."""
    over = f" over {verdict.seeds.seeds} seeds" if verdict.seeds is not None else ""
    if not verdict.better:
        return f"Both are equally good{over}"
    points = 100 * abs(verdict.lead)
    return f"{verdict.better} is better by {points:.{1 if points >= 0.1 else 2}f} points{over}"


def explanation(verdict: Verdict, split: str = "test") -> list[str]:
    """Return what was counted, how likely that is by chance, and what it does not show; one sentence each.

    `split` is "test" or "train": on which images the models were compared.
    """
    counted = _over_seeds(verdict.seeds, verdict.images) if verdict.seeds is not None else _of_one(verdict, split)
    if split == "train":
        return [*counted, "Both have learned from these very images: what counts is how they do on the test images."]
    return [*counted, "The test set was watched while training, so both figures are a little flattering."]


def chance(verdict: Verdict) -> str:
    """Return how likely so uneven a count is if both models were equally good."""
    if not verdict.only_a_right + verdict.only_b_right:
        return "They are right on the very same images."
    return (
        f"So uneven a count is {_how_rare(verdict.p_value)} among equally good models "
        f"(exact McNemar test, {_p(verdict.p_value)})."
    )


def chance_over_seeds(seeds: SeedsVerdict) -> str:
    """Return how likely so large a mean difference is if both settings were equally good."""
    if seeds.p_value is None:
        return "The difference is the same from every seed, so nothing tells how much it varies."
    if not seeds.difference:
        return "On average there is no difference."
    return (
        f"So large a difference is {_how_rare(seeds.p_value)} among equally good settings "
        f"(paired t test over the seeds, {_p(seeds.p_value)})."
    )


def _of_one(verdict: Verdict, split: str) -> list[str]:
    return [
        f"A has {_share(verdict.accuracy_a, verdict.interval_a)}, B {_share(verdict.accuracy_b, verdict.interval_b)} "
        f"of {verdict.images:,} {IMAGES[split]} right (95% confidence).",
        f"Only A was right on {verdict.only_a_right:,}, only B on {verdict.only_b_right:,}.",
        chance(verdict),
        "This is one seed: another start could tell another story.",
    ]


def _over_seeds(seeds: SeedsVerdict, images: int) -> list[str]:
    sentences = [
        f"On average A has {_range(seeds.accuracies_a)}, B {_range(seeds.accuracies_b)} of {images:,} test images "
        "right (lowest to highest).",
        f"A was better from {seeds.better_a} of {seeds.seeds} seeds, B from {seeds.better_b}.",
        f"A minus B is {100 * seeds.difference:+.2f} points{_interval(seeds)}.",
        chance_over_seeds(seeds),
        "The seeds vary the first weights and the order of the images, not the images.",
    ]
    if seeds.left_out:
        sentences.append(f"Left out: {seeds.left_out} more, from which not both finished with these settings.")
    if seeds.seeds < _FEW_SEEDS:
        sentences.append("So few seeds say little: five or more make the verdict more certain.")
    return sentences


def _interval(seeds: SeedsVerdict) -> str:
    if seeds.difference_interval is None:
        return ""
    low, high = (100 * bound for bound in seeds.difference_interval)
    return f" (95% confidence: {low:+.2f} to {high:+.2f})"


def _how_rare(p_value: float) -> str:
    return "common" if p_value >= _LIKELY else "rare" if p_value >= 0.001 else "very rare"


def _p(p_value: float) -> str:
    return f"p {'< 0.001' if p_value < 0.001 else f'= {p_value:.3f}'}"


def _share(accuracy: float, interval: tuple[float, float]) -> str:
    return f"{accuracy:.1%} ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"


def _range(accuracies: tuple[float, ...]) -> str:
    return f"{mean(accuracies):.1%} ({100 * min(accuracies):.1f} to {100 * max(accuracies):.1f})"
