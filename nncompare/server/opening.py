"""Opens the page in the browser, without showing the token to those who can read its command line."""

import hmac
import secrets
import threading
import time
import webbrowser
from typing import Any
from urllib.parse import urlencode

from nncompare.server.same_user import is_of_this_user

CODE = "code"  # its name in the address
_VALID_SECONDS = 60.0


class OpeningCode:
    """A code that opens the page once, within a minute, for a browser of this user on this machine.

    Other users can read it in the command line of the browser, but have no use for it.
    """

    def __init__(self) -> None:
        self._code, self._until = "", 0.0

    def make(self) -> str:
        """Return a new code; the one before is worth nothing from now on."""
        self._code, self._until = secrets.token_urlsafe(32), time.monotonic() + _VALID_SECONDS
        return self._code

    def admits(self, given: str, connection: Any) -> bool:
        """Whether the code that came over a connection (an `HTTP1Connection`) is right; it is then used up."""
        is_right = self._code != "" and hmac.compare_digest(given.encode(), self._code.encode())
        if not is_right or time.monotonic() > self._until:
            return False
        end = connection.stream.socket
        if not is_of_this_user(end.getpeername(), end.getsockname()):
            return False
        self._code = ""
        return True


def open_page(url: str, code: OpeningCode | None) -> None:
    """Open a URL in the browser, with a new code where one is given, and do not wait until that has been done."""
    whole = f"{url}?{urlencode({CODE: code.make()})}" if code else url
    threading.Thread(target=webbrowser.open, args=(whole,), name="open-page", daemon=True).start()
