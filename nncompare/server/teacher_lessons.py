"""The lessons that a teacher can set for the whole class: those that are built in, and a file of one's own."""

from nncompare.errors import UserError
from nncompare.lessons import Lesson, LessonError, built_in_lessons


def built_in() -> dict[str, str]:
    """Return the titles of the lessons that are built in, by name."""
    return {name: lesson.title for name, lesson in built_in_lessons().items()}


def built_in_text(name: str) -> str:
    """Return a lesson that is built in, as JSON.

    Raises
    ------
    UserError
        When there is none with this name.
    """
    lesson = built_in_lessons().get(name)
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
