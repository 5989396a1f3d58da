"""The dashboard: six steps, from images to what was trained before, and what holds them together."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from IPython.display import display

from nncompare.comparison.result import ComparisonResult
from nncompare.comparison.runner import ComparisonRun
from nncompare.config import Comparison, RunConfig, SplitName
from nncompare.data import CATALOG
from nncompare.engine.shared import shared_engine
from nncompare.environment import environment
from nncompare.lessons import Lesson
from nncompare.limits import Limits
from nncompare.report.lesson import Guess
from nncompare.store import Store
from nncompare.ui.current_comparison import CurrentComparison
from nncompare.ui.elements import Panel, Place, close_tree, column, hide, row, set_value
from nncompare.ui.ending import Ending
from nncompare.ui.page import Page
from nncompare.ui.page_address import PageAddress
from nncompare.ui.panels.curve_charts import PastModel
from nncompare.ui.panels.header import Navigation, announcement, show_status, tab_title
from nncompare.ui.panels.help import Help
from nncompare.ui.panels.interrupted import Interrupted
from nncompare.ui.panels.lesson import ANSWER, LessonPanel
from nncompare.ui.panels.machine import MachineSurvey
from nncompare.ui.panels.presentation import Presentation
from nncompare.ui.refresher import Refresher
from nncompare.ui.settings_link import run_in
from nncompare.ui.steps.data import DataStep
from nncompare.ui.steps.explore import ExploreStep
from nncompare.ui.steps.history import HistoryStep
from nncompare.ui.steps.models import ModelsStep
from nncompare.ui.steps.predictions import PredictionsStep
from nncompare.ui.steps.training import TrainingStep
from nncompare.ui.still import Still
from nncompare.ui.teacher import Teacher

OPENING = Comparison(a=RunConfig(channels=8), b=RunConfig(channels=16))
_TAKEN_OVER = "This notebook was training already: that comparison is shown here."
_GONE = "This page was gone for too long. Reload it to start again."
_GONE_WITH_RUN = "This page was gone for too long, and its training was interrupted. Reload it to go on."


@dataclass(frozen=True)
class Steps:
    """The steps, in the order in which they are taken."""

    data: DataStep
    models: ModelsStep
    training: TrainingStep
    predictions: PredictionsStep
    explore: ExploreStep
    history: HistoryStep

    def by_title(self) -> dict[str, Panel]:
        """Return the steps by the names that the navigation shows."""
        return {name.capitalize(): step for name, step in vars(self).items()}

    def title_of(self, address: str) -> str:
        """Return the name of the step at an address such as "training"; without one it is the first step."""
        return address.capitalize() or next(iter(self.by_title()))


class Dashboard:
    """Trains and compares two networks in a notebook or on a web page.

    Parameters
    ----------
    comparison : Comparison, optional
        The settings to open with; 8 channels against 16 if not given.
        The address of the page, where it carries settings, goes before them.
    """

    def __init__(self, comparison: Comparison | None = None) -> None:
        self._limits, self._store = limits, store = Limits.from_environment(), Store.of_session()
        self._wanted: Comparison | None = None
        self.refresher = Refresher(self._tick)
        self._opening = comparison or _within(OPENING, limits)
        self._link = link = PageAddress(environment().query, self._opening)
        self._base = link.comparison
        lessons = link.lessons.values()
        self.lesson = LessonPanel(self.refresher, lessons, link.lesson, self._on_lesson, self._on_change, self._ask)
        self.still = Still(self.refresher)
        self.current = CurrentComparison(shared_engine, limits)
        self._address = ""
        self.is_open = True
        self.page = Page(self._begin_with_page, self.refresher.posting(self._on_page_step), limits)
        self.status, self.notice, self.storage_note = Place("nnc-state"), Place("nnc-notice"), Place("nnc-storage")
        self.notice.tell(*link.problems)
        self.teacher = Teacher(self.refresher, self.current, self.lesson)
        self.interrupted, self.ending = Interrupted(self.refresher, store, self._open_saved), Ending(self.refresher)
        self.steps = self._make_steps(limits, store)
        self.steps.predictions.evaluation.exports.tried = lambda: self.steps.explore.robustness.found
        models = self.steps.models
        self._survey = MachineSurvey(
            self.refresher, shared_engine, lambda: models.shared.device, models.show_machine, self.notice.tell
        )
        self.navigation = Navigation(self.steps.by_title(), self.go)
        self.help = Help({name: self.refresher.posting(act) for name, act in self._actions().items()})
        header = row("nnc-header", [self.navigation, self.status, Presentation(), self.help])
        before = [self.page, Place("nnc-needs", "needs_anywidget.html")]  # the page first: its view is looked for there
        self._offers = column("nnc-past-offers", [self.interrupted])
        above = [*before, header, self.notice, self.storage_note, self.lesson.news, self._offers]
        self.box = column("nnc", [*above, *self.steps.by_title().values()])
        self._hide_fields()
        self._open(self._base)
        self._go("Models" if self.lesson.lesson is not None else self.navigation.step)  # where its question is
        self._take_over()
        _opened.append(self)
        if id_ := run_in(environment().query):
            self.open_saved(id_)
        if not environment().is_web_page:
            self.refresher.start()

    def _make_steps(self, limits: Limits, store: Store) -> Steps:
        refresher = self.refresher
        models = ModelsStep(
            refresher, self._on_change, self._open, self.lesson, lambda: self.go("Training"), store, limits
        )
        ways = self._train, self._control, self._see, lambda: self._go("Models"), self._ask
        return Steps(
            DataStep(refresher, self._on_change, lambda: self.go("Models")),
            models,
            TrainingStep(refresher, *ways, models.times),
            PredictionsStep(refresher, self._explore),
            ExploreStep(refresher, self.page.say),
            HistoryStep(refresher, store, self._open_from_history, self._use_settings, self._show_past),
        )

    def _actions(self) -> dict[str, Callable[[], None]]:
        """Return what the keys do, by the names that the table of keys has for it."""
        steps = {f"go:{title}": partial(self._go, title) for title in self.steps.by_title()}
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
        if "train_images" in self.steps.data.problems:
            return None
        return self.steps.models.settings(self.steps.data.settings(self._base))

    def open(self, comparison: Comparison) -> None:
        """Put settings into the forms."""
        self.refresher.post(lambda: self._open(comparison))

    def open_saved(self, id_: str) -> None:
        """Show a saved comparison as it was; one that was interrupted waits for Resume."""
        self.refresher.post(lambda: self._open_saved(id_))

    def go(self, step: str) -> None:
        """Show a step, such as "Models"."""
        self.refresher.post(lambda: self._go(step))

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

    def _open(self, comparison: Comparison) -> None:
        self._base = comparison
        self.steps.data.open(comparison.dataset, comparison.train_images)
        self.steps.models.write(comparison)
        self._on_change()

    def _on_lesson(self, lesson: Lesson | None) -> None:
        if lesson is not None:
            self._open(lesson.settings)
        elif self._base.seed_gap:  # no field could take it back
            self._open((self.comparison or self._base).model_copy(update={"seed_gap": 0}))
        else:
            self._on_change()

    def _hide_fields(self) -> None:
        self.steps.models.hide_fields(self._link.hidden)
        for name, part in {"dataset": self.steps.data.offer, "train_images": self.steps.data.count.box}.items():
            hide(part, name in self._link.hidden)

    def _use_settings(self, config: RunConfig, name: str) -> None:
        self.steps.models.use(config, name)
        self._go("Models")

    def _on_change(self) -> None:
        data, models, lesson = self.steps.data, self.steps.models, self.lesson.lesson
        self._wanted = comparison = self.comparison
        self.lesson.look_at_settings(comparison)
        query = self._link.write(comparison, lesson) if comparison is not None else self.page.query
        set_value(self.page, query=query)
        models.keep(comparison, f"{self._address}{'?' if query else ''}{query}" if self._address else "")
        models.use_dataset(data.info, data.train_count, data.sample)
        if data.images is not None:
            self.steps.predictions.use_images(data.images)
            self.steps.explore.use_images(data.images)
        self._survey.on_choice()
        self._show_state()

    def _train(self) -> None:
        comparison = self.comparison
        if comparison is not None and not self._problems and self.current.state.can_train:
            running = ComparisonRun(comparison, self.current.engines, limits=self._limits, store=self._store)
            self._show_comparison(running, self.lesson.lesson, self.lesson.guess)
            running.start()
            self._tick()

    def _train_or_pause(self) -> None:
        self._go("Training")
        state = self.current.state
        if state.can_pause or state.can_resume:
            self._control("pause" if state.can_pause else "resume", None)
        else:
            self._train()

    def _control(self, action: str, name: str | None) -> None:
        self.current.control(action, name, self.steps.training.bar.more_epochs)
        self._tick()

    def _see(self) -> None:
        if self.steps.predictions.disagreements:
            self.steps.predictions.show_disagreements()
        self._go("Predictions")

    def _ask(self) -> None:
        """Lead to the question of the lesson, and the keyboard to its answer."""
        self._go("Models")
        self.page.focus(ANSWER)

    def _explore(self, split: SplitName, index: int) -> None:
        self.steps.explore.look_at(split, index)
        self._go("Explore")

    def _open_from_history(self, id_: str) -> None:
        if self.current.state.can_train:
            self._open_saved(id_)
        else:
            self.steps.history.note.tell("Stop the training first, then open another comparison.")

    def _show_past(self, past: PastModel | None) -> None:
        self.steps.training.curves.lay_beside(past)
        if past is not None:
            self._go("Training")

    def _open_saved(self, id_: str) -> None:
        if self.current.state.can_train:
            self.refresher.in_background(
                lambda: ComparisonRun.reopen(self._store.open(id_), self.current.engines),
                self._on_reopened,
                lambda error: self.notice.tell(str(error)),
            )

    def _on_reopened(self, running: ComparisonRun) -> None:
        if not self.current.state.can_train:  # Train was pressed meanwhile
            running.leave()
            return
        self._open(running.comparison)
        self._show_comparison(running)
        self._go("Training")
        self._tick()

    def _take_over(self) -> None:
        """Show what an earlier dashboard of this kernel trains: its cell was run again, and its buttons are gone."""
        earlier = next((one for one in reversed(_opened) if one.current.state.is_active), None)
        if earlier is not None:
            running = earlier.current.hand_over()
            earlier.close()
            self.refresher.post(lambda: self._on_reopened(running))
            self.refresher.post(lambda: self.notice.tell(_TAKEN_OVER))

    def _show_comparison(
        self, running: ComparisonRun, lesson: Lesson | None = None, guess: Guess | None = None
    ) -> None:
        self.current.replace(running)
        self.notice.tell()
        self.steps.training.begin(running)
        self.steps.predictions.begin(running)
        self.steps.explore.begin(running)
        self.steps.predictions.lesson.begin(running, lesson, guess)

    def _begin_with_page(self, address: str) -> None:
        """Begin to change widgets: what changes while a page still reads the state of them all does not reach it."""
        self.refresher.start()
        self.refresher.post(lambda: self._on_page_ready(address))

    def _on_page_ready(self, address: str) -> None:
        self._address = address
        self._on_change()
        if self.current.running is None:
            self.steps.training.curves.draw_empty()
        self.steps.data.local.preview_missing()
        self._survey.warm_up(self.steps.data.dataset if self.steps.data.images is not None else None)
        self.teacher.begin()

    def _on_page_step(self, address: str) -> None:
        self._go(self.steps.title_of(address), is_new_address=False)

    def _go(self, step: str, *, is_new_address: bool = True) -> None:
        if step not in self.steps.by_title():
            return
        is_new = step != self.navigation.step
        self.navigation.show(step)
        self.steps.predictions.set_visible(step == "Predictions")
        self.steps.explore.set_visible(step == "Explore")
        hide(self._offers, step in ("Predictions", "Explore"))  # where nobody is about to train
        self._show_state()
        if is_new:
            self.page.show_step(step.lower(), is_new_address=is_new_address)
        if step == "Models":
            self._survey.ask_again()
        if step in ("Models", "Training"):
            self.steps.models.times.look()
        if step == "History":
            self.steps.history.refresh()

    def _tick(self) -> None:
        self.steps.explore.set_visible(self.navigation.step == "Explore" and not self.page.is_away)
        if self.page.is_away:
            self.refresher.is_hurried = False
        else:
            self._show_news()
        state = self.current.state
        if self.page.is_abandoned(state, goes_on=self.steps.training.outlives_page.value):
            self.notice.tell(_GONE_WITH_RUN if state.is_active else _GONE)
            set_value(self.page, is_over=True)
            self._let_go()
        if self.is_open:
            self.teacher.tick(self.current.running, self.steps.predictions.lesson)

    def _show_news(self) -> None:
        steps, running = self.steps, self.current.running
        # First: where the kernel ends after what follows was seen, the page must know of the run.
        set_value(self.page, run=(running.saved_id or "") if running is not None else "")
        steps.data.tick()
        steps.training.tick(running)
        self.refresher.is_hurried = running is not None and any(run.expects_first_point for run in running.runs)
        steps.predictions.tick()
        steps.explore.tick()
        disagreements = steps.predictions.disagreements
        self.ending.tick(running, is_predicted=disagreements is not None)
        steps.training.show_end(self.ending.headline, disagreements)
        self.interrupted.tick(is_wanted=self.current.state.can_train)
        self.storage_note.tell(running.storage_note if running is not None else "")
        self.still.tick(running)
        self._show_state()

    def _let_go(self) -> None:
        if self.is_open:
            self.is_open = False
            _opened.remove(self)
            self.refresher.close()
            self.current.leave()

    @property
    def _problems(self) -> dict[str, str]:
        steps = self.steps
        return {**steps.models.problems, **steps.data.problems, **self.lesson.problems, **self.current.problems}

    def _show_state(self) -> None:
        running, data = self.current.running, self.steps.data
        self.steps.training.enable(running, self._problems, self._wanted)
        is_about_run = running is not None and self.navigation.step in ("Training", "Predictions", "Explore")
        info = CATALOG[running.comparison.dataset] if running is not None and is_about_run else data.info
        show_status(self.status, running, info, is_ready="dataset" not in data.problems)
        set_value(self.page, announcement=announcement(running), title=tab_title(running))


_opened: list[Dashboard] = []  # in this kernel, and not closed


def _within(comparison: Comparison, limits: Limits) -> Comparison:
    models = {"a": limits.within(comparison.a), "b": limits.within(comparison.b) if comparison.b else None}
    return comparison.model_copy(update=models)
