"""The teacher's page, what it asks every two seconds, and what can be wanted there."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from markupsafe import Markup
from tornado.web import HTTPError

from nncompare.engine.class_board import EVERYBODY, LONGEST_LESSON
from nncompare.engine.class_report import lesson_title
from nncompare.errors import UserError
from nncompare.server import teacher_lessons
from nncompare.server.auth import ADDRESS
from nncompare.server.class_table import class_table
from nncompare.server.qr_code import qr_picture
from nncompare.server.room_address import room_url
from nncompare.server.teacher_access import PATH, REQUIRED, TeacherHandler
from nncompare.server.teacher_view import class_view

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
        """Answer with the page."""
        address = self.settings[ADDRESS]
        url = room_url(address, self.request)
        self.write_page(
            "teacher.html",
            has_scripts=True,
            url=url,
            token=address.token,
            qr_code=qr_picture(address.with_secret(url), "QR code that opens the page of the class"),
            is_reachable=address.is_for_others,
            longest=LONGEST_LESSON,
            style=_STYLE,
            lessons=teacher_lessons.titles(),
            xsrf=self.xsrf_token.decode(),
        )

    def write_error(self, status_code: int, **details: Any) -> None:
        """Ask for the token where it is missing."""
        if self._reason == REQUIRED:
            self.write_page("teacher_sign_in.html", is_wrong="token" in self.request.query_arguments)
        else:
            super().write_error(status_code, **details)


class TeacherView(TeacherHandler):
    """What changes on the page, as JSON."""

    def get(self) -> None:
        """Answer with what was found at the last look."""
        self.finish(class_view(self.room.desk.look()))


class TeacherTable(TeacherHandler):
    """The results of the class as one file."""

    def get(self) -> None:
        """Answer with the table."""
        self.set_header("Content-Type", "text/csv; charset=utf-8")
        self.set_header("Content-Disposition", 'attachment; filename="class-results.csv"')
        self.finish(class_table(self.room.desk.look().outcomes))


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
            return "Everything that trains is stopped."
        number = _number(content)
        self.room.desk.stop(number)
        return f"Page {number} is stopped."

    def _set_lesson(self, content: bytes) -> str:
        if not content:
            self.room.desk.set_lesson("", "")
            return "No lesson is set any more."
        text = teacher_lessons.text_of(content.decode(errors="replace"))
        return self._set(text)

    def _set_own_lesson(self, content: bytes) -> str:
        return self._set(teacher_lessons.checked(content))

    def _set(self, text: str) -> str:
        title = lesson_title(text)
        self.room.desk.set_lesson(text, title)
        return f"All pages get the lesson “{title}”."

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
