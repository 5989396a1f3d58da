"""The settings as they stand on the page: in the forms, in the lesson, and in the address."""

from collections.abc import Callable

from nncompare.config import Comparison
from nncompare.environment import environment
from nncompare.lessons import Lesson
from nncompare.ui.current_comparison import CurrentComparison
from nncompare.ui.elements import Place, set_value
from nncompare.ui.page import Page
from nncompare.ui.page_address import PageAddress
from nncompare.ui.panels.lesson import LessonPanel
from nncompare.ui.panels.machine import MachineSurvey
from nncompare.ui.refresher import Refresher
from nncompare.ui.steps.data import DataStep
from nncompare.ui.steps.models import ModelsStep


class SettingsOnPage:
    """The first two steps and the lesson; calls `on_change` after every change, and `go` with the step that follows.

    They are those of the address, or else the `opening` ones. `wanted` is what they come to, as of the last change;
    None while one of them is wrong.
    """

    def __init__(
        self,
        refresher: Refresher,
        current: CurrentComparison,
        page: Page,
        notice: Place,
        opening: Comparison,
        on_change: Callable[[], None],
        go: Callable[[str], None],
    ) -> None:
        self._page, self._current, self._on_change = page, current, on_change
        self._link = link = PageAddress(environment().query, opening, current.limits)
        notice.tell(*link.problems)
        self._base = link.comparison
        self.wanted: Comparison | None = None
        self.lesson = LessonPanel(refresher, link.lessons.values(), link.lesson, self._on_lesson, self.refresh)
        self.data = DataStep(refresher, self.refresh, lambda: go("Models"))
        of_server = current.store, current.limits
        self.models = models = ModelsStep(
            refresher, self.refresh, self.open, self.lesson, lambda: go("Training"), *of_server
        )
        self.machine = MachineSurvey(
            refresher, current.engines, lambda: models.shared.device, models.show_machine, notice.tell
        )
        for step in (self.data, models):
            step.hide_fields(link.hidden)

    @property
    def comparison(self) -> Comparison | None:
        """What they come to now; None while one of them is wrong."""
        if "train_images" in self.data.problems:
            return None
        return self.models.settings(self.data.settings(self._base))

    @property
    def problems(self) -> dict[str, str]:
        """What stands in the way of training: field to sentence."""
        of_page = {**self.models.problems, **self.data.problems, **self.lesson.problems}
        return of_page | self._current.problems

    def open(self, comparison: Comparison | None = None) -> None:
        """Put settings into the forms; those that the page opens with if none are given."""
        self._base = comparison = comparison or self._base
        self.data.open(comparison.dataset, comparison.train_images)
        self.models.write(comparison)
        self.refresh()

    def refresh(self) -> None:
        """Have the page say what they come to: the lesson, the address, the link, and the plan of the models."""
        data, lesson = self.data, self.lesson.lesson
        self.wanted = comparison = self.comparison
        self.lesson.look_at_settings(comparison)
        self.models.keep_back(self.lesson.asked_cost)
        query = self._link.write(comparison, lesson) if comparison is not None else self._page.query
        set_value(self._page, query=query)
        self.models.keep(comparison, self._page.link)
        self.models.use_dataset(data.info, data.train_count, data.sample)
        self.machine.on_choice()
        self._on_change()

    def _on_lesson(self, lesson: Lesson | None) -> None:
        if lesson is not None:
            self.open(lesson.settings)
        elif self._base.seed_gap:  # no field could take it back
            self.open((self.comparison or self._base).model_copy(update={"seed_gap": 0}))
        else:
            self.refresh()
