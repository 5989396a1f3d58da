"""Who is let in to the teacher's page: whoever has shown the teacher's token, which is not that of the class."""

import hmac
from dataclasses import dataclass
from typing import Any

from tornado.web import HTTPError

from nncompare.server.auth import is_token
from nncompare.server.own_page import OwnPage
from nncompare.server.teacher_desk import TeacherDesk

PATH = "teacher"
REQUIRED = "Teacher's token required"


@dataclass(frozen=True)
class TeachersRoom:
    """The teacher's token, the desk, and what the cookie of a teacher holds."""

    token: str
    desk: TeacherDesk
    cookie: str


class TeacherHandler(OwnPage):
    """Answers a teacher and nobody else. Its page never stands in a frame, where a click could be stolen."""

    @property
    def room(self) -> TeachersRoom:
        """The teacher's room of this server."""
        room: TeachersRoom = self.server.teacher
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

    @property
    def _cookie_name(self) -> str:
        return f"nncompare-teacher-{self.address.port}"  # browsers send cookies to every port of a host
