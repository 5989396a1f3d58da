"""The browser session of a page: where others are let in, every browser has a store of its own.

A server for others gives each browser a random number in a cookie, and hands it to the kernel of its page. Anyone who
knows the number sees the comparisons; nobody can guess it. On this machine alone, and without a proxy's name, all pages
and the shell share one store.
"""

import secrets
from typing import Any

from nncompare.environment import SESSION_HEADER
from nncompare.store import SESSION_NUMBER

_COOKIE = "nncompare-visitor"  # the name that browsers already have
_DAYS = 365


def remember(handler: Any) -> None:
    """Recognise the browser by its cookie, and add its number to the request for the handler that answers it."""
    number = handler.get_cookie(_COOKIE, "")
    if not SESSION_NUMBER.fullmatch(number):
        number = secrets.token_hex(16)
        handler.set_cookie(_COOKIE, number, expires_days=_DAYS, httponly=True, samesite="Lax", path="/")
    handler.request.headers[SESSION_HEADER] = number
