"""The one page that is served: behind the token, in the one template, and running no scripts but its own."""

import secrets
from typing import Any
from urllib.parse import urlencode

from voila.tornado.handler import TornadoVoilaHandler

from nncompare.environment import SESSION_HEADER
from nncompare.server.auth import AuthMixin
from nncompare.store import SESSION_NUMBER
from nncompare.templates import fill

_COOKIE = "nncompare-visitor"  # the name that browsers already have
_COOKIE_DAYS = 365

# Scripts from this server, those that carry the answer's own number, and the modules that anywidget makes. So nothing
# that gets into the page as HTML is ever run.
_POLICY = (
    "default-src 'none'; script-src 'self' blob: 'nonce-{nonce}'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self' ws://{host} wss://{host}; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_SIGN_IN_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


class PageHandler(AuthMixin, TornadoVoilaHandler):
    """The page. A URL with the token leads to the same one without, so that it is neither kept nor shared."""

    async def get(self) -> None:
        """Answer with the page."""
        if "token" in self.request.query_arguments:
            self.identity_provider.set_login_cookie(self, self.current_user)
            return self.redirect(self._url_without_token())
        if self.voila_configuration.http_header_envs:
            self._remember_browser()
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Security-Policy", _POLICY.format(nonce=nonce, host=self.request.host))
        async for html in self.get_generator():
            self.write(html.replace("<script", f'<script nonce="{nonce}"'))
            self.flush()

    def write_error(self, status_code: int, **details: Any) -> None:
        """Ask for the token where it is missing."""
        if self._reason != "Token required":
            return super().write_error(status_code, **details)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", _SIGN_IN_POLICY)
        self.finish(str(fill("nncompare.server", "sign_in.html", is_wrong="token" in self.request.query_arguments)))

    def _remember_browser(self) -> None:
        """Add the browser's number, from its cookie, to the request; those who know it see its comparisons.

        Only a server for others does so: on this machine alone, all pages and the shell share one store.
        """
        number = self.get_cookie(_COOKIE, "")
        if not SESSION_NUMBER.fullmatch(number):
            number = secrets.token_hex(16)
            self.set_cookie(_COOKIE, number, expires_days=_COOKIE_DAYS, httponly=True, samesite="Lax", path="/")
        self.request.headers[SESSION_HEADER] = number

    def _url_without_token(self) -> str:
        others = [(name, value) for name, values in self.request.query_arguments.items() for value in values]
        query = urlencode([(name, value) for name, value in others if name != "token"])
        return f"{self.base_url}?{query}" if query else self.base_url
