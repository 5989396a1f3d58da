"""A picture of the dashboard as it stood last, for a notebook that is read without its kernel."""

import logging
import secrets
import time
from datetime import datetime

from IPython.display import display, update_display

from nncompare.comparison.runner import ComparisonRun
from nncompare.ui.panels.header import announcement
from nncompare.ui.refresher import Refresher
from nncompare.ui.result_picture import ResultPicture, picture_of

_REST_SECONDS = 300.0
_HOW_TO_USE = "To use the dashboard of nncompare, run this cell in JupyterLab."
_log = logging.getLogger(__name__)


class Still:
    """What a saved notebook, and a page that was made of it, show in the place of the dashboard.

    It is an output of its own below the dashboard: a new version of the dashboard's own output would build the whole
    dashboard again. Its style hides it where the dashboard is alive, and a dead dashboard where it is not. A new
    picture is taken when a comparison has ended, and every five minutes until then.

    Attributes
    ----------
    bundle : dict of str to str
        What is shown, by media type.
    """

    def __init__(self, refresher: Refresher) -> None:
        self._refresher, self._id = refresher, secrets.token_hex(8)
        self._is_displayed = False
        self._running: ComparisonRun | None = None
        self._taken: tuple[int, bool] | None = None
        self._next = 0.0
        self.bundle = _bundle(ResultPicture())

    def display(self) -> None:
        """Put it into the output of the cell that runs."""
        self._is_displayed = True
        display(self.bundle, raw=True, display_id=self._id)

    def tick(self, running: ComparisonRun | None) -> None:
        """Take a new picture, if it is time."""
        if running is None or not self._is_displayed:
            return
        if running is not self._running:
            self._running, self._taken, self._next = running, None, time.monotonic() + _REST_SECONDS
        is_over = running.wait(0)
        subject = running.version, is_over
        if subject != self._taken and (is_over or time.monotonic() >= self._next):
            self._taken, self._next = subject, time.monotonic() + _REST_SECONDS
            self._refresher.in_background(
                lambda: _bundle(picture_of(running.result(), "" if is_over else announcement(running))),
                self._show,
                lambda error: _log.info("No picture was made for the notebook. %s", error),
            )

    def _show(self, bundle: dict[str, str]) -> None:
        update_display(bundle, raw=True, display_id=self._id)
        self.bundle = bundle


def _bundle(picture: ResultPicture) -> dict[str, str]:
    return picture.bundle("still.html", _HOW_TO_USE, taken=f"{datetime.now():%d %B %Y, %H:%M}")
