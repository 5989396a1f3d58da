"""Who is let in to the teacher's page: whoever has shown the teacher's token, which is not that of the class."""

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Any

from tornado.web import HTTPError, RequestHandler

from nncompare.server.auth import ADDRESS, AuthMixin, is_token
from nncompare.server.teacher_desk import TeacherDesk
from nncompare.templates import fill

TEACHER = "nncompare_teacher"  # the setting that holds the `TeachersRoom`
PATH = "teacher"
REQUIRED = "Teacher's token required"
_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_WORDS_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


@dataclass(frozen=True)
class TeachersRoom:
    """The teacher's token, the desk, and what the cookie of this one server holds."""

    token: str
    desk: TeacherDesk
    cookie: str = field(default_factory=lambda: secrets.token_urlsafe(32))


class TeacherHandler(AuthMixin, RequestHandler):
    """Answers a teacher and nobody else. Its page never stands in a frame, where a click could be stolen."""

    @property
    def room(self) -> TeachersRoom:
        """The teacher's room of this server."""
        room: TeachersRoom = self.settings[TEACHER]
        return room

    def is_known(self) -> bool:
        """Whether the browser has shown the teacher's token."""
        given = self.get_signed_cookie(self._cookie_name) or b""
        return hmac.compare_digest(given, self.room.cookie.encode())

    async def prepare(self) -> None:
        """Let a teacher in, or whoever comes with the teacher's token."""
        self.require_own_name()
        self.set_header("Cache-Control", "no-store")
        if not self.is_known():
            raise HTTPError(403, reason=REQUIRED)

    def admit(self, given: str) -> bool:
        """Let the browser in if the token is right; the cookie lasts until it is closed."""
        if not is_token(given, self.room.token):
            return False
        is_secure = self.request.protocol == "https"
        options: dict[str, Any] = {"httponly": True, "samesite": "Lax", "secure": is_secure}
        self.set_signed_cookie(self._cookie_name, self.room.cookie, expires_days=None, **options)
        return True

    def set_cookie(self, name: str, value: str | bytes, *arguments: Any, **options: Any) -> None:
        """Set a cookie for this server's pages, and not for what else the same host has."""
        base = self.base_url
        super().set_cookie(name, value, *arguments, **{**options, "path": base.rstrip("/") if base[0] == "/" else ""})

    @property
    def base_url(self) -> str:
        """What all addresses of the page begin with."""
        base: str = self.settings[ADDRESS].base(self.request.headers)
        return base

    def write_page(self, template: str, *, has_scripts: bool = False, **values: Any) -> None:
        """Answer with a page; where it `has_scripts`, only those that carry the answer's number are run."""
        nonce = secrets.token_urlsafe(16)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        policy = _POLICY.format(nonce=nonce) if has_scripts else _WORDS_POLICY
        self.set_header("Content-Security-Policy", policy)
        self.finish(str(fill("nncompare.server", template, **values, **({"nonce": nonce} if has_scripts else {}))))

    @property
    def _cookie_name(self) -> str:
        return f"nncompare-teacher-{self.settings[ADDRESS].port}"  # browsers send cookies to every port of a host
