"""The lessons that a teacher can set for the whole class: those that are built in, and a file of one's own."""

import json

from nncompare.engine.class_board import LONGEST_LESSON
from nncompare.engine.class_report import lesson_title
from nncompare.errors import UserError


def built_in() -> dict[str, str]:
    """Return the titles of the lessons that are built in, by name."""
    return {}


def built_in_text(name: str) -> str:
    """Return a lesson that is built in, as JSON.

    Raises
    ------
    UserError
        When there is none with this name.
    """
    raise UserError(f"There is no lesson named {name[:40]!r}.")


def checked(content: bytes) -> str:
    """Return the text of a lesson that somebody has written.

    Raises
    ------
    UserError
        When it is no lesson.
    """
    if len(content) > LONGEST_LESSON:
        raise UserError(f"A lesson is a file of at most {LONGEST_LESSON // 1000} kB; this one is larger.")
    try:
        text = content.decode("utf-8-sig")
        is_lesson = isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        is_lesson = False
    if not is_lesson:
        raise UserError("This file is no lesson: a lesson is written in JSON.")
    if not lesson_title(text):
        raise UserError("This file is no lesson: it has no title.")
    return text
