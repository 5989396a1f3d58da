"""What robustness curves show, and how they were measured, in plain words."""

from collections.abc import Sequence
from itertools import pairwise
from math import ceil

from nncompare.analysis import Robustness
from nncompare.analysis.robustness import Stretch
from nncompare.disturbances import DISTURBANCES
from nncompare.words import accuracies, capitalize_first, count, spelled

_HALF = 0.5
_ONLY_GUESSING = "No lead counts: where one model is better, both are near guessing."
_BREAKING = "A model breaks where it has fewer than half of the right answers that it has undisturbed."


def robustness_headline(found: Robustness) -> str:
    """Return the finding in one sentence: "B breaks first: from 25° on A is better (p < 0.001)."."""
    if len(found.right) < 2:
        return _of_one(found, *found.right)
    stretches = found.stretches
    if not stretches:
        return _ONLY_GUESSING if any(found.better) else "No difference shown at any strength."
    p_value = p_words(max(stretch.p_value for stretch in stretches))
    words = f"{_who_is_better(found, stretches)} ({p_value})."
    if found.breaks_first:
        return f"{found.breaks_first} breaks first: {words}"
    return f"{capitalize_first(words)} Neither clearly breaks first."


def robustness_explanation(found: Robustness) -> list[str]:
    """Return how that was measured, and what it does not show; one sentence each."""
    info, images = DISTURBANCES[found.disturbance], count(found.images)
    looks = spelled(len(found.strengths))
    tested = (
        f"At each of {looks} strengths the exact McNemar test, corrected for {looks} looks after Holm; "
        "bands are 95% confidence intervals after Wilson."
    )
    alone = "Bands are 95% confidence intervals after Wilson."
    epochs = " and ".join(f"{name} after {_epochs(done)}" for name, done in found.epochs.items())
    return [
        f"{info.title}: the same {images} test images, evenly spaced, at every strength.",
        tested if len(found.right) > 1 else alone,
        *([_BREAKING] if found.breaks_first else []),
        *([_near_guessing(found)] if found.leads != found.better else []),
        *([f"Tried: {epochs}, seed {found.seed}; another seed could tell another story."] if epochs else []),
    ]


def p_words(p_value: float) -> str:
    """Write a p value so that it is never said to be smaller than it is: p < 0.001, p ≤ 0.031."""
    return "p < 0.001" if p_value < 0.001 else f"p ≤ {ceil(round(1_000 * p_value, 6)) / 1_000:.3f}"


def _who_is_better(found: Robustness, stretches: Sequence[Stretch]) -> str:
    first, *others = stretches
    where = _where(found, first)
    if not others:
        return f"{where} {first.better} is better" if first.first else f"{first.better} is better {where}"
    also = [
        f"{other.better if other.better != before.better else ''} {_where(found, other)}".strip()
        for before, other in pairwise(stretches)
    ]
    return " and ".join([", ".join([f"{first.better} is better {where}", *also[:-1]]), also[-1]])


def _where(found: Robustness, stretch: Stretch) -> str:
    first, last = (
        DISTURBANCES[found.disturbance].write(found.strengths[here]) for here in (stretch.first, stretch.last)
    )
    goes_on = stretch.last == len(found.strengths) - 1
    if not stretch.first:
        reach = "up to" if found.strengths[0] < found.strengths[-1] else "down to"
        return "at every strength" if goes_on else f"{reach} {last}" if stretch.last else "undisturbed"
    if stretch.first == stretch.last:
        return f"at {first}"
    return f"from {first} on" if goes_on else f"from {first} to {last}"


def _of_one(found: Robustness, name: str) -> str:
    shares, info = found.accuracy(name), DISTURBANCES[found.disturbance]
    first, last = accuracies([shares[0], shares[-1]])
    strongest = info.write(found.strengths[-1])
    if shares[-1] >= _HALF:
        return f"{name} alone: {first} right undisturbed, still {last} at {strongest}."
    half = next(here for here in range(len(shares)) if max(shares[here:]) < _HALF)
    where = f"from {info.write(found.strengths[half])} on" if half else "at every strength"
    return f"{name} alone: {first} right undisturbed, fewer than half {where}."


def _near_guessing(found: Robustness) -> str:
    (share,) = accuracies([found.guessed / found.images])
    return f"A lead counts where the better model is right twice as often as a guess, which has {share} right."


def _epochs(done: float) -> str:
    number = f"{done:.3g}"
    return f"{number} epoch{'s' if number != '1' else ''}"
