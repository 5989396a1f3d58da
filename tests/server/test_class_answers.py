"""What the teacher's page makes of a class: rows, a plot of its answers, and a table."""

import csv
import io
import math
import re

import pytest
from examples import examples
from hypothesis import given, settings
from hypothesis import strategies as st

from nncompare.config import RunConfig
from nncompare.engine.class_report import (
    LessonState,
    ModelOutcome,
    ModelProgress,
    Outcome,
    PageReport,
    lesson_title,
)
from nncompare.server.class_answers import ClassAnswers, class_answers
from nncompare.server.class_plot import HALF_HEIGHT, SIDE, WIDTH, class_plot
from nncompare.server.class_table import COLUMNS, class_table
from nncompare.server.class_view import ClassView, Lesson
from nncompare.server.teacher_view import class_view

MARKUP = "<img src=x onerror=alert(1)>"


def progress(name, epoch=1.0, accuracy=None):
    return ModelProgress(name=name, state="running", epoch=epoch, epochs=5, accuracy=accuracy)


def outcome(a=0.97, b=0.98, **lesson):
    models = [ModelOutcome(name=name, settings=RunConfig(), accuracy=share) for name, share in (("A", a), ("B", b))]
    return Outcome(state="finished", dataset="mnist", lesson=LessonState(**lesson), models=tuple(models))


def view_of(pages, outcomes=None):
    return ClassView(pages, outcomes or {}, Lesson(), "")


def dots(svg, kind):
    found = re.findall(rf'class="t-{kind}" cx="([-0-9.]+)" cy="([-0-9.]+)"', svg)
    return [(float(x), float(y)) for x, y in found]


def ticks(svg):
    return re.findall(r'<text x="[-0-9.]+" y="[0-9]+">([^<]*)</text>', svg)


def test_a_row_says_where_a_page_is():
    waiting = PageReport(state="preparing", position=2, seconds=40.0)
    training = PageReport(state="running", models=(progress("A", 2.4, 0.971), progress("B", 2.0)))
    shown = class_view(view_of({1: waiting, 2: training, 3: PageReport(), 4: PageReport(state=MARKUP)}))
    told = [row["state"] for row in shown["pages"]]
    assert told == ["Waiting: 2nd in line, about 40 s", "Training", "Not trained yet", "Unknown"]
    assert [row["can_stop"] for row in shown["pages"]] == [True, True, False, False]
    assert shown["pages"][1]["a"] == {"share": 0.48, "epochs": "2.4 of 5", "accuracy": "97.1%"}
    assert shown["pages"][1]["b"]["epochs"] == "2 of 5"
    assert shown["summary"] == "4 pages · 1 training · 1 waiting"
    assert shown["can_stop"]


def test_nobody_is_there():
    shown = class_view(view_of({}))
    assert (shown["summary"], shown["pages"], shown["plot"], shown["can_stop"]) == ("No page is open.", [], "", False)


def test_the_answers_are_those_of_the_lesson_that_most_pages_have():
    pages = {
        1: PageReport(lesson=LessonState(name="luck", guess=1.0)),
        2: PageReport(lesson=LessonState(name="luck")),
        3: PageReport(lesson=LessonState(name="width", guess=9.0)),
        5: PageReport(lesson=LessonState(name="luck", guess=4.0)),
    }
    outcomes = {
        (1, 1): outcome(name="luck", guess=3.0, result=0.5),
        (2, 1): outcome(name="luck", guess=2.0, result=0.1),
        (2, 2): outcome(name="luck", guess=2.0, result=0.2),
        (3, 1): outcome(name="width", guess=9.0, result=8.0),
        (4, 1): outcome(name="luck", guess="no idea", result=0.3),
    }
    found = class_answers(view_of(pages, outcomes))
    assert found.guesses == {1: 3.0, 2: 2.0, 4: "no idea", 5: 4.0}, "also of pages that are gone"
    assert found.results == {1: 0.5, 2: 0.2, 4: 0.3}


def test_without_a_lesson_it_is_the_difference():
    assert outcome(0.97, 0.9825).difference == 1.25
    assert outcome(0.97, None).difference is None


def test_guesses_stand_above_the_axis_and_results_below_it():
    svg = class_plot(ClassAnswers("luck", {1: 2.0, 2: 2.0, 3: 4.0}, {1: 0.0, 2: 3.0}))
    guesses, results = dots(svg, "guess"), dots(svg, "result")
    assert len(guesses) == 3
    assert guesses[0][0] == guesses[1][0] < guesses[2][0]
    assert guesses[1][1] < guesses[0][1] < 0, "equal ones are stacked"
    assert results[0] == (SIDE, results[1][1])
    assert all(y > 0 for _, y in results)
    assert ticks(svg) == ["0", "1", "2", "3", "4"]
    assert "Guesses: 3, median 2. Results: 2, median 1.5." in svg


def test_choices_have_places_of_their_own_and_are_escaped():
    guesses = {1: "A", 2: "B", 3: "B", 4: MARKUP, 5: "</svg><script>", 6: "x" * 80}
    svg = class_plot(ClassAnswers("luck", guesses, {1: "B"}))
    assert ticks(svg)[:2] == ["B", "A"]
    assert len({x for x, _ in dots(svg, "guess")}) == 5
    assert svg.count("<svg") == svg.count("</svg>") == 1
    assert "<img" not in svg
    assert "<script" not in svg


def test_nonsense_of_one_page_does_not_squeeze_the_others():
    guesses = {page: page / 10 for page in range(1, 11)}
    svg = class_plot(ClassAnswers("luck", {**guesses, 11: 1e12}, {}))
    assert len({x for x, _ in dots(svg, "guess")[:10]}) > 3
    assert max(x for x, _ in dots(svg, "guess")) <= WIDTH - SIDE


answers = st.one_of(st.floats(-1e12, 1e12), st.text(max_size=80), st.sampled_from([0.0, 1.0, "A"]))
some_pages = st.dictionaries(st.integers(1, 300), answers, max_size=40)


@settings(max_examples=examples(100), deadline=None)
@given(guesses=some_pages, results=some_pages)
def test_every_answer_is_drawn_within_the_picture(guesses, results):
    svg = class_plot(ClassAnswers("luck", guesses, results))
    for part, kind in ((guesses, "guess"), (results, "result")):
        found = dots(svg, kind)
        assert len(found) <= len(part)
        assert all(SIDE <= x <= WIDTH - SIDE and abs(y) < 2 * HALF_HEIGHT and math.isfinite(y) for x, y in found)
    assert len(ticks(svg)) <= 9


def test_the_table_has_a_row_for_each_comparison_and_nothing_that_spreadsheets_run():
    outcomes = {(2, 1): outcome(name="=1+1", guess=-1.5, result="@x"), (1, 2): outcome(guess=10.280000000000001)}
    rows = list(csv.DictReader(io.StringIO(class_table(outcomes))))
    assert [(row["page"], row["comparison"]) for row in rows] == [("1", "2"), ("2", "1")]
    assert tuple(rows[0]) == COLUMNS
    assert (rows[1]["lesson"], rows[1]["guess"], rows[1]["result"]) == ("'=1+1", "-1.5", "'@x")
    assert rows[0]["guess"] == "10.28"
    assert (rows[0]["a_accuracy"], rows[0]["b_channels"], rows[0]["data_set"]) == ("0.97", "16", "mnist")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ('{"title": " Dropout ", "name": "d"}', "Dropout"),
        ('{"name": "luck"}', "luck"),
        ('{"title": 3}', ""),
        ("[1]", ""),
        ("no lesson", ""),
        ("[" * 10_000, ""),
        ('{"title": "' + "x" * 500 + '"}', "x" * 80),
    ],
)
def test_what_a_lesson_is_called(text, title):
    assert lesson_title(text) == title
