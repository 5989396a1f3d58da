"""A lesson on the page: it asks first, answers after the end, is in the report, and comes from address or server."""

import json
from dataclasses import replace

import pytest
from processes import until
from tiny_comparison import TINY, WHAT, can_train
from tiny_comparison import train as begin

from nncompare.comparison.state import State
from nncompare.engine.class_report import LessonState
from nncompare.lessons import GuessedLesson, Lesson, built_in_lessons
from nncompare.store import Store

GUESS_FIRST = "Give your guess first."
QUESTION = {"question": "Why?", "choices": ["Because.", "Who knows?"], "answer": 1, "reason": "So it is."}
NUMBER = {"of": "accuracy_difference", "lowest": -100, "highest": 100}
CHOICE = {"of": "better", "choices": {"A": "the first", "B": "the second", "same": "neither"}}


def lesson(guess=NUMBER, **changes):
    values = {
        "name": "mine",
        "title": "Mine",
        "settings": json.loads(TINY.model_dump_json()),
        "question": "How much better is B?",
        "guess": guess,
        "look_at": "the curves.",
        "questions": [QUESTION] * 3,
        **changes,
    }
    return Lesson.from_json(json.dumps(values))


GUESSED = GuessedLesson(lesson=lesson(), guess=2.0)


@pytest.fixture
def asked(tiny, settle):
    """A page with a lesson that asks for a number."""
    tiny.refresher.post(lambda: tiny.lesson.take(lesson()))
    settle(tiny)
    settle(tiny)
    return tiny


@pytest.fixture
def on_web_page(monkeypatch):
    """Let the next dashboard be opened at an address."""

    def at(query):
        monkeypatch.setenv("SERVER_SOFTWARE", "voila/0.5")
        monkeypatch.setenv("QUERY_STRING", query)

    return at


def say(dashboard, settle, text):
    dashboard.lesson.number.value = text
    settle(dashboard)


def train(dashboard, engine):
    begin(dashboard)
    until(lambda: dashboard.current.state is State.RUNNING, WHAT)
    until(lambda: len(engine.active()) == 2, WHAT)
    engine.end_all()
    until(lambda: dashboard.result is not None, WHAT)


def test_a_run_for_a_lesson_is_kept_under_its_title(asked, settle, engine):
    say(asked, settle, "2")
    train(asked, engine)
    (summary,) = Store.default().summaries()
    assert [summary.labels.of(name).name for name in "AB"] == ["Mine", "Mine"]


def hidden(part):
    return "nnc-hidden" in part._dom_classes


def test_without_a_lesson_nothing_is_asked(tiny):
    assert tiny.lesson.problems == {}
    assert can_train(tiny)
    assert tiny.steps.predictions.lesson.box.html == ""
    assert tiny.lesson.picker.options[0] == ("No lesson", "")


@pytest.mark.parametrize("name", built_in_lessons())
def test_a_lesson_sets_everything_and_asks(tiny, settle, name):
    wanted = built_in_lessons()[name]
    tiny.lesson.picker.value = name
    settle(tiny)
    assert tiny.comparison == wanted.settings
    assert wanted.question.split("?")[0][:20] in tiny.lesson.question.value
    assert tiny.lesson.problems == {"guess": GUESS_FIRST}
    assert f"lesson={name}" in tiny.page.query
    tiny.lesson.picker.value = ""
    settle(tiny)
    assert tiny.lesson.problems == {}
    assert tiny.comparison.model_copy(update={"seed_gap": 0}) == tiny.comparison
    assert "lesson" not in tiny.page.query


def test_a_lesson_beyond_the_limits_is_not_offered(monkeypatch, on_web_page, open_dashboard):
    monkeypatch.setenv("NNCOMPARE_MOST_EPOCHS", "10")
    on_web_page("lesson=dropout")
    dashboard = open_dashboard()
    offered = [name for _, name in dashboard.lesson.picker.options]
    assert "width" in offered
    assert not {"dropout", "weight-decay", "images"} & set(offered)
    assert dashboard.lesson.lesson is None
    told = "The lesson dropout asks for more than 10 epochs, which this server does not allow."
    assert told in dashboard.notice.value


def test_nothing_is_trained_before_the_guess(asked, settle):
    training = asked.steps.training
    assert not can_train(asked)
    assert GUESS_FIRST in training.reason.html
    for text, sentence in (
        ("much", "Your guess must be a number from −100 to 100; got much."),
        ("101", "Your guess must be a number from −100 to 100; got 101."),
        ("nan", "Your guess must be a number"),
        ("<b>1</b>", "Your guess must be a number"),
    ):
        say(asked, settle, text)
        assert not can_train(asked), text
        assert sentence in asked.lesson.problems["guess"]
        assert "<b>1" not in asked.lesson.number.note.value
    for text in ("2,5", " 2,5 points", "2.5points", "2.5%", "2,5 %"):
        say(asked, settle, text)
        assert (asked.lesson.guess, asked.lesson.problems) == (2.5, {})
    assert can_train(asked)
    say(asked, settle, "")
    assert asked.lesson.problems == {"guess": GUESS_FIRST}


@pytest.mark.parametrize("of", ["memory_ratio", "faster"])
def test_what_a_lesson_asks_for_is_not_told_before_the_guess(tiny, engine, settle, of):
    models = tiny.steps.models
    tiny.refresher.post(lambda: models.show_machine(engine.survey("cpu"), None))
    until(lambda: "MiB</b> to train" in models.forms["A"].picture.box.value, WHAT)
    guess = {**NUMBER, "of": of} if of == "memory_ratio" else {**CHOICE, "of": of}
    tiny.refresher.post(lambda: tiny.lesson.take(lesson(guess)))
    settle(tiny)
    form, is_memory = models.forms["B"], of == "memory_ratio"
    assert ("<b>?</b> to train" in form.picture.box.value) is is_memory
    assert ("Training takes" in form.fit.box.value) is not is_memory
    assert models.times.is_asked is not is_memory
    tiny.lesson.choices.pick("A")
    say(tiny, settle, "2" if is_memory else "")
    assert "MiB</b> to train" in form.picture.box.value
    assert "Training takes" in form.fit.box.value
    assert not models.times.is_asked


def told_to_focus(dashboard, monkeypatch):
    """Hear what is to have the focus."""
    told: list[str] = []
    monkeypatch.setattr(dashboard.page, "send", lambda message: told.extend(filter(None, [message.get("focus")])))
    return told


@pytest.mark.parametrize("place", ["reason", "news"])
def test_where_a_guess_is_asked_for_one_press_leads_to_the_question(asked, settle, monkeypatch, place):
    told = told_to_focus(asked, monkeypatch)
    asked.go("Training")
    settle(asked)
    {"reason": asked.steps.training.reason, "news": asked.lesson.news}[place].pick("guess")
    settle(asked)
    assert asked.navigation.step == "Models"
    assert len(told) == 1


def test_a_lesson_of_the_teacher_is_news_until_it_is_answered(asked, settle):
    assert "The teacher has set a lesson: <b>Mine</b>" in asked.lesson.news.html
    assert "alert" not in asked.lesson.news.html
    say(asked, settle, "2")
    assert asked.lesson.news.html.strip() == ""
    say(asked, settle, "")
    assert "Mine" in asked.lesson.news.html
    asked.lesson.news.pick("guess")
    settle(asked)
    assert asked.lesson.news.html.strip() == "", "the question was gone to"
    asked.refresher.post(lambda: asked.lesson.take(lesson(CHOICE)))
    settle(asked)
    assert "Mine" in asked.lesson.news.html
    asked.lesson.picker.value = "luck"
    settle(asked)
    assert asked.lesson.news.html.strip() == "", "this one was chosen here"


def answered(dashboard, settle, lesson, guess):
    """Let what the page shows have been begun with this guess."""
    answer = dashboard.steps.predictions.lesson
    dashboard.current.running.lesson = GuessedLesson(lesson=lesson, guess=guess)
    answer.begin(dashboard.current.running)
    until(lambda: answer.result is not None, WHAT)
    settle(dashboard)
    return answer


def test_the_guess_is_answered_after_the_end_with_three_questions(finished, settle):
    answer = answered(finished, settle, lesson(), 2.0)
    assert answer.result == pytest.approx(-100 * finished.result.verdict().difference)
    assert answer.box.html.startswith('<section class="nnc-card" tabindex="-1" aria-label="Lesson: Mine">')
    assert "You said 2 points. It was " in answer.box.html
    assert "So it is." not in answer.box.html
    assert "<details open>" in answer.box.html
    assert "You said 2 points. It was " in answer.short.html
    answer.short.pick("questions")
    settle(finished)
    assert finished.navigation.step == "Predictions"
    answer.box.pick("1:1")
    answer.box.pick("2:0")
    settle(finished)
    assert answer.taken.answers == (None, 1, 0)
    assert answer.box.html.count("So it is.") == 2
    answer.box.pick("1:0")  # too late
    answer.box.pick("9:9")
    settle(finished)
    assert answer.taken.answers == (None, 1, 0)
    assert finished.steps.predictions.evaluation.exports.taken() is answer.taken


def test_while_more_epochs_are_trained_nothing_is_known(finished):
    class GoesOn:
        lesson = GUESSED
        is_over = True

        def wait(self, _):
            return self.is_over

        def result(self):
            return finished.result

    answer, running = finished.steps.predictions.lesson, GoesOn()
    answer.begin(running)
    until(lambda: answer.result is not None, WHAT)
    running.is_over = False
    until(lambda: answer.result is None, WHAT)
    until(lambda: "The answer comes when both have ended." in answer.box.html, WHAT)
    running.is_over = True
    until(lambda: answer.result is not None, WHAT)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.STOPPED, "It was stopped before the end, so the question is not answered. Train again."),
        (State.FAILED, "It failed before the end, so the question is not answered. Train again."),
    ],
)
def test_what_did_not_come_to_its_end_answers_nothing(finished, state, sentence):
    whole = finished.result
    part = replace(whole, a=replace(whole.a, state=state), state=state)

    class Ended:
        lesson = GUESSED

        def wait(self, _):
            return True

        def result(self):
            return part

    answer = finished.steps.predictions.lesson
    answer.begin(Ended())
    until(lambda: sentence in answer.box.html, WHAT)
    assert answer.result is None
    assert "It was " not in answer.taken.answer
    assert answer.taken.note == sentence, "the report says so, too"


def test_a_choice_is_picked(tiny, settle, engine):
    tiny.refresher.post(lambda: tiny.lesson.take(lesson(CHOICE)))
    settle(tiny)
    settle(tiny)
    tiny.lesson.choices.pick("C")
    settle(tiny)
    assert tiny.lesson.guess is None
    tiny.lesson.choices.pick("B")
    settle(tiny)
    assert tiny.lesson.guess == "B"
    train(tiny, engine)
    answer = tiny.steps.predictions.lesson
    until(lambda: "You said: the second. " in answer.box.html, WHAT)
    until(lambda: "There is no result to hold that against." in answer.box.html, WHAT)  # this engine has no weights


def test_a_choice_is_answered(finished, settle):
    answer = answered(finished, settle, lesson(CHOICE), "B")
    assert answer.result in ("A", "B", "same")
    assert "You said: the second. It was: " in answer.box.html


def test_the_guess_is_that_with_which_the_training_began(asked, settle, engine):
    say(asked, settle, "2")
    train(asked, engine)
    say(asked, settle, "50")
    assert asked.steps.predictions.lesson.taken.guess == 2
    asked.lesson.picker.value = ""
    settle(asked)
    train(asked, engine)
    assert asked.steps.predictions.lesson.taken is None
    assert asked.steps.predictions.lesson.box.html == ""


def test_markup_is_shown_as_text(finished, settle):
    script = "<script>alert(1)</script>"
    marked = [{**QUESTION, "question": script, "choices": [script, script], "reason": script}] * 3
    guess = {**CHOICE, "choices": dict.fromkeys(("A", "B", "same"), script)}
    made = lesson(guess, title=script, question=script, look_at=script, questions=marked)
    finished.refresher.post(lambda: finished.lesson.take(made))
    settle(finished)
    answer, panel = answered(finished, settle, made, "A"), finished.lesson
    answer.box.pick("0:0")
    settle(finished)
    shown = [panel.question.value, panel.choices.html, panel.look_at.value, answer.box.html]
    assert all("&lt;script&gt;" in text and "<script" not in text for text in shown)


def test_an_address_opens_a_lesson_changes_it_and_hides_fields(on_web_page, open_dashboard, settle):
    on_web_page("lesson=dropout&hide=optimizer,seed,train_images,colour&b.dropout=0.75&a.optimizer=sgd&seed=-1")
    dashboard = open_dashboard()
    settle(dashboard)
    wanted = built_in_lessons()["dropout"].settings
    assert dashboard.lesson.lesson.name == "dropout"
    assert dashboard.navigation.step == "Models", "where its question is"
    assert wanted.b is not None
    assert dashboard.comparison.b == wanted.b.model_copy(update={"dropout": 0.75})
    assert dashboard.comparison.a.optimizer == "sgd"
    models = dashboard.steps.models
    for form in models.forms.values():
        assert [name for name, field in form.fields.items() if hidden(field.box)] == ["optimizer"]
    assert [name for name, field in models.shared.fields.items() if hidden(field.box)] == ["seed"]
    assert hidden(dashboard.steps.data.count.box)
    assert "The address sets Optimiser of model A, and hides it." in dashboard.notice.value
    assert "Seed must be" in dashboard.notice.value
    assert "The address sets Seed" not in dashboard.notice.value, "it was left out"
    assert "There is no field named &#39;colour&#39; to hide." in dashboard.notice.value
    assert dashboard.page.query.startswith("lesson=dropout&hide=optimizer,seed,train_images&")
    assert "b.dropout=0.75" in dashboard.page.query
    assert "epochs" not in dashboard.page.query


def test_an_address_with_an_unknown_lesson_is_told(on_web_page, open_dashboard, settle):
    on_web_page("lesson=../../etc/passwd")
    dashboard = open_dashboard()
    settle(dashboard)
    assert dashboard.lesson.lesson is None
    assert "There is no lesson named &#39;../../etc/passwd&#39;; there are width, " in dashboard.notice.value


def test_a_server_has_a_lesson_for_all_its_pages(monkeypatch, tmp_path, on_web_page, open_dashboard, settle):
    file = tmp_path / "mine.json"
    file.write_text(lesson().to_json())
    monkeypatch.setenv("NNCOMPARE_LESSON", str(file))
    dashboard = open_dashboard()
    settle(dashboard)
    assert dashboard.lesson.lesson == lesson()
    assert dashboard.page.query == "lesson=mine"
    dashboard.lesson.picker.value = ""
    settle(dashboard)
    assert dashboard.page.query.startswith("lesson=none&")
    on_web_page("lesson=none")
    assert open_dashboard().lesson.lesson is None
    file.write_text("{")
    assert "The lesson mine.json was not taken. It is not JSON." in open_dashboard().notice.value


@pytest.fixture
def reopened(asked, settle, engine, open_ready):
    """A later page, on which a comparison is opened that was trained for the lesson with the guess 2."""
    say(asked, settle, "2")
    train(asked, engine)
    saved = asked.current.running.saved_id
    asked.close()
    later = open_ready(TINY)
    later.open_saved(saved)
    until(lambda: later.current.running is not None, WHAT)
    settle(later)
    return later


def test_a_comparison_that_is_opened_has_its_lesson_and_its_guess(reopened, settle):
    assert reopened.steps.predictions.lesson.taken.said == "You said 2 points."
    panel = reopened.lesson
    assert (panel.picker.value, panel.number.value, panel.guess) == ("mine", "2", 2)
    assert panel.news.html.strip() == ""
    assert GUESS_FIRST not in reopened.steps.training.reason.html
    assert can_train(reopened)
    assert reopened.current.running.lesson == GUESSED


def test_a_guess_that_is_changed_afterwards_is_none_of_what_was_opened(reopened, settle):
    say(reopened, settle, "9")
    assert reopened.lesson.guess == 9
    assert reopened.steps.predictions.lesson.state.guess == 2


def test_the_lesson_of_what_was_opened_is_not_asked_again_where_the_teacher_sets_it(reopened, settle):
    reopened.refresher.post(lambda: reopened.lesson.take(lesson()))
    settle(reopened)
    assert (reopened.lesson.guess, reopened.lesson.news.html.strip()) == (2, "")
    reopened.refresher.post(lambda: reopened.lesson.take(lesson(CHOICE)))
    settle(reopened)
    assert reopened.lesson.guess is None, "another one, of the same name"


def test_what_is_opened_does_not_take_away_what_the_teacher_has_just_set(asked, settle):
    past = GuessedLesson(lesson=lesson(CHOICE, name="past"), guess="A")
    asked.refresher.post(lambda: asked.lesson.recall(past))
    settle(asked)
    assert (asked.lesson.lesson.name, asked.lesson.guess) == ("mine", None)
    assert "The teacher has set a lesson: <b>Mine</b>" in asked.lesson.news.html
    asked.lesson.news.pick("guess")
    asked.refresher.post(lambda: asked.lesson.recall(past))
    settle(asked)
    assert (asked.lesson.lesson.name, asked.lesson.guess) == ("past", "A")


def test_a_choice_is_no_guess_where_a_number_is_asked_for_meanwhile(asked, settle):
    asked.lesson.choices.pick("A")
    settle(asked)
    assert asked.lesson.guess is None
    assert asked.lesson.problems == {"guess": GUESS_FIRST}


def test_what_was_trained_without_a_lesson_is_no_answer_to_a_later_guess(finished, settle):
    finished.refresher.post(lambda: finished.lesson.take(lesson()))
    settle(finished)
    say(finished, settle, "2")
    assert finished.steps.predictions.lesson.state == LessonState()
