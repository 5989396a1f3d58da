"""The page that the dashboard stands on: its style, its address, and whether it is still there."""

import time
from collections.abc import Callable
from typing import Any

import anywidget
import traitlets

from nncompare.comparison.state import State
from nncompare.environment import environment
from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import set_value

PINGS_PER_TIMEOUT = 5


class Page(anywidget.AnyWidget):
    """Brings the style sheet, keeps the address up to date, and answers pings while the page is open.

    While it `keeps_kernel`, Voila does not hear that it was closed: the kernel decides what becomes of its run. Where
    the same tab is loaded again it tells Voila then, unless what trains `goes_on`: so the new page is offered the run.

    An `announcement` is read out by screen readers: its place stays, so that only a change is heard.

    The page is asked, and does not tell by itself: browsers slow the timers of hidden pages, but not their answers.
    """

    _esm = (STATIC / "page.js").read_text(encoding="utf-8")
    _css = (STATIC / "style.css").read_text(encoding="utf-8")
    query = traitlets.Unicode().tag(sync=True)
    announcement = traitlets.Unicode().tag(sync=True)
    keeps_kernel = traitlets.Bool(False).tag(sync=True)
    goes_on = traitlets.Bool(False).tag(sync=True)

    def __init__(self, on_ready: Callable[[str], None], timeout_seconds: float, grace_seconds: float) -> None:
        super().__init__()
        self._on_ready, self._timeout, self._grace = on_ready, timeout_seconds, grace_seconds
        self._last_ping = self._last_pong = time.monotonic()
        self._is_open = False
        self.on_msg(self._on_message)

    def ping(self) -> None:
        """Ask the page whether it is there, if the last time is a while ago."""
        now = time.monotonic()
        # Every message counts as activity: a page that never opened must be left to Voila's culling.
        if self._is_open and now - self._last_ping >= self._timeout / PINGS_PER_TIMEOUT:
            if now - self._last_ping > self._timeout / 2:  # the machine slept, or this process did: be patient
                self._last_pong = now
            self._last_ping = now
            self.send({"ping": round(now)})

    @property
    def seconds_gone(self) -> float:
        """For how long a page that was open has not answered; 0 while that may be chance."""
        silent = time.monotonic() - self._last_pong
        return silent if self._is_open and silent > self._timeout else 0.0

    def is_abandoned(self, state: State, *, goes_on: bool) -> bool:
        """Ask the page whether it is there; return whether it is gone and what it shows must end.

        A run in `state` is not left behind without its page, unless the user asked that it `goes_on`. In a notebook
        it always goes on.
        """
        if not environment().is_web_page:
            return False
        self.ping()
        set_value(self, keeps_kernel=state.is_active, goes_on=goes_on)
        can_go_on = goes_on and state not in (State.PAUSING, State.PAUSED)  # nobody could resume it
        is_outlived = state.is_active and (self.seconds_gone <= self._grace or can_go_on)
        return self.seconds_gone > 0 and not is_outlived

    def show_top(self) -> None:
        """Bring the top of the dashboard into view, and the keyboard to the current step."""
        self.send({"top": True})

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        self._last_pong = time.monotonic()
        if "ready" in content:
            self._is_open = True
            self._on_ready(str(content["ready"]))
