"""A verdict in plain words. What happened to the models before that is said by `conclusion`."""

from dataclasses import dataclass
from statistics import mean

from nncompare.analysis import Guessing, SeedsVerdict, Verdict
from nncompare.words import accuracies, apart, capitalize_first, percent, points, spelled

IMAGES = {"test": "test images", "train": "training images"}
_FEW_SEEDS = 5
_FEW = "With fewer than five seeds the verdict is uncertain: repeat with five or more."
_ONE_SEED = "This is one seed: another start could tell another story."
_LEARNED = "Both have learned from these very images: what counts is how they do on the test images."
_VARIED = "The seeds vary the first weights and the order of the images, not the images."
_WATCHED = "The test set was watched while training, so both figures are a little flattering."


def finding(verdict: Verdict, split: str = "test", *, is_sound: bool = True) -> str:
    """Return which model is better, and by how many percentage points; or that nothing shows a difference.

    Where the race is not sound, the model with the better figures is said to be ahead. `split` is "test" or "train": on
    which images the models were compared.
    """
    seeds = verdict.seeds
    if not verdict.better:
        shown_by = f"{spelled(seeds.seeds)} seeds" if seeds is not None else f"{verdict.images:,} {IMAGES[split]}"
        return f"no difference that {shown_by} could show"
    words = f"{verdict.better} is {'better' if is_sound else 'ahead'} by {points(verdict.lead)} points"
    if seeds is not None:
        of_all = f" of {spelled(seeds.seeds + seeds.left_out)}" if seeds.left_out else ""
        return f"{words} over {spelled(seeds.seeds)}{of_all} seeds"
    return f"{words} on the training images" if split == "train" else words


def lead_between(low: float, high: float, digits: int = 2) -> str:
    """Write an interval of the lead of A over B, in percentage points, without a sign: A by 0.25 to B by 1.10."""
    if low < 0 < high:
        return f"A by {100 * high:.{digits}f} to B by {-100 * low:.{digits}f}"
    near, far = sorted((abs(low), abs(high)))
    return f"{'A' if high > 0 else 'B'} by {100 * near:.{digits}f} to {100 * far:.{digits}f}"


@dataclass(frozen=True)
class Explanation:
    """What a verdict rests on: what was counted, how likely that is by chance, and what it leaves open.

    `caution` is a sentence to bear in mind, empty where there is none; `rest` is what else is to be known.
    """

    counted: tuple[str, ...]
    chance: str
    caution: str
    rest: tuple[str, ...]

    @property
    def sentences(self) -> tuple[str, ...]:
        """All of it; the first sentence has both accuracies."""
        return tuple(filter(None, (*self.counted, self.chance, self.caution, *self.rest)))

    @property
    def brief(self) -> tuple[str, ...]:
        """What cannot be left out where there is room for two sentences."""
        return tuple(filter(None, (self.chance, self.caution)))


def explanation(verdict: Verdict, split: str = "test") -> Explanation:
    """Return what was counted, how likely that is by chance, and what it does not show."""
    if verdict.seeds is not None:
        return _over_seeds(verdict.seeds, verdict.images)
    a, b = accuracies([verdict.accuracy_a, verdict.accuracy_b])
    counted = (
        f"A has {a} ({_interval(verdict.interval_a)}), B {b} ({_interval(verdict.interval_b)}) "
        f"of {verdict.images:,} {IMAGES[split]} right (95% confidence).",
        f"Only A was right on {verdict.only_a_right:,}, only B on {verdict.only_b_right:,}.",
    )
    if split == "train":
        return Explanation(counted, chance(verdict), _LEARNED, (_ONE_SEED,))
    return Explanation(counted, chance(verdict), _ONE_SEED, (_WATCHED,))


def briefly(verdict: Verdict, split: str = "test") -> str:
    """Return both accuracies, their difference and its p value in one sentence."""
    seeds = verdict.seeds
    if seeds is None:
        both, test = (verdict.accuracy_a, verdict.accuracy_b), f"exact McNemar test, {_p(verdict.p_value)}"
    else:
        both = mean(seeds.accuracies_a), mean(seeds.accuracies_b)
        test = "the same from every seed" if seeds.p_value is None else f"paired t test, {_p(seeds.p_value)}"
    a, b = accuracies(both)
    return (
        f"{'on average ' if seeds is not None else ''}A has {a}, B {b} of {verdict.images:,} {IMAGES[split]} right; "
        f"{_who_leads(verdict.lead)} ({test})."
    )


def chance(verdict: Verdict) -> str:
    """Return how often chance alone makes such a difference between equally good models."""
    if not verdict.only_a_right + verdict.only_b_right:
        return "They are right on the very same images."
    return (
        f"Between equally good models, a difference this large happens by chance {_times(verdict.p_value)} "
        f"(exact McNemar test, {_p(verdict.p_value)})."
    )


def chance_over_seeds(seeds: SeedsVerdict) -> str:
    """Return how often chance alone makes such a mean difference between equally good settings."""
    if seeds.p_value is None:
        return "The difference is the same from every seed, so nothing tells how much it varies."
    if not seeds.difference:
        return "On average there is no difference."
    return (
        f"Between equally good settings, a difference this large happens by chance {_times(seeds.p_value)} "
        f"(paired t test over the seeds, {_p(seeds.p_value)})."
    )


def no_better_than_guessing(name: str, found: Guessing, split: str = "test") -> str:
    """Return why nothing shows that a model has learned."""
    right, by_chance = apart([found.right / found.images, found.chance], percent, 1)
    return (
        f"Model {name} has {right} of {found.images:,} {IMAGES[split]} right; always answering the commonest class "
        f"gives {by_chance}. So nothing shows that it has learned (one-sided exact binomial test, "
        f"{_p(found.p_value)}). Another learning rate or more epochs may help."
    )


def _over_seeds(seeds: SeedsVerdict, images: int) -> Explanation:
    a, b = accuracies([mean(seeds.accuracies_a), mean(seeds.accuracies_b)])
    counted = (
        f"On average A has {a} ({_range(seeds.accuracies_a)}), B {b} ({_range(seeds.accuracies_b)}) of {images:,} test "
        "images right (lowest to highest).",
        f"A had more right from {seeds.better_a} of {seeds.seeds} seeds, B from {seeds.better_b}.",
        f"{capitalize_first(_who_leads(seeds.difference))}{_difference_interval(seeds)}.",
    )
    few = _FEW if seeds.seeds < _FEW_SEEDS else ""
    return Explanation(counted, chance_over_seeds(seeds), few, (_VARIED, _WATCHED))


def _difference_interval(seeds: SeedsVerdict) -> str:
    if seeds.difference_interval is None:
        return ""
    low, high = seeds.difference_interval
    return f" (95% confidence: {lead_between(low, high)})"


def _who_leads(lead: float) -> str:
    return f"{'A' if lead > 0 else 'B'} is ahead by {100 * abs(lead):.2f} points" if lead else "neither is ahead"


def _times(p_value: float) -> str:
    """Write a probability as a count: 4 times in 1,000."""
    times = round(1_000 * p_value)
    if p_value < 0.001:
        return "less than once in 1,000 times"
    if times >= 1_000:
        return "every time"
    return "about once in 1,000 times" if times == 1 else f"about {times} times in 1,000"


def _p(p_value: float) -> str:
    return f"p {'< 0.001' if p_value < 0.001 else f'= {p_value:.3f}'}"


def _interval(interval: tuple[float, float]) -> str:
    return f"{100 * interval[0]:.1f} to {100 * interval[1]:.1f}"


def _range(accuracies: tuple[float, ...]) -> str:
    return _interval((min(accuracies), max(accuracies)))
