"""What a lesson asks for, measured of models that were really trained, and put into words."""

import math

import numpy as np
import pytest
from tiny_pairs import finish, pair

from nncompare.comparison.result import ComparisonResult
from nncompare.engine.shared import EngineHolder
from nncompare.lessons import CHOICES, NUMBERS, Lesson, NumberGuess, NumberName, built_in_lessons
from nncompare.report import report_page
from nncompare.report.lesson import Guess, TakenLesson, answered
from nncompare.report.measured import Measured, measured

WIDTH, LUCK = built_in_lessons()["width"], built_in_lessons()["luck"]


@pytest.fixture(scope="module")
def result(engines: EngineHolder) -> ComparisonResult:
    return finish(pair({"epochs": 2}, {"channels": 4, "epochs": 2, "label_smoothing": 0.3}), engines)


def number(of: str, result: ComparisonResult) -> tuple[float, float, float]:
    found = measured(of, result)  # type: ignore[arg-type]
    assert found is not None
    assert not isinstance(found.value, str)
    return found.value, found.low if found.low is not None else math.nan, found.high or math.nan


def right(result: ComparisonResult, split: str = "test") -> dict[str, float]:
    labels = result.labels(split)  # type: ignore[arg-type]
    return {
        model.name: 100 * float(np.mean(model.probabilities(split).argmax(axis=1) == labels))  # type: ignore[arg-type]
        for model in result.models
    }


def test_accuracies_and_what_lies_between_them(result: ComparisonResult) -> None:
    share, learned = right(result), right(result, "train")
    assert number("accuracy_difference", result)[0] == pytest.approx(share["B"] - share["A"])
    for name, of in (("A", "a"), ("B", "b")):
        assert number(f"accuracy_{of}", result)[0] == pytest.approx(share[name])
        assert number(f"gap_{of}", result)[0] == pytest.approx(learned[name] - share[name])
    for of in ("accuracy_difference", "accuracy_a", "accuracy_b", "gap_a", "gap_b", "seconds_ratio", "disagreements"):
        value, low, high = number(of, result)
        assert low <= value <= high, of


def test_what_it_costs_and_where_they_disagree(result: ComparisonResult) -> None:
    a, b = result.models
    assert number("seconds_ratio", result)[0] == pytest.approx(
        b.history.epoch_seconds[-1] / a.history.epoch_seconds[-1]
    )
    assert a.plan is not None
    assert b.plan is not None
    assert number("memory_ratio", result)[0] == pytest.approx(b.plan.training_bytes / a.plan.training_bytes)
    differ = a.probabilities().argmax(axis=1) != b.probabilities().argmax(axis=1)
    assert number("disagreements", result)[0] == differ.sum()


def test_which_model_it_is(result: ComparisonResult) -> None:
    found = {of: measured(of, result) for of in CHOICES}
    assert all(one is not None and one.value in ("A", "B", "same") for one in found.values())
    assert found["better"] is not None
    assert found["better"].value == (result.verdict().better or "same")
    a, b = (model.probabilities().max(axis=1).mean() for model in result.models)
    assert found["surer"] is not None
    assert found["surer"].value == ("same" if abs(a - b) < 0.01 else "A" if a > b else "B")


def test_without_two_models_there_is_nothing_to_measure(engines: EngineHolder) -> None:
    alone = finish(pair().model_copy(update={"b": None}), engines)
    assert [measured(of, alone) for of in (*NUMBERS, *CHOICES)] == [None] * (len(NUMBERS) + len(CHOICES))


def test_equal_settings_from_other_seeds_give_other_models_and_from_one_seed_the_same(engines: EngineHolder) -> None:
    equal = pair({"channels": 2}, {"channels": 2})
    same, other = (finish(equal.model_copy(update={"seed_gap": gap}), engines) for gap in (0, 1))
    assert number("disagreements", same)[0] == 0
    assert number("disagreements", other)[0] > 0
    assert same.b is not None
    assert other.b is not None
    np.testing.assert_array_equal(same.a.probabilities(), other.a.probabilities())
    alone = finish(equal.model_copy(update={"seed": 1}), engines)
    np.testing.assert_array_equal(alone.a.probabilities(), other.b.probabilities())


def taken(lesson: Lesson, guess: Guess, found: Measured | None, **more: object) -> TakenLesson:
    return TakenLesson(lesson, guess, found, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("guess", "found", "words", "is_right"),
    [
        (2.0, Measured(1.1, 0.7, 1.5), "You said 2 points. It was 1.1 points (95% confidence: 0.7 to 1.5).", False),
        (
            -2,
            Measured(-1.5, -2.25, -0.75),
            "You said −2 points. It was −1.5 points (95% confidence: −2.2 to −0.8): A was better.",
            True,
        ),
        (
            0.5,
            Measured(-0.01, -0.3, 0.28),
            "You said 0.5 points. It was 0.0 points (95% confidence: −0.3 to 0.3).",
            False,
        ),
        (1.0, Measured(1.0), "You said 1 point. It was 1.0 points.", None),
        (1.0, None, "You said 1 point.", None),
    ],
)
def test_a_number_is_answered(guess: float, found: Measured | None, words: str, is_right: bool | None) -> None:
    told = taken(WIDTH, guess, found)
    assert (told.answer, told.is_right) == (words, is_right)
    assert told.place == {True: "your guess is within", False: "your guess is outside", None: ""}[is_right]


@pytest.mark.parametrize(
    ("of", "found", "words"),
    [
        ("accuracy_a", Measured(10.28, 9.7, 10.91), "You said 50%. It was 10.3% (95% confidence: 9.7% to 10.9%)."),
        (
            "seconds_ratio",
            Measured(1.26, 1.2, 1.31),
            "You said 50 times. It was 1.26 times (over the epochs: 1.20 to 1.31).",
        ),
        (
            "disagreements",
            Measured(1204.0, 1140, 1270),
            "You said 50 images. It was 1,204 images (95% confidence: 1,140 to 1,270).",
        ),
    ],
)
def test_guess_and_result_have_the_same_unit(of: NumberName, found: Measured, words: str) -> None:
    kind = NumberGuess(of=of, lowest=0, highest=100)
    assert taken(WIDTH.model_copy(update={"guess": kind}), 50.0, found).answer == words


def test_a_choice_is_answered() -> None:
    one = taken(LUCK, "A", Measured("same", -0.2, 0.4))
    assert one.answer == "You said: A. It was: Nobody can tell them apart. 95% confidence: A by 0.2 to B by 0.4 points."
    assert one.is_right is False
    assert taken(LUCK, "same", Measured("same")).is_right is True


def test_the_first_answer_to_a_question_counts() -> None:
    answers = answered(answered((None, None, None), 1, 0), 1, 2)
    assert answers == (None, 0, None)
    shown = taken(WIDTH, 1.0, None, answers=answers).results
    assert [is_right for _, _, is_right in shown] == [None, WIDTH.questions[1].answer == 1, None]


def test_the_report_begins_with_the_lesson(result: ComparisonResult) -> None:
    marked = WIDTH.model_copy(update={"question": "<script>alert(1)</script>"})
    first, _, last = WIDTH.questions
    wrong = first.answer % len(first.choices)
    answers = (wrong, None, last.answer - 1)
    text = report_page(result, taken(marked, 2.0, Measured(1.1, 0.7, 1.5), answers=answers))
    for part in (
        "You said 2 points. It was 1.1 points (95% confidence: 0.7 to 1.5).",
        "not answered",
        first.choices[wrong],
    ):
        assert part in text
    assert f"Right is: {first.choices[first.answer - 1]}" in text
    assert f"Right is: {last.choices[last.answer - 1]}" not in text
    assert "<script" not in text
    assert text.index("You said 2 points") < text.index("The two models")
    assert "You said" not in report_page(result)
