"""The lessons that a teacher can set for the whole class: those that the server offers, and a file of one's own."""

from collections.abc import Mapping
from contextlib import suppress

from nncompare.environment import environment
from nncompare.errors import UserError
from nncompare.lessons import Lesson, LessonError, built_in_lessons, find_lesson


def titles() -> dict[str, str]:
    """Return the titles of the lessons on offer, by name."""
    return {name: lesson.title for name, lesson in _on_offer().items()}


def text_of(name: str) -> str:
    """Return a lesson that is on offer, as JSON.

    Raises
    ------
    UserError
        When there is none with this name.
    """
    lesson = _on_offer().get(name)
    if lesson is None:
        raise UserError(f"There is no lesson named {name[:40]!r}.")
    return lesson.to_json()


def checked(content: bytes) -> str:
    """Return the text of a lesson that somebody has written.

    Raises
    ------
    UserError
        When it is no lesson.
    """
    try:
        return Lesson.from_json(content).to_json()
    except LessonError as error:
        raise UserError(f"The lesson was not taken. {error}") from None


def _on_offer() -> Mapping[str, Lesson]:
    """Return the lesson that the server was started with, and those that are built in."""
    found = {}
    if own := environment().lesson:
        with suppress(LessonError):  # its file was taken away or changed meanwhile
            lesson = find_lesson(own)
            found[lesson.name] = lesson
    return {**found, **built_in_lessons()}
