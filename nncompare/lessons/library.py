"""The lessons that there are: those that come with the program, and files."""

from functools import cache
from importlib.resources import files
from pathlib import Path

from nncompare.lessons.lesson import LARGEST_BYTES, Lesson, LessonError

_ORDER = (
    "width",
    "depth",
    "batch-size",
    "learning-rate-low",
    "learning-rate-high",
    "adam-or-sgd",
    "momentum",
    "dropout",
    "weight-decay",
    "schedule",
    "label-smoothing",
    "luck",
    "accumulation",
    "images",
    "ninety-nine",
)


@cache
def built_in_lessons() -> dict[str, Lesson]:
    """Return the lessons that come with the program, by name, in the order in which they are offered."""
    folder = files("nncompare.lessons") / "files"
    return {name: Lesson.from_json((folder / f"{name}.json").read_bytes()) for name in _ORDER}


def find_lesson(name_or_file: str | Path) -> Lesson:
    """Return the built-in lesson of this name, else the one in the file.

    Raises
    ------
    LessonError
        With a sentence that names the file, where it cannot be read or is no lesson.
    """
    if (built_in := built_in_lessons().get(str(name_or_file))) is not None:
        return built_in
    path = Path(name_or_file)
    try:
        with path.open("rb") as stream:
            return Lesson.from_json(stream.read(LARGEST_BYTES + 1))
    except OSError as error:
        if name_or_file == path.name and not path.suffix:
            raise LessonError(f"There is no lesson named {path.name}. There are {', '.join(_ORDER)}.") from None
        raise LessonError(f"The lesson {path.name or path} cannot be read: {error.strerror}.") from None
    except LessonError as error:
        raise LessonError(f"The lesson {path.name} was not taken. {error}") from None
