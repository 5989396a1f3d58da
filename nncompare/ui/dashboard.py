"""The dashboard: six steps, from images to what was trained before, and what holds them together."""

from collections.abc import Callable
from functools import partial
from typing import Any

from IPython.display import display

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, RunConfig, SplitName, require_comparison
from nncompare.engine.shared import shared_engine
from nncompare.environment import environment
from nncompare.limits import Limits
from nncompare.store import Store
from nncompare.ui.beginning import Beginning
from nncompare.ui.current_comparison import CurrentComparison
from nncompare.ui.elements import Later, Place, close_tree, column, hide, row, set_value
from nncompare.ui.navigation import Navigation, Steps
from nncompare.ui.news import News
from nncompare.ui.page import Page
from nncompare.ui.panels.curve_charts import PastModel
from nncompare.ui.panels.help import Help
from nncompare.ui.panels.interrupted import Interrupted
from nncompare.ui.panels.lesson import ANSWER
from nncompare.ui.panels.lesson_answer import QUESTIONS
from nncompare.ui.panels.presentation import Presentation
from nncompare.ui.refresher import Refresher
from nncompare.ui.settings_link import run_in
from nncompare.ui.settings_on_page import SettingsOnPage
from nncompare.ui.steps.explore import ExploreStep
from nncompare.ui.steps.history import HistoryStep
from nncompare.ui.steps.predictions import PredictionsStep
from nncompare.ui.steps.training import TrainingStep
from nncompare.ui.teacher import Teacher

OPENING = Comparison(a=RunConfig(channels=8), b=RunConfig(channels=16))
_TAKEN_OVER = "This notebook was training already: that comparison is shown here."
_GONE = "This page was gone for too long. Reload it to start again."
_GONE_WITH_RUN = "This page was gone for too long, and its training was interrupted. Reload it to go on."


class Dashboard:
    """Trains and compares two networks in a notebook or on a web page.

    Parameters
    ----------
    comparison : Comparison, optional
        The settings to open with; 8 channels against 16 if not given.
        The address of the page, where it carries settings, goes before them.
    """

    def __init__(self, comparison: Comparison | None = None) -> None:
        if comparison is not None:
            require_comparison(comparison)
        limits, store = Limits.from_environment(), Store.of_session()
        self.is_open = True
        self.refresher = refresher = Refresher(self._tick)
        self.current = current = CurrentComparison(shared_engine, limits, store)
        self.page = page = Page(self._begin, refresher.posting(lambda step: self.navigation.go_to(step)), limits)
        self.notice = Place("nnc-notice")
        self.settings = settings = SettingsOnPage(
            refresher, current, page, self.notice, comparison or _within(OPENING, limits), self._on_settings, self.go
        )
        self.lesson = settings.lesson
        self.lesson.on_ask = self._ask
        self.teacher = Teacher(refresher, current, self.lesson)
        self.beginning = Beginning(refresher, current, settings, self.notice, self._on_begun, self._on_opened)
        self.interrupted = Interrupted(refresher, store, self.beginning.open_saved)
        self.steps = steps = self._make_steps(store)
        self.navigation = navigation = Navigation(steps, page, self.go, self._on_arrival)
        self.news = news = News(refresher, page, steps, navigation, settings, current, self.interrupted, self.teacher)
        self.still = news.still
        self.help = Help({name: refresher.posting(act) for name, act in self._actions().items()})
        self._offers = column("nnc-past-offers", [self.interrupted])
        self.box = self._arrange()
        settings.open()
        self.navigation.go("Models" if self.lesson.lesson is not None else navigation.step)  # where its question is
        self._take_over()
        _opened.append(self)
        if id_ := run_in(environment().query):
            self.open_saved(id_)
        if not environment().is_web_page:
            refresher.start()

    def _make_steps(self, store: Store) -> Steps:
        refresher, data, models = self.refresher, self.settings.data, self.settings.models
        ways = self._train, self._control, self._see, lambda: self.navigation.go("Models"), self._ask
        explore = ExploreStep(refresher, self.page.say)
        predictions = PredictionsStep(refresher, self._explore, self._show_questions)
        predictions.evaluation.exports.tried = lambda: explore.robustness
        training = TrainingStep(refresher, *ways, models.times, predictions.lesson.short)
        on_history = self._open_from_history, self._use_settings, self._show_past
        history = Later("", lambda: HistoryStep(refresher, store, *on_history))
        return Steps(data, models, training, predictions, explore, history)

    def _arrange(self) -> Any:
        before = [self.page, Place("nnc-needs", "needs_anywidget.html")]  # the page first: its view is looked for there
        header = row("nnc-header", [self.navigation, self.news.status, Presentation(), self.help])
        above = [*before, header, self.notice, self.news.storage_note, self.lesson.news, self._offers]
        return column("nnc", [*above, *self.steps.by_title().values()])

    def _actions(self) -> dict[str, Callable[[], None]]:
        """Return what the keys do, by the names that the table of keys has for it."""
        steps = {f"go:{title}": partial(self.navigation.go, title) for title in self.steps.by_title()}
        return {
            **steps,
            "train": self._train_or_pause,
            "stop": lambda: self._control("stop", None),
            "disagree": self._see,
        }

    @property
    def result(self) -> ComparisonResult | None:
        """The last comparison that has ended; None before."""
        return self.current.result

    @property
    def comparison(self) -> Comparison | None:
        """The settings as they stand on the page; None while one of them is wrong."""
        return self.settings.comparison

    def open(self, comparison: Comparison) -> None:
        """Put settings into the forms."""
        self.refresher.post(lambda: self.settings.open(comparison))

    def open_saved(self, id_: str) -> None:
        """Show a saved comparison as it was; one that was interrupted waits for Resume."""
        self.refresher.post(lambda: self.beginning.open_saved(id_))

    def go(self, step: str) -> None:
        """Show a step, such as "Models"."""
        self.refresher.post(lambda: self.navigation.go(step))

    def close(self) -> None:
        """Leave what is trained to the store, let go of the workers, and remove the page."""
        self._let_go()
        close_tree(self.box)

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return self.box._repr_mimebundle_(**kwargs)

    def _ipython_display_(self) -> None:
        display({**self._repr_mimebundle_(), "text/plain": ""}, raw=True)  # else a list of widgets where none is shown
        if not environment().is_web_page:
            self.still.display()

    def _on_settings(self) -> None:
        images = self.settings.data.images
        if images is not None:
            self.steps.predictions.use_images(images)
            self.steps.explore.use_images(images)
        self.news.show_state()

    def _on_arrival(self, step: str) -> None:
        steps = self.steps
        steps.predictions.set_visible(step == "Predictions")
        steps.explore.set_visible(step == "Explore")
        hide(self._offers, step in ("Predictions", "Explore"))  # where nobody is about to train
        self.news.show_state()
        if step == "Models":
            self.settings.machine.ask_again()
        if step in ("Models", "Training"):
            steps.models.times.look()
        if step == "History":
            steps.history.panel.refresh()

    def _use_settings(self, config: RunConfig, name: str) -> None:
        self.steps.models.use(config, name)
        self.navigation.go("Models")

    def _see(self) -> None:
        if self.steps.predictions.disagreements:
            self.steps.predictions.show_disagreements()
        self.navigation.go("Predictions")

    def _explore(self, split: SplitName, index: int) -> None:
        self.steps.explore.look_at(split, index)
        self.navigation.go("Explore")

    def _show_past(self, past: PastModel | None) -> None:
        self.steps.training.curves.lay_beside(past)
        if past is not None:
            self.navigation.go("Training")

    def _train(self) -> None:
        self.beginning.train()
        self._tick()

    def _train_or_pause(self) -> None:
        self.navigation.go("Training")
        state = self.current.state
        if state.can_pause or state.can_resume:
            self._control("pause" if state.can_pause else "resume", None)
        else:
            self._train()

    def _control(self, action: str, name: str | None) -> None:
        self.current.control(action, name, self.steps.training.bar.more_epochs)
        self._tick()

    def _ask(self) -> None:
        """Lead to the question of the lesson, and the keyboard to its answer."""
        self.navigation.go("Models")
        self.page.focus(ANSWER)

    def _show_questions(self) -> None:
        """Lead to what became of the guess, and the keyboard to the three questions."""
        self.navigation.go("Predictions")
        self.page.focus(QUESTIONS)

    def _open_from_history(self, id_: str) -> None:
        if self.current.state.can_train:
            self.beginning.open_saved(id_)
        else:
            self.steps.history.panel.note.tell("Stop the training first, then open another comparison.")

    def _on_begun(self, running: ComparisonRun) -> None:
        for step in (self.steps.training, self.steps.predictions, self.steps.explore):
            step.begin(running)
        self.steps.predictions.lesson.begin(running)

    def _on_opened(self) -> None:
        self.navigation.go("Training")
        self._tick()

    def _take_over(self) -> None:
        """Show what an earlier dashboard of this kernel trains: its cell was run again, and its buttons are gone."""
        earlier = next((one for one in reversed(_opened) if one.current.state.is_active), None)
        if earlier is not None:
            running = earlier.current.hand_over()
            earlier.close()
            self.refresher.post(lambda: self.beginning.open(running))
            self.refresher.post(lambda: self.notice.tell(_TAKEN_OVER))

    def _begin(self) -> None:
        """Begin to change widgets: what changes while a page still reads the state of them all does not reach it."""
        self.refresher.start()
        self.refresher.post(self._on_page_there)

    def _on_page_there(self) -> None:
        self.settings.refresh()
        if self.current.running is None:
            self.steps.training.curves.draw_empty()
        data = self.settings.data
        data.local.preview_missing()
        self.settings.machine.warm_up(data.dataset if data.images is not None else None)
        self.teacher.begin()

    def _tick(self) -> None:
        self.news.tick()
        state = self.current.state
        if self.page.is_abandoned(state, goes_on=self.steps.training.outlives_page.value):
            self.notice.tell(_GONE_WITH_RUN if state.is_active else _GONE)
            set_value(self.page, is_over=True)
            self._let_go()
        if self.is_open:
            self.teacher.tick(self.current.running, self.steps.predictions.lesson)

    def _let_go(self) -> None:
        if self.is_open:
            self.is_open = False
            _opened.remove(self)
            self.refresher.close()
            self.current.leave()


_opened: list[Dashboard] = []  # in this kernel, and not closed


def _within(comparison: Comparison, limits: Limits) -> Comparison:
    models = {"a": limits.within(comparison.a), "b": limits.within(comparison.b) if comparison.b else None}
    return comparison.model_copy(update=models)
