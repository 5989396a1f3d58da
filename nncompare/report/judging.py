"""How a verdict is reached, in plain sentences for those who have not met a test before."""

from nncompare.analysis import Verdict
from nncompare.analysis.chance import LIKELY

_LUCK = (
    f"Luck: p says how often such a difference would come about between equals. Only below {LIKELY:g}, which is once "
    f"in {round(1 / LIKELY)} times, is one model called better."
)


def how_judged(verdict: Verdict) -> tuple[str, ...]:
    """Explain the interval, the test, and what is meant by luck."""
    return _of_seeds(verdict) if verdict.seeds is not None else _of_images(verdict)


def _of_images(verdict: Verdict) -> tuple[str, ...]:
    return (
        "The interval: other images of the same kind would give a somewhat different share of right answers. Of a "
        "hundred such intervals, about 95 hold the share that a model would have on very many images.",
        "The test (McNemar's) looks only at the images that exactly one model got right: "
        f"{verdict.only_a_right:,} for A, {verdict.only_b_right:,} for B. Between equally good models each of these "
        "falls to A or B like a coin.",
        _LUCK,
    )


def _of_seeds(verdict: Verdict) -> tuple[str, ...]:
    return (
        "Lowest to highest: from every seed both models are trained afresh, and the line reaches from the worst "
        "accuracy of a model to its best.",
        "The test (Student's paired t test) takes for each seed the difference of both models, and asks whether the "
        "mean of these differences is large beside how much they vary from seed to seed.",
        _LUCK,
    )
