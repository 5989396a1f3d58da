"""What is new: shown on the page four times a second, and in the notebook that is read without its kernel."""

from nncompare.data import CATALOG
from nncompare.ui.current_comparison import CurrentComparison
from nncompare.ui.elements import Place, set_value
from nncompare.ui.ending import Ending
from nncompare.ui.navigation import Navigation, Steps
from nncompare.ui.page import Page
from nncompare.ui.panels.header import announcement, show_status, tab_title
from nncompare.ui.panels.interrupted import Interrupted
from nncompare.ui.refresher import Refresher
from nncompare.ui.settings_on_page import SettingsOnPage
from nncompare.ui.still import Still
from nncompare.ui.teacher import Teacher

_OF_RUN = ("Training", "Predictions", "Explore")  # the steps that show a comparison, where there is one


class News:
    """Shows how the current comparison stands, and what can be done now."""

    def __init__(
        self,
        refresher: Refresher,
        page: Page,
        steps: Steps,
        navigation: Navigation,
        settings: SettingsOnPage,
        current: CurrentComparison,
        interrupted: Interrupted,
        teacher: Teacher,
    ) -> None:
        self._refresher, self._page, self._steps, self._navigation = refresher, page, steps, navigation
        self._settings, self._current, self._interrupted, self._teacher = settings, current, interrupted, teacher
        self.status, self.storage_note = Place("nnc-state"), Place("nnc-storage")
        self.ending, self.still = Ending(refresher), Still(refresher)

    def tick(self) -> None:
        """Show what has changed; nothing is drawn for a page that is away."""
        is_away = self._page.is_away
        self._steps.explore.set_visible(self._navigation.step == "Explore" and not is_away)
        self._refresher.is_hurried = not is_away and self._current.expects_first_point
        if not is_away:
            self._show_news()

    def _show_news(self) -> None:
        steps, running = self._steps, self._current.running
        # First: where the kernel ends after what follows was seen, the page must know of the run.
        set_value(self._page, run=(running.saved_id or "") if running is not None else "")
        steps.data.tick()
        steps.training.tick(running)
        steps.predictions.tick()
        steps.explore.tick()
        disagreements = steps.predictions.disagreements
        self.ending.tick(running, is_predicted=disagreements is not None)
        steps.training.show_end(self.ending.headline, disagreements)
        self._interrupted.tick(is_wanted=self._current.state.can_train)
        self.storage_note.tell(running.storage_note if running is not None else "")
        self.still.tick(running)
        self.show_state()

    def show_state(self) -> None:
        """Show the state of the whole, and offer what is possible in it."""
        running, settings = self._current.running, self._settings
        self._steps.training.enable(running, settings.problems, settings.wanted)
        is_of_run = running is not None and self._navigation.step in _OF_RUN
        info = CATALOG[running.comparison.dataset] if running is not None and is_of_run else settings.data.info
        is_ready, number = "dataset" not in settings.data.problems, self._teacher.page_number
        show_status(self.status, running, info, is_ready=is_ready, page_number=number)
        set_value(self._page, announcement=announcement(running), title=tab_title(running))
