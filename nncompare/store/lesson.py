"""The lesson that a saved comparison is trained for, and the guess before it."""

from pathlib import Path

from pydantic import ValidationError

from nncompare.lessons import GuessedLesson
from nncompare.store.errors import StoreError
from nncompare.store.files import read_folder, write_folder

LESSON, _FILE = "lesson", "lesson.json"


def read_lesson(folder: Path) -> GuessedLesson | None:
    """Read the lesson from the folder of a comparison; None where there is none, or what is there is no whole one."""
    try:
        return GuessedLesson.model_validate_json(read_folder(folder / LESSON, (_FILE,))[_FILE])
    except (StoreError, ValidationError):
        return None


def write_lesson(folder: Path, lesson: GuessedLesson) -> None:
    """Write the lesson into the folder of a new comparison."""
    write_folder(folder / LESSON, {_FILE: lesson.model_dump_json(indent=1).encode()})
