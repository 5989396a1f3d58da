"""Whose comparisons a page shows: where others are let in, every browser has a store of its own.

A server for others gives each browser a random number in a cookie, and hands it to the kernel of its page. Who knows
the number sees the comparisons; nobody can guess it. On this machine alone, and without a proxy's name, all pages and
the shell share one store.
"""

import os
import re
import secrets
from typing import Any

from nncompare.store import Store, home_folder

HEADER = "X-Nncompare-Visitor"
_VARIABLE = "HTTP_X_NNCOMPARE_VISITOR"  # as Voila hands the header to the kernel
_COOKIE = "nncompare-visitor"
_NUMBER = re.compile(r"[0-9a-f]{32}")
_DAYS = 365


def remember(handler: Any) -> None:
    """Know the browser that asks again, and tell its number to whoever answers this request."""
    number = handler.get_cookie(_COOKIE, "")
    if not _NUMBER.fullmatch(number):
        number = secrets.token_hex(16)
        handler.set_cookie(_COOKIE, number, expires_days=_DAYS, httponly=True, samesite="Lax", path="/")
    handler.request.headers[HEADER] = number


def store_of_visitor() -> Store:
    """Give the store of whoever has opened this page; without a number, the user's."""
    number = os.environ.get(_VARIABLE, "")
    return Store(home_folder() / "visitors" / number) if _NUMBER.fullmatch(number) else Store.default()
