"""What ``nncompare serve`` does for all its tabs: one engine, the same limits for everybody, and tidying up."""

import argparse
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from nncompare.engine.supervisor import EngineSupervisor
from nncompare.environment import environment, set_for_children
from nncompare.errors import UserError
from nncompare.lessons import Lesson, LessonError, built_in_lessons, find_lesson
from nncompare.limits import Limits
from nncompare.memory import BudgetError
from nncompare.store import home_folder, remove_forgotten

_TIDY_SECONDS = 24 * 60 * 60.0


def add_flags(parser: argparse.ArgumentParser) -> None:
    """Add a flag for every limit: ``--most-minutes MINUTES``, ``--grace SECONDS``."""
    for name, field in Limits.model_fields.items():
        flag = "--" + name.removesuffix("_seconds").replace("_", "-")
        metavar = name.rpartition("_")[2].upper()
        parser.add_argument(flag, dest=name, metavar=metavar, help=field.description)


def set_lesson(name_or_file: str | None, limits: Limits) -> None:
    """Have every page open with a lesson: the one that is named, else that of the environment.

    Raises
    ------
    UserError
        When it cannot be read, or asks for more than the limits allow.
    """
    name = name_or_file or environment().lesson
    if not name:
        return
    try:
        lesson = find_lesson(name)
    except LessonError as error:
        raise UserError(str(error)) from None
    require_allowed(lesson, limits)
    # Pages have a working folder of their own.
    set_for_children({"lesson": name if name in built_in_lessons() else Path(name).resolve()})


def require_allowed(lesson: Lesson, limits: Limits) -> None:
    """Raise UserError where a lesson asks for more than the limits allow."""
    if problems := limits.problems(lesson.settings):
        raise UserError(f"The lesson {lesson.name} cannot be trained here. {' '.join(problems)}")


@contextmanager
def classroom(limits: Limits) -> Iterator[None]:
    """Run an engine for all kernels that are started meanwhile, and hold them to the limits.

    Raises
    ------
    UserError
        When the engine cannot be started.
    """
    set_for_children({**limits.model_dump(exclude_none=True), "class_id": secrets.token_hex(8)})
    with _tidied(), _engine():
        yield


@contextmanager
def _tidied() -> Iterator[None]:
    """Remove now, and once a day, what visitors have saved who do not come any more."""
    is_over = threading.Event()

    def tidy() -> None:
        remove_forgotten(home_folder())
        while not is_over.wait(_TIDY_SECONDS):
            remove_forgotten(home_folder())

    threading.Thread(target=tidy, name="nncompare-tidy", daemon=True).start()
    try:
        yield
    finally:
        is_over.set()


@contextmanager
def _engine() -> Iterator[None]:
    if environment().scheduler:  # a Dask cluster trains for this server
        yield
        return
    try:
        engine = EngineSupervisor()
    except OSError as error:
        raise UserError(f"The workers could not be started: {error.strerror}. Fix that, then start again.") from None
    except BudgetError as error:
        raise UserError(str(error)) from None
    set_for_children({"engine": engine.file})
    try:
        yield
    finally:
        engine.close()
