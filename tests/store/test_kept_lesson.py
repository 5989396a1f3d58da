"""The lesson and the guess that a comparison is trained for: kept with it, and only taken as they were written."""

import json
import shutil
from pathlib import Path

import pytest
from any_records import record
from pydantic import ValidationError

from nncompare.config import Comparison
from nncompare.lessons import GuessedLesson, built_in_lessons
from nncompare.store import RunFolder, Store
from nncompare.store.files import write_folder

DIGITS = Comparison(dataset="synthetic-digits")
DROPOUT = GuessedLesson(lesson=built_in_lessons()["dropout"], guess=8.0)
LUCK = GuessedLesson(lesson=built_in_lessons()["luck"], guess="same")


def lesson_of(store: Store) -> GuessedLesson | None:
    (summary,) = store.summaries()
    return store.open(summary.id).load().lesson


def begun(store: Store, lesson: GuessedLesson | None = DROPOUT) -> RunFolder:
    made = store.create(DIGITS, lesson)
    made.save(0, "A", record())
    return made


def lesson_folder(store: Store, folder: RunFolder) -> Path:
    return store.home / "runs" / folder.id / "lesson"


@pytest.mark.parametrize("lesson", [DROPOUT, LUCK, None])
def test_it_is_there_when_the_comparison_is_opened(store: Store, lesson: GuessedLesson | None) -> None:
    begun(store, lesson)
    assert lesson_of(store) == lesson


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"8"', b"{}", b"\xff", b"[" * 10_000])
def test_a_damaged_one_is_left_out(store: Store, content: bytes) -> None:
    folder = lesson_folder(store, begun(store))
    (folder / "lesson.json").write_bytes(content)
    assert lesson_of(store) is None


@pytest.mark.parametrize(
    "changes",
    [{"guess": 101.0}, {"guess": "A"}, {"guess": "8"}, {"guess": True}, {"guess": None}, {"more": 1}, {"lesson": {}}],
)
def test_one_that_no_page_has_written_is_left_out(store: Store, changes: dict[str, object]) -> None:
    """Its checksums are right: somebody has taken the trouble."""
    folder = lesson_folder(store, begun(store))
    shutil.rmtree(folder)
    write_folder(folder, {"lesson.json": json.dumps(json.loads(DROPOUT.model_dump_json()) | changes).encode()})
    assert lesson_of(store) is None


def test_a_guess_is_one_that_the_lesson_takes() -> None:
    for lesson, guess in (("dropout", "A"), ("dropout", 1e9), ("luck", 1.0), ("luck", "C")):
        with pytest.raises(ValidationError):
            GuessedLesson.model_validate({"lesson": built_in_lessons()[lesson], "guess": guess})
