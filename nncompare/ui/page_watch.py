"""When a page is gone, and what trains for it must end."""

from nncompare.comparison.state import State
from nncompare.environment import environment
from nncompare.ui.elements import set_value
from nncompare.ui.page import Page


class PageWatch:
    """Looks after a web page, whose run must not be left behind unless it was asked to; a notebook keeps its run."""

    def __init__(self, page: Page, grace_seconds: float) -> None:
        self._page, self._grace_seconds = page, grace_seconds

    def is_abandoned(self, state: State, *, goes_on: bool) -> bool:
        """Ask the page whether it is there; return whether it is gone and what it shows must end.

        Parameters
        ----------
        state : State
            That of the comparison.
        goes_on : bool
            Whether the user asked for what trains to go on without the page.
        """
        if not environment().is_web_page:
            return False
        self._page.ping()
        set_value(self._page, keeps_kernel=state.is_active, goes_on=goes_on)
        return self._page.seconds_gone > 0 and not self._outlives(state, goes_on)

    def _outlives(self, state: State, goes_on: bool) -> bool:
        is_in_grace = self._page.seconds_gone <= self._grace_seconds
        can_go_on = goes_on and state not in (State.PAUSING, State.PAUSED)  # nobody could resume it
        return state.is_active and (is_in_grace or can_go_on)
