"""Lessons from anywhere: each is taken whole, or refused in sentences; and what comes with the program is right."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from any_settings import comparisons
from examples import examples
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from nncompare.config import RunConfig
from nncompare.lessons import CHOICES, NUMBERS, Lesson, LessonError, built_in_lessons, find_lesson
from nncompare.lessons.lesson import LARGEST_BYTES

ROOT = Path(__file__).parents[2]
QUESTION = {"question": "Why?", "choices": ["Because.", "Who knows?"], "answer": 1, "reason": "So it is."}
NUMBER = {"of": "accuracy_difference", "lowest": -100, "highest": 100}
CHOICE = {"of": "better", "choices": {"A": "A", "B": "B", "same": "neither"}}
LESSON: dict[str, Any] = {
    "name": "mine",
    "title": "Mine",
    "settings": {"dataset": "synthetic-digits"},
    "question": "Which is better?",
    "guess": NUMBER,
    "look_at": "the curves.",
    "questions": [QUESTION, QUESTION, QUESTION],
}


def refusal(values: object) -> str:
    try:
        Lesson.from_json(values if isinstance(values, bytes) else json.dumps(values))
    except LessonError as error:
        return str(error)
    return ""


def lesson(**changes: Any) -> dict[str, Any]:
    return {name: value for name, value in {**LESSON, **changes}.items() if value is not None}


def second(**changes: Any) -> dict[str, Any]:
    """Change the second of the three questions."""
    changed = {name: value for name, value in {**QUESTION, **changes}.items() if value is not None}
    return lesson(questions=[QUESTION, changed, QUESTION])


@pytest.mark.parametrize("name", built_in_lessons())
def test_a_built_in_lesson_is_read_again_as_it_is(name: str) -> None:
    found = built_in_lessons()[name]
    assert found.name == name
    assert Lesson.from_json(found.to_json()) == found
    assert found.settings.dataset in ("mnist", "fashion-mnist")
    assert {asked.answer for asked in found.questions} != {3}
    a, b = found.settings.a, found.settings.b
    assert a != b or found.settings.seed_gap


def test_the_fast_lesson_compares_two_ways_to_learn_and_nothing_else() -> None:
    """That it reaches 99% is seen by `benchmarks/run.py --rows 99`, which takes its faster model for ours."""
    settings = built_in_lessons()["ninety-nine"].settings
    plain, fast = settings.a, settings.b
    assert fast is not None
    assert (plain.channels, plain.batch_size, plain.epochs) == (fast.channels, fast.batch_size, fast.epochs)
    assert plain == RunConfig(channels=plain.channels, epochs=1)
    assert (fast.schedule, fast.dropout) == ("one-cycle", 0)


def test_at_least_twelve_are_built_in_and_there_is_no_file_without_a_place() -> None:
    files = {file.stem for file in (ROOT / "nncompare" / "lessons" / "files").glob("*.json")}
    assert files == set(built_in_lessons())
    assert len(files) >= 12


@given(comparisons)
def test_every_pair_of_settings_can_be_a_lesson(comparison: Any) -> None:
    assume(comparison.b is not None)
    content = json.dumps(lesson(settings=json.loads(comparison.model_dump_json())))
    assert Lesson.from_json(content).settings == comparison


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        (lesson(colour=1), "The lesson has no place for 'colour'; there are name, title, settings, question, guess, "),
        (lesson(question=None), "The lesson has no question."),
        (lesson(question="  "), "Question is empty."),
        (lesson(question="x" * 401), "Question has more than 400 characters."),
        (lesson(title=5), "Title must be a text; got 5."),
        (lesson(name="My lesson"), "Name must be small letters, digits and hyphens, 40 at most; got My lesson."),
        (lesson(name="mine\n"), "Name must be small letters, digits and hyphens, 40 at most; got mine"),
        (lesson(settings=5), "Settings must be named values; got 5."),
        (lesson(settings={"dataset": "cats"}), "Settings: Data set must be mnist, fashion-mnist, "),
        (lesson(settings={"b": None}), "A lesson compares two models; its settings have no model B."),
        (lesson(settings={"a": {"channels": 999}}), "Settings: Model A: Channels must be a whole number from 1 to 256"),
        (lesson(settings={"a": {"width": 9}}), "Settings: Model A: There is no setting named 'width'; there are "),
        (lesson(settings={"seeds": 9}), "Settings: There is no setting named 'seeds'; there are "),
        (lesson(guess=5), "The guess needs an of, what is guessed: one of accuracy_difference, "),
        (lesson(guess={"of": "beauty"}), "The guess needs an of, what is guessed: one of accuracy_difference, "),
        (lesson(guess={"of": ["better"]}), "The guess needs an of, what is guessed: one of accuracy_difference, "),
        (lesson(guess={**NUMBER, "highest": -100}), "The guess needs a highest value above its lowest one."),
        (lesson(guess={**NUMBER, "highest": "much"}), "The guess: highest must be a number; got much."),
        (lesson(guess={**NUMBER, "highest": True}), "The guess: highest must be a number; got True."),
        (lesson(guess={**NUMBER, "highest": "1.000"}), "The guess: highest 1.000 can mean 1 or 1,000. Write "),
        (lesson(guess={"of": "accuracy_a", "lowest": 1}), "The guess has no highest."),
        (lesson(guess={**NUMBER, "unit": "x" * 21}), "The guess: unit has more than 20 characters."),
        (lesson(guess={**NUMBER, "choices": {}}), "The guess has no place for 'choices'; there are of, lowest, "),
        (lesson(guess={"of": "better"}), "The guess has no choices."),
        (
            lesson(guess={**CHOICE, "choices": {"A": "A"}}),
            "The guess must have a choice for A, one for B",
        ),
        (lesson(guess={**CHOICE, "choices": {"C": "C"}}), "The guess: name of a choice must be A, B or same; got C."),
        (lesson(questions=[QUESTION]), "The lesson must have 3 questions; got 1."),
        (lesson(questions=[QUESTION, 5, QUESTION]), "Question 2 must be named values; got 5."),
        (second(answer=None), "Question 2 has no answer."),
        (second(answer=3), "Question 2: answer must be the number of a choice, 1 to 2; got 3."),
        (second(answer=0), "Question 2: answer must be at least 1; got 0."),
        (second(answer="one"), "Question 2: answer must be a number; got one."),
        (second(choices=["Because."]), "Question 2 must have 2 to 5 choices; got 1."),
        (second(choices=["Because.", 7]), "Question 2: choice 2 must be a text; got 7."),
        (second(hint="no"), "Question 2 has no place for 'hint'; there are question, choices, answer, reason."),
        ([], "It is not a lesson."),
        (b"{", "It is not JSON."),
        (b'{"name": "a", "name": "b"}', "It names 'name' twice."),
        (b"[" * 9_999, "It is not a lesson: it is nested too deeply."),
        (b" " * (LARGEST_BYTES + 1), "It is too large to be a lesson."),
    ],
)
def test_each_kind_of_wrong_lesson_has_its_sentence(values: object, sentence: str) -> None:
    said = refusal(values)
    assert said.startswith(sentence), said
    assert said.endswith(".")


def test_all_that_is_wrong_is_told_at_once_and_very_much_is_not() -> None:
    assert refusal(lesson(title=None, look_at="")) == "The lesson has no title. Look_at is empty."
    assert len(refusal({f"name {number}": 1 for number in range(1_000)})) < 10_000
    assert len(refusal({"n" * 10_000: 1})) < 1_000


LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))


@settings(max_examples=examples(1_000))
@given(st.data())
def test_any_values_are_taken_or_refused_in_sentences(data: st.DataObject) -> None:
    names = st.sampled_from([*LESSON, "a", "__class__"])
    values = {**LESSON, **data.draw(st.dictionaries(names, VALUES, max_size=3))}
    if data.draw(st.booleans()):
        values["questions"] = [QUESTION, data.draw(st.dictionaries(st.sampled_from([*QUESTION]), VALUES)), QUESTION]
    said = refusal(values)
    assert said == "" or said.endswith((".", ". Write a point, not a comma.")), said


@settings(max_examples=examples(500))
@given(st.binary(max_size=200))
def test_any_bytes_are_refused_in_a_sentence(content: bytes) -> None:
    assert refusal(content).endswith(".")


def test_markup_stays_the_text_that_it_is() -> None:
    text = "<script>alert(1)</script> & <b>"
    assert Lesson.from_json(json.dumps(lesson(title=text))).title == text


def test_a_file_is_read_or_named_in_the_sentence(tmp_path: Path) -> None:
    file = tmp_path / "mine.json"
    file.write_text(json.dumps(LESSON), encoding="utf-8-sig")  # as some editors leave it
    assert find_lesson(file) == find_lesson(str(file)) == Lesson.from_json(json.dumps(LESSON))
    assert find_lesson("dropout") is built_in_lessons()["dropout"]
    file.write_text(json.dumps(lesson(guess=None)))
    with pytest.raises(LessonError, match=r"^The lesson mine\.json was not taken\. The lesson has no guess\.$"):
        find_lesson(file)
    for place in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(LessonError, match=rf"^The lesson {place.name} cannot be read: .*\.$"):
            find_lesson(place)
    with pytest.raises(LessonError, match=r"^The lesson / cannot be read: .*\.$"):
        find_lesson("/")


def test_who_mistypes_a_name_is_told_all_names() -> None:
    with pytest.raises(LessonError, match=r"^There is no lesson named dropuot\. There are width, .*ninety-nine\.$"):
        find_lesson("dropuot")


def test_the_documentation_has_the_schema_an_example_that_is_taken_and_every_quantity() -> None:
    text = (ROOT / "docs" / "lessons.md").read_text(encoding="utf-8")
    example, schema = re.findall(r"```json\n(.*?)```", text, re.DOTALL)
    assert Lesson.from_json(example).questions
    assert json.loads(schema) == Lesson.model_json_schema()
    quantities: list[tuple[str, str]] = [*((name, one.meaning) for name, one in NUMBERS.items()), *CHOICES.items()]
    for name, meaning in quantities:
        assert f"| `{name}` | {meaning}" in text
    assert all(f"| `{name}` |" in text for name in built_in_lessons())
