"""Who is let in: a guard that stands before every handler of the server."""

import hmac
import inspect
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from jupyter_server.auth.identity import IdentityProvider, User
from tornado.web import HTTPError, RequestHandler

HOSTS = "nncompare_hosts"  # the setting that holds the names under which the server may be called
_COOKIE_VALUE = b"in"


class OwnNames:
    """The names under which a server may be called.

    A page of somebody else's, who lets its name point here, is so kept from asking anything.

    Parameters
    ----------
    ip : str
        The address that the server listens on.
    others : iterable of str
        Further names, such as that of a proxy.
    """

    def __init__(self, ip: str, others: Iterable[str] = ()) -> None:
        self._is_local = ipaddress.ip_address(ip).is_loopback
        own = [] if self._is_local else [socket.gethostname(), f"{socket.gethostname().partition('.')[0]}.local"]
        self._names = {name.lower().rstrip(".") for name in ("localhost", *own, *others)}

    def __contains__(self, host: str) -> bool:
        try:
            name = urlsplit(f"//{host}").hostname or ""
        except ValueError:
            return False
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return name.rstrip(".") in self._names
        return address.is_loopback or not self._is_local  # no name can be made to point at a number


class TokenIdentity(IdentityProvider):
    """Knows one token and the cookie that is given for it. An empty token lets everybody in."""

    def get_user(self, handler: RequestHandler) -> User | None:
        """Give the one user there is, or None for whoever has neither token nor cookie."""
        is_known = not self.token or self._has_cookie(handler) or self.has_token(handler)
        return User("user") if is_known else None

    def has_token(self, handler: RequestHandler) -> bool:
        """Say whether a request carries the token, in its address or its header."""
        scheme, _, in_header = handler.request.headers.get("Authorization", "").partition(" ")
        offered = (
            in_header.strip() if scheme.lower() in ("token", "bearer") else handler.get_query_argument("token", "")
        )
        return hmac.compare_digest(offered.encode(), str(self.token).encode())

    def give_cookie(self, handler: RequestHandler) -> None:
        """Let the browser in from now on, until it is closed or the server is."""
        handler.set_signed_cookie(
            self._cookie_name(), _COOKIE_VALUE, expires_days=None, httponly=True, samesite="Lax", path="/"
        )

    def _has_cookie(self, handler: RequestHandler) -> bool:
        return handler.get_signed_cookie(self._cookie_name()) == _COOKIE_VALUE

    def _cookie_name(self) -> str:
        server: Any = self.parent
        return f"nncompare-{server.port}"  # browsers send cookies to every port of a host


class AuthMixin:
    """Mixin before a handler: refuses strange names and strangers, and says nothing of itself in its answers."""

    async def prepare(self) -> None:
        """Let the request through, or refuse it before anything else looks at it."""
        handler: Any = self
        if handler.request.host not in handler.settings[HOSTS]:
            raise HTTPError(403, reason="Unknown host")
        if handler.settings["identity_provider"].get_user(handler) is None:
            raise HTTPError(403, reason="Token required")
        allowed = super().prepare()  # type: ignore[misc]
        if inspect.isawaitable(allowed):
            await allowed

    def set_default_headers(self) -> None:
        """Set what every answer carries."""
        handler: Any = self
        handler.set_header("Server", "nncompare")
        handler.set_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'; sandbox")
        handler.set_header("X-Frame-Options", "DENY")
        handler.set_header("X-Content-Type-Options", "nosniff")
        handler.set_header("Referrer-Policy", "no-referrer")
        handler.set_header("Cross-Origin-Resource-Policy", "same-origin")

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with the status alone; what went wrong inside is nobody's business."""
        handler: Any = self
        handler.set_header("Content-Type", "text/plain; charset=utf-8")
        handler.finish(f"{status_code}: {handler._reason}\n")


def guarded(handler: type[RequestHandler]) -> type[RequestHandler]:
    """Put the gate before a handler."""
    return type(f"Guarded{handler.__name__}", (AuthMixin, handler), {})
