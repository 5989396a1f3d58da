"""The teacher's page, what it asks every two seconds, and what can be wanted there."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup
from tornado.web import HTTPError

from nncompare.engine.class_board import EVERYBODY, LONGEST_LESSON
from nncompare.errors import UserError
from nncompare.lessons import Lesson, LessonError
from nncompare.limits import Limits
from nncompare.server.class_table import class_table
from nncompare.server.classroom import require_allowed
from nncompare.server.qr_code import qr_picture
from nncompare.server.room_address import room_address
from nncompare.server.teacher_access import PATH, REQUIRED, TeacherHandler
from nncompare.server.teacher_view import class_view

_POLICY = (
    "default-src 'none'; script-src 'nonce-{nonce}'; style-src 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# The dashboard's own, so that both look alike.
_STYLE = Markup((Path(__file__).parents[1] / "ui" / "static" / "style.css").read_text(encoding="utf-8"))


class TeacherPage(TeacherHandler):
    """The page. A URL with the token leads to the same one without, so that it is neither kept nor shared."""

    async def prepare(self) -> None:
        """Let in, besides those who are known, whoever comes with the teacher's token."""
        self.require_own_name()
        given = self.get_query_argument("token", "")
        if given and self.request.method == "GET" and self.admit(given):
            return self.redirect(f"{self.base_url}{PATH}")
        await super().prepare()

    def get(self) -> None:
        """Answer with the page; only scripts and styles that carry the answer's number are taken."""
        nonce, room = secrets.token_urlsafe(16), room_address(self.address, self.request)
        self.write_page(
            _POLICY.format(nonce=nonce),
            "teacher.html",
            nonce=nonce,
            room=room,
            code=self.address.token,
            qr_code=qr_picture(self.address.with_secret(room.url), "QR code that opens the page of the class"),
            longest=LONGEST_LESSON,
            style=_STYLE,
            xsrf=self.xsrf_token.decode(),
        )

    def write_error(self, status_code: int, **details: Any) -> None:
        """Ask for the token where it is missing."""
        if self._reason == REQUIRED:
            is_wrong = "token" in self.request.query_arguments
            self.write_words("sign_in.html", whose="teacher’s ", is_wrong=is_wrong, has_to_wait=False, settings=())
        else:
            super().write_error(status_code, **details)


class TeacherView(TeacherHandler):
    """What changes on the page, as JSON."""

    def get(self) -> None:
        """Answer with what was found at the last look, and the answers for the lesson that is named."""
        self.finish(
            class_view(self.room.desk.look(), self.get_query_argument("asked", None), Limits.from_environment())
        )


class TeacherTable(TeacherHandler):
    """The results of the class as one file."""

    def get(self) -> None:
        """Answer with the table."""
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", 'attachment; filename="class-results.csv"')
        self.finish(class_table(self.room.desk.look()))


class TeacherWish(TeacherHandler):
    """What the teacher wants: the address says what, the body of the request holds what belongs to it."""

    async def prepare(self) -> None:
        """Refuse a page of another site in the teacher's browser, too."""
        await super().prepare()
        self.check_xsrf_cookie()

    def post(self, wish: str) -> None:
        """Note a wish; the answer says in a sentence what will happen, or what is wrong."""
        wishes: dict[str, Callable[[bytes], str]] = {
            "stop": self._stop,
            "lesson": self._set_lesson,
            "lesson-file": self._set_own_lesson,
            "clear": self._clear,
        }
        try:
            told, is_right = wishes[wish](self.request.body), True
        except UserError as error:
            told, is_right = str(error), False
        self.set_status(200 if is_right else 400)
        self.finish({"told": told, "is_right": is_right})

    def _stop(self, content: bytes) -> str:
        if not content:
            self.room.desk.stop()
            return "Everything that trains is being stopped."
        number = _number(content)
        self.room.desk.stop(number)
        return f"Page {number} is being stopped."

    def _set_lesson(self, content: bytes) -> str:
        if not content:
            self.room.desk.set_lesson(None)
            return "No lesson is set any more."
        name = content.decode(errors="replace")
        lesson = self.room.desk.lessons.get(name)
        if lesson is None:
            raise UserError(f"There is no lesson named {name[:40]!r}.")
        return self._set(lesson)

    def _set_own_lesson(self, content: bytes) -> str:
        try:
            return self._set(Lesson.from_json(content))
        except LessonError as error:
            raise UserError(f"The lesson was not taken. {error}") from None

    def _set(self, lesson: Lesson) -> str:
        require_allowed(lesson, Limits.from_environment())
        self.room.desk.set_lesson(lesson)
        return f"All pages get the lesson “{lesson.title}”."

    def _clear(self, _: bytes) -> str:
        self.room.desk.clear()
        return "The results are cleared."


def _number(content: bytes) -> int:
    try:
        number = json.loads(content)
    except (ValueError, RecursionError):
        number = None
    if type(number) is not int or not EVERYBODY < number < 10_000:
        raise HTTPError(400, reason="No page has this number")
    return number


TEACHER_HANDLERS: list[tuple[Any, ...]] = [
    (f"/{PATH}", TeacherPage),
    (f"/{PATH}/view", TeacherView),
    (f"/{PATH}/results.csv", TeacherTable),
    (f"/{PATH}/(stop|lesson|lesson-file|clear)", TeacherWish),
]
