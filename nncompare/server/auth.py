"""Who is let in: checks that stand before every handler of the server."""

import hmac
import inspect
import ipaddress
import re
import socket
from collections.abc import Iterable
from typing import Any
from urllib.parse import unquote_plus, urlsplit

from jupyter_server.auth.identity import IdentityProvider, User
from tornado.web import HTTPError, RequestHandler
from traitlets import default

from nncompare.errors import UserError
from nncompare.server.given_names import host_name
from nncompare.server.wrong_tries import WrongTries

_MOST_TOLD = 20
_IN_AN_ADDRESS = re.compile(r"[?&]token=([^&#\s]+)")
_HEADERS = {
    "Server": "nncompare",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}


class OwnNames:
    """The names under which a server that listens on `ip` may be called; `others` are such as that of a proxy.

    So a page of another site, whose owner lets its name point here, cannot ask anything.
    """

    def __init__(self, ip: str, others: Iterable[str] = ()) -> None:
        self._is_local = ipaddress.ip_address(ip).is_loopback
        own = [] if self._is_local else [socket.gethostname(), f"{socket.gethostname().partition('.')[0]}.local"]
        self._names = {name.lower().rstrip(".") for name in ("localhost", *own, *others)}
        self._told: set[str] = set()

    def __contains__(self, host: str) -> bool:
        name = _name_in(host)
        if name in self._names:
            return True
        try:
            address = ipaddress.ip_address(name)
        except ValueError:
            return False
        return address.is_loopback or not self._is_local  # no name can be made to point at a number

    def refusal(self, host: str) -> str | None:
        """Return a sentence for the log about a name that is refused; None once it was told, or if it is no name."""
        try:
            name = host_name(_name_in(host))
        except UserError:
            return None
        if name in self._told or len(self._told) >= _MOST_TOLD:
            return None
        self._told.add(name)
        return f"Somebody called this server {name} and was refused. If that is its name, start it with --name {name}"


def _name_in(host: str) -> str:
    try:
        return (urlsplit(f"//{host}").hostname or "").rstrip(".")
    except ValueError:
        return ""


class TokenIdentity(IdentityProvider):
    """One token, and the login cookie that is set for it. An empty token lets everybody in.

    `wrong_tries` are those of other tokens.
    """

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.wrong_tries = WrongTries()

    @default("cookie_name")
    def _name_with_port(self) -> str:
        server: Any = self.parent
        return f"nncompare-{server.address.port}"  # browsers send cookies to every port of a host

    @default("cookie_options")
    def _until_the_browser_is_closed(self) -> dict[str, Any]:
        return {"expires_days": None, "samesite": "Lax"}

    def get_user(self, handler: RequestHandler) -> Any:
        """Return the one user there is, or None for a request with neither token nor cookie.

        Jupyter's own would free a request that carries the token from the checks of where it comes from.
        """
        if not self.token:
            return User("user")
        known = self.get_user_cookie(handler)
        return known if known is not None or not self.has_token(handler) else User("user")

    def has_token(self, handler: RequestHandler) -> bool:
        """Whether a request carries the token, in its address or its header; after too many wrong ones none counts."""
        given, address = self.get_token(handler), str(handler.request.remote_ip)
        if not given or self.wrong_tries.are_too_many(address):
            return False
        if not (is_right := is_token(given, self.token)):
            self.wrong_tries.note(address)
        return is_right


def is_token(given: str, token: str) -> bool:
    """Whether somebody has given a token, alone, or in an address pasted whole; or a code as a phone has written it."""
    pasted = _IN_AN_ADDRESS.search(given)
    candidates = [given, unquote_plus(pasted[1]) if pasted else re.sub(r"[\s-]", "", given).lower()]
    return any(hmac.compare_digest(one.encode(), token.encode()) for one in candidates)


class AuthMixin(RequestHandler):
    """Mixin before a handler: refuses foreign names and anonymous requests, and adds headers that restrict browsers."""

    @property
    def server(self) -> Any:
        """The `ClosedVoila` that answers, with all that it was started with."""
        return self.settings["voila"]

    async def prepare(self) -> None:
        """Let the request through, or refuse it before anything else looks at it."""
        self.require_own_name()
        if not self.is_known():
            raise HTTPError(403, reason="Token required")
        allowed = super().prepare()
        if inspect.isawaitable(allowed):
            await allowed

    def is_known(self) -> bool:
        """Whether the request comes from somebody who has shown the token."""
        return self.settings["identity_provider"].get_user(self) is not None

    def require_own_name(self) -> None:
        """Refuse a request for another server's name; jupyter-server-proxy, which sends the token, has checked it."""
        host, names = self.request.host, self.server.names
        is_passed_on = self.server.address.is_behind_jupyter and self.settings["identity_provider"].has_token(self)
        if host in names or is_passed_on:
            return
        if sentence := names.refusal(host):
            self.server.log.error(sentence)
        raise HTTPError(403, reason="Unknown host")

    def set_default_headers(self) -> None:
        """Set what every answer carries."""
        for name, value in _HEADERS.items():
            self.set_header(name, value)

    def write_error(self, status_code: int, **_: Any) -> None:
        """Answer with the status alone: details of the server are not for clients."""
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.finish(f"{status_code}: {self._reason}\n")


def guarded(handler: type[RequestHandler]) -> type[RequestHandler]:
    """Return a handler with the checks before it."""
    return type(f"Guarded{handler.__name__}", (AuthMixin, handler), {})
