"""What the teacher's page makes of a class: rows, a plot of its answers, and a table."""

import csv
import io
import math
import re

import pytest
from examples import examples
from hypothesis import example, given, settings
from hypothesis import strategies as st

from nncompare.config import RunConfig
from nncompare.engine.class_report import LessonState, ModelOutcome, ModelProgress, Outcome, PageReport
from nncompare.lessons import built_in_lessons
from nncompare.limits import Limits
from nncompare.server.class_axis import written
from nncompare.server.class_plot import HALF_HEIGHT, SIDE, WIDTH, class_plot
from nncompare.server.class_table import COLUMNS, class_table
from nncompare.server.class_view import ClassAnswers, ClassView, class_answers
from nncompare.server.teacher_view import class_view

MARKUP = "<img src=x onerror=alert(1)>"


def progress(name, epoch=1.0, accuracy=None):
    return ModelProgress(name=name, state="running", epoch=epoch, epochs=5, accuracy=accuracy)


def outcome(a=0.97, b=0.98, **lesson):
    models = [ModelOutcome(name=name, settings=RunConfig(), accuracy=share) for name, share in (("A", a), ("B", b))]
    return Outcome(state="finished", dataset="mnist", lesson=LessonState(**lesson), models=tuple(models))


def view_of(pages, outcomes=None):
    return ClassView(pages, outcomes or {}, lessons=built_in_lessons())


def answers_of(guesses, results, name=""):
    return ClassAnswers(name, built_in_lessons().get(name), guesses, results)


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
    assert shown["pages"][1]["a"] == {"share": 0.48, "epochs": "2 of 5", "accuracy": "97.1%"}
    assert shown["pages"][1]["b"]["epochs"] == "2 of 5"
    assert shown["summary"] == "4 pages · 1 training · 1 waiting"
    assert shown["can_stop"]


def test_a_lesson_beyond_the_limits_cannot_be_chosen():
    offered = class_view(view_of({}), limits=Limits(most_epochs=10))["lessons"]
    assert ("width", "Width", True) in offered
    assert ("dropout", "Dropout and overfitting (more than 10 epochs)", False) in offered


def test_a_row_says_of_which_seed_its_models_are():
    pages = {1: PageReport(state="running", seed=2, seeds=5), 2: PageReport(state="finished", seed=5, seeds=5)}
    assert [row["state"] for row in class_view(view_of(pages))["pages"]] == ["Training, seed 2 of 5", "Finished"]


def test_the_summary_tells_when_the_last_in_line_will_begin():
    waiting = [PageReport(state="preparing", position=place, seconds=place * 30.0) for place in (1, 3, 2)]
    pages = dict(enumerate([PageReport(state="running"), *waiting], 1))
    assert class_view(view_of(pages))["summary"].endswith("3 waiting · the last one starts in about 2 min")
    pages[3] = waiting[1].model_copy(update={"seconds": None})
    assert class_view(view_of(pages))["summary"].endswith("3 waiting")


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


def test_what_was_stopped_is_no_result():
    ended = outcome(name="luck", guess="A", result="same")
    stopped = outcome(name="luck", guess="B", result="A").model_copy(update={"state": "stopped"})
    found = class_answers(view_of({}, {(1, 1): ended, (1, 2): stopped, (2, 1): stopped}))
    assert (found.guesses, found.results) == ({1: "A", 2: "B"}, {1: "same"}), "of one training"


@pytest.mark.parametrize("state", ["stopped", "failed", "running", "preparing", "paused"])
def test_a_row_has_no_result_of_another_training(state):
    """The result of the training before would look like that of the one that was stopped."""
    now, models = LessonState(name="dropout", guess=9.0), (progress("A"), progress("B"))
    pages = {
        page: PageReport(state=state_of_page, lesson=now, trained_for="dropout", models=models)
        for page, state_of_page in ((1, state), (2, "finished"))
    }
    outcomes = {(page, 1): outcome(name="dropout", guess=5.0, result=4.0) for page in pages}
    rows = class_view(view_of(pages, outcomes))["pages"]
    assert [(row["guess"], row["result"]) for row in rows] == [("9", ""), ("5", "4")]


@pytest.mark.parametrize(
    ("state", "told", "shown"),
    [
        ("finished", "Finished: Width", (False, "9", "")),
        ("stopped", "Stopped: Width", (False, "9", "")),
        ("running", "Training: Width", (True, "", "")),
    ],
)
def test_a_row_never_has_a_run_for_another_lesson_beside_the_guess(state, told, shown):
    now, models = LessonState(name="dropout", guess=9.0), (progress("A", 5.0, 0.7), progress("B", 5.0, 0.8))
    pages = {1: PageReport(state=state, lesson=now, trained_for="width", models=models)}
    view = view_of(pages, {(1, 1): outcome(name="width", guess=1.0, result=2.0)})
    (row,) = class_view(view, "dropout")["pages"]
    assert row["state"] == told
    assert (row["a"] is not None, row["guess"], row["result"]) == shown
    assert (row["a"] is None) == (row["b"] is None)
    (row,) = class_view(view, "width")["pages"]
    assert (row["state"], row["a"]["epochs"]) == (told.removesuffix(": Width"), "5 of 5"), "there it stands"


def test_a_row_says_that_a_run_was_for_no_lesson():
    pages = {1: PageReport(state="finished", lesson=LessonState(name="luck"), models=(progress("A"), progress("B")))}
    assert class_view(view_of(pages))["pages"][0]["state"] == "Finished: no lesson"


def test_without_a_lesson_it_is_the_difference():
    assert outcome(0.97, 0.9825).difference == 1.25
    assert outcome(0.97, None).difference is None


def test_guesses_stand_above_the_axis_and_results_below_it():
    svg = class_plot(answers_of({1: 2.0, 2: 2.0, 3: 4.0}, {1: 0.0, 2: 3.0}))
    guesses, results = dots(svg, "guess"), dots(svg, "result")
    assert len(guesses) == 3
    assert guesses[0][0] == guesses[1][0] < guesses[2][0]
    assert guesses[1][1] < guesses[0][1] < 0, "equal ones are stacked"
    assert results[0] == (SIDE, results[1][1])
    assert all(y > 0 for _, y in results)
    assert ticks(svg) == ["0", "1", "2", "3", "4"]
    assert 'aria-label="3 guesses, median 2. 2 results, median 1.5."' in svg


def test_choices_have_the_places_and_the_words_of_the_lesson():
    svg = class_plot(answers_of({1: "B", 2: "same", 3: "same"}, {1: "same"}, "luck"))
    assert ticks(svg) == ["A", "B", "Nobody can tell", "them apart"]
    assert re.findall(r'class="t-number"[^>]*>([0-9]+)<', svg) == ["1", "2", "1"]
    assert 'aria-label="3 guesses. 1 result."' in svg


def test_what_is_no_choice_of_a_lesson_is_drawn_too_and_escaped():
    guesses = {1: "A", 2: "B", 3: "B", 4: MARKUP, 5: "</svg><script>", 6: "x" * 80}
    svg = class_plot(answers_of(guesses, {1: "B"}))
    assert ticks(svg)[:2] == ["B", "A"]
    assert len({x for x, _ in dots(svg, "guess")}) == 5
    assert svg.count("<svg") == svg.count("</svg>") == 1
    assert "<img" not in svg
    assert "<script" not in svg


@pytest.mark.parametrize("name", ["", "luck"])
def test_dots_of_a_class_that_agrees_can_be_seen(name):
    guesses = dict.fromkeys(range(1, 31), "same" if name else 2.0)
    svg = class_plot(answers_of(guesses, {}, name))
    (radius,) = {float(radius) for radius in re.findall(r' r="([0-9.]+)"', svg)}
    assert radius > 2.5
    assert len(set(dots(svg, "guess"))) == 30


def test_the_unit_stands_behind_the_median():
    assert "1 guess, median 9.8%. 0 results." in class_plot(answers_of({1: 9.8}, {}, "images"))
    assert "2 results, median −1 points." in class_plot(answers_of({}, {1: -1.0, 2: -1.0}, "dropout"))


def test_nonsense_of_one_page_does_not_squeeze_the_others():
    guesses = {page: page / 10 for page in range(1, 11)}
    svg = class_plot(answers_of({**guesses, 11: 1e12}, {}))
    assert len({x for x, _ in dots(svg, "guess")[:10]}) > 3
    assert max(x for x, _ in dots(svg, "guess")) <= WIDTH - SIDE / 2


answers = st.one_of(st.floats(-1e12, 1e12), st.text(max_size=80), st.sampled_from([0.0, 1.0, "A"]))
some_pages = st.dictionaries(st.integers(1, 300), answers, max_size=40)


@settings(max_examples=examples(100), deadline=None)
@given(guesses=some_pages, results=some_pages)
@example(guesses={}, results={1: -266666666667.0})  # whose places have long numbers
def test_every_answer_is_drawn_within_the_picture(guesses, results):
    svg = class_plot(answers_of(guesses, results))
    for part, kind in ((guesses, "guess"), (results, "result")):
        found = dots(svg, kind)
        assert len(found) <= len(part)
        assert all(
            SIDE / 2 <= x <= WIDTH - SIDE / 2 and abs(y) < 2 * HALF_HEIGHT and math.isfinite(y) for x, y in found
        )
    assert len(ticks(svg)) <= 12


def test_the_table_has_a_row_for_each_comparison_and_nothing_that_spreadsheets_run():
    outcomes = {
        (2, 1): outcome(name="=1+1", guess=-1.5, result="@x"),
        (1, 2): outcome(name="luck", guess=10.28000000001),
    }
    rows = list(csv.DictReader(io.StringIO(class_table(view_of({}, outcomes)))))
    assert [(row["page"], row["comparison"]) for row in rows] == [("1", "2"), ("2", "1")]
    assert tuple(rows[0]) == COLUMNS
    assert (rows[1]["lesson"], rows[1]["guess"], rows[1]["result"]) == ("'=1+1", "-1.5", "'@x")
    assert rows[0]["guess"] == "10.28"
    assert rows[0]["lesson_title"] == "Luck"
    assert (rows[0]["a_accuracy"], rows[0]["b_channels"], rows[0]["data_set"]) == ("0.97", "16", "mnist")


def test_the_table_has_guesses_of_which_nothing_has_come_out():
    pages = {
        page: PageReport(lesson=LessonState(name=name, guess=guess))
        for page, name, guess in ((1, "luck", "same"), (2, "width", 4.0), (3, "luck", None))
    }
    outcomes = {(1, 2): outcome(name="width", guess=1.0, result=2.0), (2, 1): outcome(name="width", guess=3.0)}
    rows = list(csv.DictReader(io.StringIO(class_table(view_of(pages, outcomes)))))
    found = [(row["page"], row["comparison"], row["lesson_title"], row["guess"], row["result"]) for row in rows]
    assert found == [("1", "2", "Width", "1.0", "2.0"), ("1", "", "Luck", "same", ""), ("2", "1", "Width", "3.0", "")]


def test_the_table_has_what_makes_up_a_comparison():
    ended = outcome().model_copy(update={"train_images": 5_000, "seed": 7, "seeds": 5})
    adam, sgd = RunConfig(optimizer="adam"), RunConfig(optimizer="sgd", momentum=0.5)
    models = [
        model.model_copy(update={"settings": kind}) for model, kind in zip(ended.models, (adam, sgd), strict=True)
    ]
    view = view_of({}, {(1, 1): ended.model_copy(update={"models": tuple(models)})})
    (row,) = csv.DictReader(io.StringIO(class_table(view)))
    assert (row["train_images"], row["seed"], row["seeds"]) == ("5000", "7", "5")
    assert (row["a_momentum"], row["b_momentum"]) == ("", "0.5")


def test_earlier_lessons_stay_to_be_looked_at():
    pages = {1: PageReport(lesson=LessonState(name="dropout", guess=5.0))}
    outcomes = {(1, 1): outcome(name="luck", guess="same", result="same"), (2, 1): outcome(result=1.0)}
    view = view_of(pages, {**outcomes, (3, 1): outcome(name="of-a-page", guess=1.0)})
    now, then = class_view(view), class_view(view, "luck")
    titles = {"dropout": "Dropout and overfitting", "luck": "Luck", "": "No lesson", "of-a-page": "of-a-page"}
    assert dict(now["asked"]) == titles
    assert (now["shown"], now["pages"][0]["guess"], now["question"]) == (
        "dropout",
        "5",
        built_in_lessons()["dropout"].question,
    )
    assert (then["shown"], then["pages"][0]["result"]) == ("luck", "Nobody can tell them apart")
    assert (now["pages"][0]["words"], then["pages"][0]["words"]["result"]) == (
        {"guess": "5 points"},
        "Nobody can tell them apart",
    )
    assert class_view(view, "")["results"] == "1 result, median 1"
    assert class_view(view, MARKUP)["shown"] == "dropout"


@pytest.mark.parametrize(
    ("name", "answer", "words"),
    [
        ("dropout", -1.25, "−1.25"),
        ("learning-rate-low", 9.8, "9.8"),
        ("accumulation", 1.0456, "1.046"),
        ("luck", "B", "B"),
        ("luck", "other", "other"),
        ("luck", 12345.6, "12,346"),
        ("", 0.5, "0.5"),
        ("", None, ""),
    ],
)
def test_an_answer_is_worded_as_the_lesson_words_it(name, answer, words):
    assert written(answer, answers_of({}, {}, name)) == words
