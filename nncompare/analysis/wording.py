"""The verdict in plain words."""

from nncompare.analysis.verdict import Verdict

_LIKELY = 0.05


def headline(verdict: Verdict) -> str:
    """Say which model is better, and by how many percentage points."""
    if not verdict.better:
        return "Both are equally good"
    points = 100 * abs(verdict.difference)
    return f"{verdict.better} is better by {points:.{1 if points >= 0.1 else 2}f} points"


def explanation(verdict: Verdict, images: str = "test images") -> list[str]:
    """Say what was counted, how likely that is by chance, and what it does not show; one sentence each."""
    return [
        f"A has {_share(verdict.accuracy_a, verdict.interval_a)}, B {_share(verdict.accuracy_b, verdict.interval_b)} "
        f"of {verdict.images:,} {images} right (95% confidence).",
        f"Only A was right on {verdict.only_a_right:,}, only B on {verdict.only_b_right:,}.",
        chance(verdict),
        "This is one seed: another start could tell another story.",
        "The test set was watched while training, so both figures are a little flattering.",
    ]


def chance(verdict: Verdict) -> str:
    """Say how likely so uneven a count is if both models were equally good."""
    p = f"p {'< 0.001' if verdict.p_value < 0.001 else f'= {verdict.p_value:.3f}'}"
    if not verdict.only_a_right + verdict.only_b_right:
        return "They are right on the very same images."
    if verdict.p_value >= _LIKELY:
        return f"So uneven a count is common among equally good models (exact McNemar test, {p})."
    rare = "very rare" if verdict.p_value < 0.001 else "rare"
    return f"So uneven a count is {rare} among equally good models (exact McNemar test, {p})."


def _share(accuracy: float, interval: tuple[float, float]) -> str:
    return f"{accuracy:.1%} ({100 * interval[0]:.1f} to {100 * interval[1]:.1f})"
