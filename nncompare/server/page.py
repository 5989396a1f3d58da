"""The one page that is served: behind the token, in the one template, and running no scripts but its own."""

import secrets
from functools import cached_property
from http.cookies import Morsel
from typing import Any
from urllib.parse import urlencode

from jupyter_core.utils import ensure_async
from jupyter_server.auth.identity import User
from tornado.web import HTTPError
from voila.tornado.handler import TornadoVoilaHandler

from nncompare.environment import SESSION_HEADER
from nncompare.server.opening import CODE
from nncompare.server.own_page import OwnPage
from nncompare.store import SESSION_NUMBER, VISITOR_DAYS

_COOKIE = "nncompare-visitor"  # the name that browsers already have

# Scripts from this server, those that carry the answer's own number, and the modules that anywidget makes. So nothing
# that gets into the page as HTML is ever run.
_POLICY = (
    "default-src 'none'; script-src 'self' blob: 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors {frames}"
)
# In a frame cookies are those of another site, and each site that shows the page has cookies of its own.
_COOKIES_IN_FRAMES = {"samesite": "None", "secure": True, "partitioned": True}
_PLACES_OF_PAGES = ("document", "iframe", "frame")
# Python knows it from 3.14 on.
Morsel._reserved.setdefault("partitioned", "Partitioned")  # type: ignore[attr-defined]
Morsel._flags.add("partitioned")  # type: ignore[attr-defined]


class _OwnKernel:
    """The kernels of the server, as one page sees them: it knows which one it has begun."""

    def __init__(self, kernels: Any) -> None:
        self._kernels, self._number = kernels, ""

    async def start_kernel(self, **options: Any) -> str:
        self._number = await ensure_async(self._kernels.start_kernel(**options))
        return self._number

    async def is_there(self) -> bool:
        return self._number in self._kernels and bool(await ensure_async(self._kernels.is_alive(self._number)))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kernels, name)


class PageHandler(OwnPage, TornadoVoilaHandler):
    """The page. A URL with the token leads to the same one without, so that it is neither kept nor shared."""

    async def prepare(self) -> None:
        """Let in, besides those who are known, the browser that this server has opened."""
        self.require_own_name()
        code = self.get_query_argument(CODE, "") if self.request.method == "GET" else ""
        if code and self.server.opening.admits(code, self.request.connection):
            return self._welcome()
        await super().prepare()

    async def get(self) -> None:
        """Answer with the page."""
        if self.request.query_arguments.keys() & {"token", CODE}:
            return self._welcome()
        if self.address.frames and self.request.headers.get("Sec-Fetch-Dest", "document") not in _PLACES_OF_PAGES:
            raise HTTPError(403, reason="Not a page")  # a picture of another site's, say: each begins a kernel
        _ = self.xsrf_token  # sets the cookie without which Voila's word of farewell is refused
        if self.voila_configuration.http_header_envs:
            self._remember_browser()
        nonce = secrets.token_urlsafe(16)
        policy = _POLICY.format(nonce=nonce, host=self.request.host, frames=self.frames)
        self.set_header("Content-Security-Policy", policy)
        async for html in self.get_generator():
            if not await self.kernel_manager.is_there():  # Voila would wait for it for ever
                self.log.error("The kernel of a page has ended before it could be used.")
                if not self._headers_written:
                    raise HTTPError(500)
                return None  # the page, which ends too early, says so by itself
            self.write(html.replace("<script", f'<script nonce="{nonce}"'))
            self.flush()

    @cached_property
    def kernel_manager(self) -> _OwnKernel:
        """The kernels of the server."""
        return _OwnKernel(super().kernel_manager)

    def write_error(self, status_code: int, **details: Any) -> None:
        """Ask for the token where it is missing; say what to do where the page cannot be made."""
        if self._reason == "Token required":
            is_wrong = "token" in self.request.query_arguments
            settings = [(name, value.decode(errors="replace")) for name, value in self._query_without_secrets()]
            has_to_wait = self.identity_provider.wrong_tries.are_too_many(self.request.remote_ip)
            self.write_words("sign_in.html", whose="", is_wrong=is_wrong, has_to_wait=has_to_wait, settings=settings)
        elif status_code >= 500:
            self.write_words("not_started.html")
        else:
            super().write_error(status_code, **details)

    def set_default_headers(self) -> None:
        """Set what every answer carries; the older header against frames knows no exceptions."""
        super().set_default_headers()
        if self.address.frames:
            self.clear_header("X-Frame-Options")

    def set_cookie(self, name: str, value: str | bytes, *arguments: Any, **options: Any) -> None:
        """Set a cookie that works in frames, too, where the page may be in some."""
        in_frames = _COOKIES_IN_FRAMES if self.address.frames else {}
        super().set_cookie(name, value, *arguments, **{**options, **in_frames})

    @property
    def frames(self) -> str:
        """The sites that may show it in a frame, as browsers are told."""
        return " ".join(self.address.frames) or "'none'"

    def _welcome(self) -> None:
        self.identity_provider.set_login_cookie(self, User("user"))
        self.redirect(self._url_without_secrets())

    def _remember_browser(self) -> None:
        """Add the browser's number, from its cookie, to the request; those who know it see its comparisons.

        Both last from the last visit on. Only a server for others does so: on this machine alone, all pages and the
        shell share one store.
        """
        number = self.get_cookie(_COOKIE, "")
        if not SESSION_NUMBER.fullmatch(number):
            number = secrets.token_hex(16)
        self.set_cookie(_COOKIE, number, expires_days=VISITOR_DAYS, httponly=True, samesite="Lax")
        self.request.headers[SESSION_HEADER] = number

    def _url_without_secrets(self) -> str:
        query = urlencode(self._query_without_secrets())
        return f"{self.base_url}?{query}" if query else self.base_url

    def _query_without_secrets(self) -> list[tuple[str, bytes]]:
        others = [(name, value) for name, values in self.request.query_arguments.items() for value in values]
        return [(name, value) for name, value in others if name not in ("token", CODE)]
