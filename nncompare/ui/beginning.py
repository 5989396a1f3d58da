"""How a comparison begins on the page: it is trained, opened from the store, or taken over from an earlier page."""

from collections.abc import Callable

from nncompare.comparison.runner import ComparisonRun
from nncompare.ui.current_comparison import CurrentComparison
from nncompare.ui.elements import Place
from nncompare.ui.refresher import Refresher
from nncompare.ui.settings_on_page import SettingsOnPage

OnBegun = Callable[[ComparisonRun], None]


class Beginning:
    """Begins one comparison after the other, while none is under way.

    Calls `on_begun` with one that is to be shown; `on_opened` where it was there before, and the page is to go where it
    is seen. What cannot be opened is told in `notice`.
    """

    def __init__(
        self,
        refresher: Refresher,
        current: CurrentComparison,
        settings: SettingsOnPage,
        notice: Place,
        on_begun: OnBegun,
        on_opened: Callable[[], None],
    ) -> None:
        self._refresher, self._current, self._settings, self._notice = refresher, current, settings, notice
        self._on_begun, self._on_opened = on_begun, on_opened

    def train(self) -> None:
        """Train with the settings of the page, if that is possible now."""
        comparison = self._settings.comparison
        if comparison is not None and not self._settings.problems and self._current.state.can_train:
            running = self._current.planned(comparison, self._settings.lesson.guessed)
            self._show(running)
            running.start()

    def open_saved(self, id_: str) -> None:
        """Read a saved comparison beside the refresher's thread, and show it."""
        if self._current.state.can_train:
            self._refresher.in_background(
                lambda: self._current.reopened(id_), self.open, lambda error: self._notice.tell(str(error))
            )

    def open(self, running: ComparisonRun) -> None:
        """Show one that was begun before, with its settings in the forms, and its lesson with the guess."""
        if not self._current.state.can_train:  # Train was pressed meanwhile
            running.leave()
            return
        if running.lesson is not None:
            self._settings.lesson.recall(running.lesson)
        self._settings.open(running.comparison)
        self._show(running)
        self._on_opened()

    def _show(self, running: ComparisonRun) -> None:
        self._current.replace(running)
        self._notice.tell()
        self._on_begun(running)
