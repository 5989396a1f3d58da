"""The one thread that changes widgets."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import Any

TICK_SECONDS, HURRIED_SECONDS = 0.25, 0.05
# After a drawing that took t seconds of processor time, the next waits 79 t: at most an eightieth is drawing.
REST_PER_DRAWING = 79

_log = logging.getLogger(__name__)


class Refresher:
    """Runs what is posted to it, one thing after the other, and a tick four times a second.

    Callbacks of widgets only post; slow work goes to `in_background`, which posts its answer back.

    Attributes
    ----------
    is_hurried : bool
        Whether something is about to come that is waited for; then it ticks more often.
    thread : threading.Thread
        The one thread; it ends after `close`.
    """

    def __init__(self, tick: Callable[[], None]) -> None:
        self._tick = tick
        self.is_hurried = False
        self._posted: queue.SimpleQueue[Callable[[], object] | None] = queue.SimpleQueue()
        self._background = ThreadPoolExecutor(4, thread_name_prefix="nncompare-background")
        self.thread = threading.Thread(target=self._work, name="nncompare-refresher", daemon=True)

    def start(self) -> None:
        """Begin, if that has not been done."""
        if self.thread.ident is None:
            self.thread.start()

    def post(self, action: Callable[[], None]) -> None:
        """Run an action soon, in order."""
        self._posted.put(action)

    def posting(self, action: Callable[..., object]) -> Callable[..., None]:
        """Return a callback that posts an action, with the arguments that it is called with."""
        return lambda *arguments: self._posted.put(partial(action, *arguments))

    def in_background(
        self, work: Callable[[], Any], then: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        """Do slow work elsewhere; its answer, or its exception, is handled here."""

        def run() -> None:
            try:
                answer = work()
            except Exception as error:
                self.posting(failed)(error)
            else:
                self.posting(then)(answer)

        with suppress(RuntimeError):  # closed, or Python is about to end: nobody waits for the answer
            self._background.submit(run)

    def close(self) -> None:
        """End after what has been posted."""
        self._posted.put(None)
        self._background.shutdown(wait=False, cancel_futures=True)

    def _work(self) -> None:
        next_tick = time.monotonic()
        while True:
            if time.monotonic() >= next_tick:  # also while much is posted
                self._attempt(self._tick)
                next_tick = time.monotonic() + (HURRIED_SECONDS if self.is_hurried else TICK_SECONDS)
            try:
                action = self._posted.get(timeout=max(0.0, next_tick - time.monotonic()))
            except queue.Empty:
                continue
            if action is None:
                return
            self._attempt(action)

    def _attempt(self, action: Callable[[], object]) -> None:
        try:
            action()
        except Exception:  # one failed drawing must not end all later ones
            _log.exception("An update of the dashboard failed.")


class Rest:
    """Knows when the next drawing may begin."""

    def __init__(self) -> None:
        self._until = 0.0

    @property
    def is_over(self) -> bool:
        """Whether enough time has passed since the last drawing."""
        return time.monotonic() >= self._until

    def after(self, draw: Callable[[], None]) -> None:
        """Draw, and rest in proportion to what it cost."""
        began = time.thread_time()
        draw()
        self._until = time.monotonic() + REST_PER_DRAWING * (time.thread_time() - began)
