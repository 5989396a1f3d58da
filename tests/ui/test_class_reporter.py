"""What the page of a class tells its teacher, and what it does when the teacher wants something."""

import pytest
from class_engine import ClassEngine
from markupsafe import escape
from page_engine import PageEngine
from processes import until
from tiny_comparison import TINY, WHAT, train

from nncompare.comparison.state import State
from nncompare.engine.class_report import LessonState, Outcome, PageReport
from nncompare.engine.shared import shared_engine
from nncompare.lessons import built_in_lessons
from nncompare.ui import class_reporter
from nncompare.ui.class_reporter import HEARTBEAT_SECONDS, ClassReporter
from nncompare.ui.page_report import outcome_of, report_of
from nncompare.ui.refresher import Refresher

CLASS = "class"


def set_lesson(dashboard, name, guess):
    def set_it():
        dashboard.lesson.take(built_in_lessons()[name])
        dashboard.settings.open(TINY)
        dashboard.lesson.guess = guess
        dashboard.lesson.problems = {}

    dashboard.refresher.post(set_it)
    until(lambda: dashboard.settings.wanted == TINY and dashboard.lesson.guess == guess, WHAT)


class EngineOfAClass(ClassEngine, PageEngine):
    """An engine that trains nothing, and has a board for the class."""

    def __init__(self):
        PageEngine.__init__(self)
        ClassEngine.__init__(self)

    @property
    def board(self):
        return self._plugin._classes.of(CLASS)

    def pages(self):
        return [PageReport.model_validate_json(text) for _, text in self.board.look(0)["pages"]]

    def outcomes(self):
        return [Outcome.model_validate_json(text) for *_, text in self.board.look(0)["outcomes"]]

    def want(self, version=0, lesson="", stop=()):
        self.board.direct(version, lesson, stop, [])


@pytest.fixture
def engine(monkeypatch):
    made = EngineOfAClass()
    monkeypatch.setattr("nncompare.ui.dashboard.shared_engine", made)
    monkeypatch.setattr(class_reporter, "REPORT_SECONDS", 0.01)
    monkeypatch.setenv("NNCOMPARE_CLASS_ID", CLASS)
    return made


@pytest.fixture
def of_class(engine, open_ready):
    """A page that is on the board of its class."""
    dashboard = open_ready(TINY)
    assert engine.pages() == [], "it waits until it is ready"
    dashboard.page._on_message(None, {"ready": "http://127.0.0.1/"}, [])
    until(engine.pages, WHAT)
    return dashboard


def test_a_page_says_how_far_it_is_and_what_came_out(of_class, engine):
    assert engine.pages() == [PageReport()]
    train(of_class)
    until(lambda: engine.pages()[0].state == "running", WHAT)
    until(lambda: [model.epochs for model in engine.pages()[0].models] == [1, 2], WHAT)
    assert engine.outcomes() == []
    engine.end_all()
    until(engine.outcomes, WHAT)
    (outcome,) = engine.outcomes()
    assert (outcome.state, outcome.dataset) == ("finished", "synthetic-digits")
    assert [model.settings for model in outcome.models] == [TINY.a, TINY.b]


def test_a_page_says_by_which_number_the_teacher_knows_it(of_class, settle, monkeypatch):
    settle(of_class)
    assert "Page 1<" not in of_class.news.status.value, "on a server for one machine there is nobody to tell"
    monkeypatch.setenv("HTTP_X_NNCOMPARE_SESSION", "0" * 32)
    until(lambda: "Page 1<" in of_class.news.status.value, WHAT)


def test_the_teacher_stops_what_trains(of_class, engine):
    train(of_class)
    until(lambda: engine.pages()[0].state == "running", WHAT)
    engine.want(stop=[1])
    until(lambda: of_class.current.state is State.STOPPED, WHAT)
    assert of_class.current.running.a.message == "The teacher has stopped this training."
    until(lambda: engine.pages()[0].state == "stopped", WHAT)
    train(of_class)
    until(lambda: of_class.current.state is State.RUNNING, WHAT)
    until(lambda: engine.pages()[0].state == "running", WHAT)
    assert of_class.current.state is State.RUNNING, "it was only once"


def test_a_lesson_that_the_teacher_sets_is_taken_told_and_taken_back(of_class, engine):
    lesson = built_in_lessons()["luck"]
    engine.want(1, lesson.to_json())
    until(lambda: f"The teacher has set a lesson: <b>{escape(lesson.title)}</b>" in of_class.lesson.news.html, WHAT)
    assert of_class.lesson.lesson == lesson
    until(lambda: engine.pages()[0].lesson == LessonState(name="luck"), WHAT)
    of_class.lesson.guess = 1.5
    until(lambda: engine.pages()[0].lesson.guess == 1.5, WHAT)
    engine.want(2, "")
    until(lambda: of_class.lesson.lesson is None, WHAT)
    until(lambda: of_class.lesson.news.html.strip() == "", WHAT)


def test_a_lesson_that_was_taken_back_before_leaves_the_one_of_a_link(of_class, engine):
    lesson = built_in_lessons()["luck"]
    of_class.refresher.post(lambda: of_class.lesson.take(lesson))
    engine.want(2, "")
    until(lambda: of_class.teacher._reporter._version == 2, WHAT)
    until(lambda: engine.pages()[0].lesson == LessonState(name="luck"), WHAT)
    assert of_class.lesson.lesson == lesson


def test_an_engine_that_does_not_answer_is_no_matter(of_class, engine):
    engine.is_silent = True
    engine.restart()
    of_class.go("Models")
    until(lambda: of_class.navigation.step == "Models", WHAT)
    engine.is_silent = False
    until(engine.pages, "the page comes back by itself")


def test_what_came_out_is_told_to_a_new_engine_too(of_class, engine):
    train(of_class)
    until(engine.active, WHAT)
    engine.end_all()
    until(engine.outcomes, WHAT)
    engine.restart()
    until(engine.outcomes, WHAT)


def test_what_came_out_belongs_to_the_lesson_and_the_guess_with_which_it_was_trained(of_class, engine):
    set_lesson(of_class, "depth", 2.0)
    train(of_class)
    until(lambda: engine.pages()[0].state == "running", WHAT)
    assert engine.pages()[0].trained_for == "depth"
    of_class.lesson.guess = 9.0
    engine.end_all()
    until(lambda: engine.outcomes() and engine.pages()[0].lesson.guess == 9.0, WHAT)
    set_lesson(of_class, "width", 3.0)
    until(lambda: engine.pages()[0].lesson == LessonState(name="width", guess=3.0), WHAT)
    assert engine.pages()[0].trained_for == "depth", "the comparison on the page is still that one"
    (outcome,) = engine.outcomes()
    assert (outcome.lesson.name, outcome.lesson.guess) == ("depth", 2.0)


def test_a_comparison_that_is_only_looked_at_is_no_result_of_today(engine, open_finished):
    dashboard = open_finished(TINY)
    dashboard.page._on_message(None, {"ready": ""}, [])
    until(lambda: engine.pages() and engine.pages()[0].state == "finished", WHAT)
    assert engine.outcomes() == []


def test_without_a_class_nothing_is_told(engine, open_ready, settle, monkeypatch):
    monkeypatch.delenv("NNCOMPARE_CLASS_ID")
    dashboard = open_ready(TINY)
    dashboard.page._on_message(None, {"ready": ""}, [])
    settle(dashboard)
    dashboard.teacher.tick(None, dashboard.steps.predictions.lesson)
    assert engine._plugin._classes._boards == {}


def test_the_result_without_a_lesson_is_the_difference(finished):
    running = finished.current.running
    outcome = outcome_of(running, LessonState())
    a, b = (model.accuracy or 0 for model in outcome.models)
    assert outcome.lesson.result == pytest.approx(100 * (b - a), abs=0.005)
    assert outcome_of(running, LessonState(name="luck", guess=1.0, result=0.3)).lesson.result == 0.3
    assert [model.accuracy for model in report_of(running, LessonState()).models] == [a, b]


def test_what_was_stopped_has_no_result_and_no_accuracy_of_an_epoch_before(of_class, engine):
    train(of_class)
    until(lambda: engine.pages()[0].state == "running", WHAT)
    of_class.current.running.stop()
    until(engine.outcomes, WHAT)
    (outcome,) = engine.outcomes()
    assert outcome.state == "stopped"
    assert outcome.lesson.result is None
    assert [model.accuracy for model in outcome.models] == [None, None]


class StillRefresher(Refresher):
    """Keeps what is to be done in the background until a test wants it."""

    def __init__(self):
        super().__init__(lambda: None)
        self.work = []

    def in_background(self, *work):
        self.work.append(work)

    def answer(self, answer):
        _, then, _ = self.work.pop()
        then({"board": "1", "number": 1, "stop": False, "version": 0, **answer})


def test_one_report_at_a_time_once_a_second_and_more_seldom_where_nothing_changes(monkeypatch):
    class Clock:
        now = 100.0

        def monotonic(self):
            return self.now

    clock, refresher = Clock(), StillRefresher()
    monkeypatch.setattr(class_reporter, "time", clock)
    monkeypatch.setenv("NNCOMPARE_CLASS_ID", CLASS)
    reporter = ClassReporter(refresher, shared_engine, lambda _: None, lambda: None)

    def tick(guess=None):
        reporter.tick(None, lambda: (LessonState(guess=guess), LessonState()))
        return len(refresher.work)

    assert tick() == 0, "the page is not ready"
    reporter.begin()
    assert tick() == 1
    clock.now += 10
    assert tick(1.0) == 1, "one is on its way"
    refresher.answer({})
    clock.now += 0.9
    assert tick(1.0) == 1
    refresher.answer({})
    clock.now += 0.9
    assert tick(2.0) == 0, "it was told less than a second ago"
    clock.now += 0.1
    assert tick(2.0) == 1
    refresher.answer({})
    clock.now += 1.0
    assert tick(2.0) == 0, "nothing is new"
    clock.now += HEARTBEAT_SECONDS - 1.0
    assert tick(2.0) == 1
