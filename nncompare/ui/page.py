"""The page that the dashboard stands on: its style, its address, and whether it is still there."""

import time
from collections.abc import Callable
from typing import Any

import traitlets

from nncompare.comparison.state import State
from nncompare.environment import environment
from nncompare.limits import Limits
from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import set_value
from nncompare.ui.making import Scripted

_PING_SECONDS, _PINGS_PER_TIMEOUT = 4.0, 5
# For a page that has not answered for so long nothing is drawn until it does.
_AWAY_SECONDS = 20.0

# The general one first: where two say something of the same, the later one counts.
_SCRIPTS = ("page_leaving", "page_kernel", "page_copy", "page")
STYLES = (
    "style",
    "data",
    "models",
    "lesson",
    "chart",
    "training",
    "predictions",
    "explore",
    "inside",
    "image_map",
    "robustness",
    "drawing",
    "through_epochs",
    "history",
    "help",
    "presentation",
    "media",
)


class Page(Scripted):
    """Brings the style sheet, keeps the address up to date, and answers pings while the page is open.

    While it `keeps_kernel`, the kernel and not Voila hears that it was closed, and decides what becomes of its run.
    Where the same tab is loaded again it tells Voila then, unless what trains `goes_on`: so the new page is offered the
    run. Where that would interrupt a training, the browser `asks_before_leaving`.

    Each step has an address of its own, such as ``#training``: `on_step` is called with it where the browser goes back
    or forth, or is opened there. `run` is the saved comparison that a page which is over brings back.

    An `announcement` is read out by screen readers: its place stays, so that only a change is heard. The `title` is
    that of the browser's tab, but not in a notebook, whose tab is not ours.

    The page is asked, and does not tell by itself: browsers slow the timers of hidden pages, but not their answers.
    """

    _esm = "\n".join((STATIC / f"{name}.js").read_text(encoding="utf-8") for name in _SCRIPTS)
    _css = "\n".join((STATIC / f"{name}.css").read_text(encoding="utf-8") for name in STYLES)
    query = traitlets.Unicode().tag(sync=True)
    announcement = traitlets.Unicode().tag(sync=True)
    title = traitlets.Unicode("nncompare").tag(sync=True)
    keeps_kernel = traitlets.Bool(False).tag(sync=True)
    goes_on = traitlets.Bool(False).tag(sync=True)
    asks_before_leaving = traitlets.Bool(False).tag(sync=True)
    run = traitlets.Unicode().tag(sync=True)
    is_over = traitlets.Bool(False).tag(sync=True)

    def __init__(self, on_ready: Callable[[], None], on_step: Callable[[str], None], limits: Limits) -> None:
        super().__init__()
        self._on_ready, self._on_step, self._address = on_ready, on_step, ""
        self._timeout, self._grace = limits.page_timeout_seconds, limits.grace_seconds
        self._last_ping = self._last_pong = time.monotonic()
        self._closed: float | None = None  # when it said so
        self._may_stay = False  # for its user was asked whether to leave
        self._is_open, self._is_web_page = False, environment().is_web_page
        self.on_msg(self._on_message)

    @property
    def link(self) -> str:
        """The address that opens the page as it is; empty in a notebook, and until the page has told its own."""
        return f"{self._address}{'?' if self.query else ''}{self.query}" if self._address else ""

    def ping(self) -> None:
        """Ask the page whether it is there, if the last time is a while ago."""
        now = time.monotonic()
        # Every message counts as activity: a page that never opened must be left to Voila's culling.
        if self._is_open and now - self._last_ping >= min(_PING_SECONDS, self._timeout / _PINGS_PER_TIMEOUT):
            if now - self._last_ping > self._timeout / 2:  # the machine slept, or this process did: be patient
                self._last_pong = now
            self._last_ping = now
            self.send({"ping": round(now)})

    @property
    def is_away(self) -> bool:
        """Whether a page that was open is silent: nobody sees it now, but it may come back."""
        return self._is_web_page and self._is_open and time.monotonic() - self._last_pong > _AWAY_SECONDS

    @property
    def seconds_gone(self) -> float:
        """For how long a page has been closed, or silent where that was for too long; 0 while it may come back."""
        now = time.monotonic()
        if (closed := self._closed) is not None:  # read once: a page that is back says so on another thread
            return now - closed
        silent = now - self._last_pong
        return silent if self._is_open and silent > self._timeout else 0.0

    def is_abandoned(self, state: State, *, goes_on: bool) -> bool:
        """Ask the page whether it is there; return whether it is gone and what it shows must end.

        A run in `state` is not left behind without its page, unless the user asked that it `goes_on`. In a notebook
        it always goes on. A user who was asked may have stayed, and have stopped it before the page is heard again.
        """
        if not self._is_web_page:
            return False
        self.ping()
        can_go_on = goes_on and state not in (State.PAUSING, State.PAUSED)  # nobody could resume it
        asks = state.can_stop and not can_go_on
        set_value(self, keeps_kernel=state.is_active, goes_on=goes_on, asks_before_leaving=asks)
        is_in_grace = self.seconds_gone <= self._grace and (state.is_active or self._may_stay)
        is_outlived = is_in_grace or (state.is_active and can_go_on)
        return self.seconds_gone > 0 and not is_outlived

    def say(self, sentence: str) -> None:
        """Have screen readers read a sentence, beside the announcement, until another step is shown."""
        self.send({"say": sentence})

    def focus(self, css: str) -> None:
        """Bring the keyboard to the first element of this selector that is to be seen."""
        self.send({"focus": css})

    def show_step(self, step: str, *, is_new_address: bool) -> None:
        """Bring the top of the step into view, and the keyboard to it; the way back leads to the one before."""
        self.send({"top": True, **({"step": step} if is_new_address else {})})

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        now = time.monotonic()
        if "closing" in content:
            self._closed, self._may_stay = now, self.asks_before_leaving
            return
        self._last_pong, self._closed, self._may_stay = now, None, False
        if "ready" in content:
            self._is_open = True
            self._address = str(content["ready"])
            self._on_ready()
        if isinstance(step := content.get("step"), str):
            self._on_step(step)
