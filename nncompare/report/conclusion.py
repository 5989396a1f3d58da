"""What a comparison comes to: first what happened to the models and what was unequal, then which one is better."""

from collections.abc import Mapping
from dataclasses import dataclass

from nncompare.analysis import Guessing, Verdict
from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.view import RunView
from nncompare.config import SplitName
from nncompare.report.fairness import aspects
from nncompare.report.fates import GUESSED, both_stopped, ended_early, epochs_of, guess_of, lacked_memory, told
from nncompare.report.judging import how_judged
from nncompare.report.wording import explanation, finding, no_better_than_guessing
from nncompare.words import capitalize_first, one_of, spelled


@dataclass(frozen=True)
class Conclusion:
    """One line that can stand alone, what must be known before the figures, and the figures; a sentence each.

    `happened` is what in the headline comes before the finding; empty where both were trained as they were to be, and
    equally long. `brief` are those of the `sentences` that cannot be left out; `plainly` says how it was judged to
    those who have not met a test before.
    """

    headline: str
    happened: str
    before: tuple[str, ...]
    sentences: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()
    plainly: tuple[str, ...] = ()


def concluded(result: ComparisonResult) -> tuple[Verdict | None, Conclusion]:
    """Return the verdict on a result, None where it has none, and what it comes to; raises as `result.verdict` does."""
    verdict = result.verdict() if result.can_be_compared else None
    return verdict, conclude(result, verdict)


def conclude(
    result: ComparisonResult,
    verdict: Verdict | None,
    split: SplitName = "test",
    whole: ComparisonResult | None = None,
) -> Conclusion:
    """Put a verdict on this result into words; None where it has none, since a model is missing or has no weights.

    `whole` has all seeds where the result has one alone; a verdict over seeds is about those of them that are alike.
    """
    whole = whole or result
    judged = whole.alike[0] if verdict is not None and verdict.seeds is not None else result
    guesses = _guesses(result, verdict, split)
    happened = _happened(judged, guesses)
    before = (*_reasons(judged), *guesses.sentences, *_of_other_seeds(result, whole, verdict, split))
    if verdict is None:
        return Conclusion(_without_verdict(result, happened), happened, before)
    is_sound = not guesses.words and not any(ended_early(run) for run in judged.models)
    found = finding(verdict, split, is_sound=is_sound)
    headline = f"{happened}: {found}" if happened else capitalize_first(found)
    explained = explanation(verdict, split)
    return Conclusion(headline, happened, before, explained.sentences, explained.brief, how_judged(verdict))


@dataclass(frozen=True)
class _Guesses:
    """Which models do no better than guessing: words that follow a name, by model; and why, in sentences."""

    words: Mapping[str, str]
    sentences: tuple[str, ...]


def _guesses(result: ComparisonResult, verdict: Verdict | None, split: SplitName) -> _Guesses:
    if verdict is not None and verdict.seeds is not None:
        seeds = verdict.seeds
        return _guesses_over_seeds({"A": seeds.guesses_a, "B": seeds.guesses_b}, seeds.seeds)
    found: dict[str, Guessing | None]
    if verdict is not None:
        found = {"A": verdict.guess_a, "B": verdict.guess_b}
    else:
        found = {run.name: guess_of(run, result.labels()) for run in result.models if run.test is not None}
    likely = {name: guess for name, guess in found.items() if guess is not None and guess.is_likely}
    sentences = (no_better_than_guessing(name, guess, split) for name, guess in likely.items())
    return _Guesses(dict.fromkeys(likely, GUESSED), tuple(sentences))


def _guesses_over_seeds(counts: Mapping[str, int], seeds: int) -> _Guesses:
    of = {name: f"{spelled(count)} of {spelled(seeds)} seeds" for name, count in counts.items() if count}
    sentences = (
        f"From {which} model {name} has no more right than always answering the commonest class might give (one-sided "
        "exact binomial test for each seed). Another learning rate or more epochs may help."
        for name, which in of.items()
    )
    return _Guesses({name: f"{GUESSED} from {which}" for name, which in of.items()}, tuple(sentences))


def _happened(result: ComparisonResult, guesses: _Guesses) -> str:
    """Say what became of each model, and what was unequal: A stopped after 2.2 of 3 epochs, B learned for 3 epochs."""
    unequal = _unequal(result)
    of = {run.name: _of_model(run, unequal, guesses.words.get(run.name, "")) for run in result.models}
    if len(of) > 1 and len(set(of.values())) == 1:
        return f"Both {of['A']}" if of["A"] else ""
    is_all = len(of) > 1 and all(of[run.name] == ended_early(run) for run in result.models)
    stopped = both_stopped(*result.models) if is_all else ""
    return stopped or ", ".join(f"{name} {words}" for name, words in of.items() if words)


def _of_model(run: RunView, unequal: set[str], guessed: str) -> str:
    done = epochs_of(run)
    learned = f"learned for {done} epoch{'s' if done != '1' else ''}" if "epochs" in unequal else ""
    computed = f"was computed on {run.device} in {run.precision}" if unequal & {"device", "precision"} else ""
    return " and ".join(filter(None, (ended_early(run) or learned, lacked_memory(run), computed, guessed)))


def _unequal(result: ComparisonResult) -> set[str]:
    """Name what should be equal in a race, and was not; networks of other widths are what is compared."""
    found = aspects(*result.models) if len(result.models) > 1 else []
    return {aspect.name for aspect in found if not aspect.is_same} - {"initial weights"}


def _reasons(result: ComparisonResult) -> list[str]:
    sentences = [told(run) for run in result.models if run.message]
    unequal = _unequal(result)
    if "epochs" in unequal:
        sentences.append("They did not train for equally long: that alone can make a difference.")
    if unequal & {"device", "precision"}:
        sentences.append("They were not computed alike: that alone can make a small difference.")
    return [*dict.fromkeys(sentences), *_within_an_epoch(result)]


def _within_an_epoch(result: ComparisonResult) -> list[str]:
    """Say which state of a model is spoken of: tables and curves of its epochs end before that."""
    names = [run.name for run in result.models if ended_early(run) and run.weights is not None and run.epoch % 1]
    if len(names) > 1:
        return ["Both count as they were then, not as after their last whole epochs."]
    return [f"{name} counts as it was then, not as after its last whole epoch." for name in names]


def _of_other_seeds(
    result: ComparisonResult, whole: ComparisonResult, verdict: Verdict | None, split: SplitName
) -> list[str]:
    """Say which seeds a verdict leaves out, and why."""
    if verdict is None or split != "test" or not whole.others:
        return []
    if verdict.seeds is None:
        return [
            f"This is {_counted(result, whole)} alone: there are not two seeds from which both models finished alike."
        ]
    alike = whole.alike
    left_out = [f"{_counted(one, whole)}, {_why_left_out(one)}" for one in whole.by_seed.values() if one not in alike]
    return [f"Left out: {'; '.join(left_out)}."] if left_out else []


def _counted(one: ComparisonResult, whole: ComparisonResult) -> str:
    return one_of("seed", one.seed, list(whole.by_seed))


def _why_left_out(result: ComparisonResult) -> str:
    early = [f"{run.name} {words}" for run in result.models if (words := ended_early(run))]
    return f"as {' and '.join(early)}" if early else "as its models are not like the others"


def _without_verdict(result: ComparisonResult, happened: str) -> str:
    if len(result.models) > 1:
        lost = [run.name for run in result.models if run.weights is None]  # of both, where an earlier epoch is shown
        why = happened or (f"the weights of {lost[0]} are missing" if len(lost) == 1 else "")
        return f"No verdict: {why}" if why else "No verdict"
    return f"Model {happened}" if happened else "Model A alone"
