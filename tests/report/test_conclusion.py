"""What is said of a comparison: first what happened to the models and what was unequal, then the figure."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from scipy.stats import binomtest
from small_images import TEST_IMAGES

from nncompare.analysis import Outcomes, Verdict, judge, judge_seeds
from nncompare.comparison.result import ComparisonResult, ModelResult
from nncompare.comparison.state import State
from nncompare.comparison.view import RunView
from nncompare.config import Comparison, RunConfig
from nncompare.data import load
from nncompare.events import Diverged
from nncompare.history import History
from nncompare.memory import Plan
from nncompare.messages import Prediction, PredictionRequest, Progress, Setup
from nncompare.report.conclusion import conclude

IMAGES = 1_000
SURE = np.eye(10, dtype=np.float32)


def nobody_predicts(_: PredictionRequest) -> Any:
    raise AssertionError("nothing is predicted here")


def model(
    name: str,
    state: State = State.FINISHED,
    done: float = 3.0,
    broke_off_at: float | None = None,
    computed: tuple[str, str] = ("cpu", "float32"),
    used: int = 8,
    says: np.ndarray | None = None,
    **known: Any,
) -> ModelResult:
    """Make a run of three epochs that has ended; it `says` these classes for the test images."""
    diverged = Diverged(broke_off_at, 1, 1, 1.0) if broke_off_at is not None else None
    setup = Setup(RunConfig(channels=8, epochs=3), Plan(64, 1, 64, channels=used), *computed)  # type: ignore[arg-type]
    test = Prediction(done, SURE[says]) if says is not None else None
    known = {"weights": {}, "history": History(diverged=diverged), "test": test, **known}
    view = RunView(setup, state=state, name=name, progress=Progress(1, 1, done, 1.0, 1.0), **known)
    return ModelResult.of(view, Comparison(), nobody_predicts)


def race(a: ModelResult, b: ModelResult | None, seed: int = 0, **known: Any) -> ComparisonResult:
    comparison = Comparison(dataset="synthetic-digits", a=a.config, b=b.config if b else None, repeat=3)
    states = {run.state for run in (a, b) if run is not None}
    state = State.FINISHED if states == {State.FINISHED} else State.STOPPED
    return ComparisonResult(comparison, seed, a, b, 1.0, state, **known)


def verdict_on(right_a: int, right_b: int) -> Verdict:
    """Judge two models of which each is right on the first so many of 1,000 images, of ten classes alike."""
    labels = np.arange(IMAGES) % 10
    said = [np.where(np.arange(IMAGES) < right, labels, (labels + 1) % 10) for right in (right_a, right_b)]
    return judge(Outcomes(labels, SURE[said[0]], SURE[said[1]]))


def test_of_an_equal_race_there_is_nothing_to_say_before_the_figure() -> None:
    told = conclude(race(model("A"), model("B")), verdict_on(970, 880))
    assert (told.headline, told.happened, told.before) == ("A is better by 9.0 points", "", ())
    assert "Only A was right on 90" in told.sentences[1]
    told = conclude(race(model("A"), model("B")), verdict_on(882, 880))
    assert told.headline == "No difference that 1,000 test images could show"


def test_an_unequal_race_is_told_before_the_figure() -> None:
    a, b = model("A", State.STOPPED, 2.2), model("B", State.STOPPED, 1.0)
    told = conclude(race(a, b), verdict_on(882, 880))
    assert told.headline == (
        "Both stopped, after 2.2 and 1 of 3 epochs: no difference that 1,000 test images could show"
    )
    assert told.before == (
        "They did not train for equally long: that alone can make a difference.",
        "A counts as it was then, not as after its last whole epoch.",
    )
    told = conclude(race(a, model("B")), verdict_on(970, 880))
    assert told.headline == "A stopped after 2.2 of 3 epochs, B learned for 3 epochs: A is ahead by 9.0 points"
    told = conclude(race(a, model("B", State.STOPPED, 2.2)), verdict_on(970, 880))
    assert told.headline == "Both stopped after 2.2 of 3 epochs: A is ahead by 9.0 points"
    assert told.before == ("Both count as they were then, not as after their last whole epochs.",)


def test_epochs_that_were_asked_for_unequally_are_told_as_well() -> None:
    told = conclude(race(model("A"), model("B", done=1.0)), verdict_on(970, 880))
    assert told.headline == "A learned for 3 epochs, B learned for 1 epoch: A is better by 9.0 points"


def test_what_was_computed_otherwise_and_what_memory_took_are_told() -> None:
    told = conclude(race(model("A"), model("B", computed=("cuda:0", "bfloat16"))), verdict_on(970, 880))
    assert told.happened == "A was computed on cpu in float32, B was computed on cuda:0 in bfloat16"
    assert told.before == ("They were not computed alike: that alone can make a small difference.",)
    told = conclude(race(model("A", used=3), model("B", used=3)), verdict_on(970, 880))
    assert told.headline == "Both had 3 of 8 channels: A is better by 9.0 points"


def test_what_happened_to_a_model_comes_before_how_it_did() -> None:
    message = "Training of model A broke off: the loss is no longer a finite number."
    a = model("A", State.FAILED, 0.5, broke_off_at=0.467, message=message)
    told = conclude(race(a, model("B")), verdict_on(700, 880))
    assert told.headline == "A broke off at epoch 0.47, B learned for 3 epochs: B is ahead by 18.0 points"
    assert told.before[0] == message
    lost = model("A", State.FAILED, 1.5, message="The connection was lost.")
    told = conclude(race(lost, model("B")), verdict_on(880, 880))
    assert told.headline.startswith("A failed after 1.5 of 3 epochs, B learned for 3 epochs: no difference that")
    assert told.before[0] == "Model A: The connection was lost."


@pytest.mark.parametrize("right", [0, 100, *range(112, 122), 500])
def test_a_model_at_chance_level_is_said_to_guess(right: int) -> None:
    guesses = bool(binomtest(right, IMAGES, 0.1, alternative="greater").pvalue >= 0.05)
    told = conclude(race(model("A"), model("B")), verdict_on(right, 880))
    assert (told.happened == "A did no better than guessing") == guesses
    assert told.headline.endswith(f"B is {'ahead' if guesses else 'better'} by {(880 - right) / 10:.1f} points")
    assert bool(told.before) == guesses
    if guesses:
        assert f"Model A has {right / 10:.1f}% of 1,000 test images right" in told.before[0]
        assert "learning rate" in told.before[0]


def test_two_that_guess_are_told_in_one() -> None:
    told = conclude(race(model("A"), model("B")), verdict_on(101, 99))
    assert told.headline == "Both did no better than guessing: no difference that 1,000 test images could show"


def over_seeds(right_a: tuple[int, ...], right_b: tuple[int, ...], **counts: int) -> Verdict:
    return replace(verdict_on(900, 890), seeds=judge_seeds(right_a, right_b, IMAGES, **counts))


def test_over_seeds_the_headline_is_the_conclusion_and_who_was_left_out_comes_first() -> None:
    broken = race(model("A"), model("B", State.FAILED, 0.5, broke_off_at=0.5), seed=1)
    whole = race(model("A"), model("B"), others=(race(model("A"), model("B"), seed=2), broken))
    told = conclude(whole, over_seeds((700, 730), (725, 721), left_out=1))
    assert told.headline == "No difference that two seeds could show"
    assert told.before == ("Left out: seed 2 of 3, as B broke off at epoch 0.5.",)
    told = conclude(whole, over_seeds((700, 720), (900, 921), left_out=1))
    assert told.headline == "B is better by 20.1 points over two of three seeds"


def test_over_seeds_a_pair_that_is_not_among_them_is_not_what_is_spoken_of() -> None:
    broken = race(model("A"), model("B", State.STOPPED, 0.5), seed=0)
    others = race(model("A"), model("B"), seed=1), race(model("A"), model("B"), seed=2)
    whole = replace(broken, others=others)
    told = conclude(broken, over_seeds((700, 720), (900, 921), left_out=1), "test", whole)
    assert told.headline.startswith("B is better by")
    assert told.before == ("Left out: seed 1 of 3, as B stopped after 0.5 of 3 epochs.",)


def test_seeds_from_which_a_model_guesses_are_counted() -> None:
    whole = race(model("A"), model("B"), others=(race(model("A"), model("B"), seed=1),))
    told = conclude(whole, over_seeds((100, 720), (900, 921), guesses_a=1))
    assert told.headline.startswith("A did no better than guessing from one of two seeds: ")
    assert "is better" not in told.headline
    assert "model A" in told.before[0]


def test_where_no_seed_is_like_it_a_verdict_says_that_it_is_of_one_alone() -> None:
    broken = race(model("A"), model("B", State.STOPPED, 0.5), seed=1)
    told = conclude(race(model("A"), model("B"), others=(broken,)), verdict_on(970, 880))
    assert told.before == ("This is seed 1 of 2 alone: there are not two seeds from which both models finished alike.",)


def test_without_a_verdict_it_is_said_why() -> None:
    lost = model("B", State.FAILED, 0.0, weights=None, message="The worker process of model B ended unexpectedly.")
    told = conclude(race(model("A"), lost), None)
    assert told.headline == "No verdict: A learned for 3 epochs, B failed after 0 of 3 epochs"
    assert told.before[0] == "The worker process of model B ended unexpectedly."
    assert told.sentences == ()
    told = conclude(race(model("A"), model("B", weights=None)), None)
    assert told.headline == "No verdict: the weights of B are missing"


@pytest.mark.usefixtures("synthetic_digits")
def test_a_model_alone_that_guesses_is_told() -> None:
    labels = load("synthetic-digits").labels("test").astype(int)
    silent = model("A", says=np.full(TEST_IMAGES, np.bincount(labels).argmax()))
    told = conclude(race(silent, None), None)
    assert told.headline == "Model A did no better than guessing"
    assert "nothing shows that it has learned" in told.before[0]
    told = conclude(race(model("A", says=labels), None), None)
    assert (told.headline, told.before) == ("Model A alone", ())
