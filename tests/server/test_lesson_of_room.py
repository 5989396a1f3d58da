"""``nncompare serve --lesson``: looked at before anything is served, and found by every page."""

import os
from pathlib import Path

import pytest

from nncompare.errors import UserError
from nncompare.lessons import built_in_lessons
from nncompare.limits import Limits
from nncompare.server.classroom import set_lesson
from nncompare.ui.page_address import lesson_of_room


@pytest.fixture(autouse=True)
def no_lesson(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NNCOMPARE_LESSON", "")


def test_a_built_in_lesson_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    set_lesson("dropout", Limits())
    assert lesson_of_room() == (built_in_lessons()["dropout"], "")


def test_a_file_is_found_from_any_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_text(built_in_lessons()["width"].to_json(), encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    set_lesson("mine.json", Limits())
    monkeypatch.chdir("/")
    assert lesson_of_room() == (built_in_lessons()["width"], "")
    assert Path(os.environ["NNCOMPARE_LESSON"]).is_absolute()


def test_without_one_there_is_none() -> None:
    set_lesson(None, Limits())
    assert lesson_of_room() == (None, "")


def test_the_environment_may_name_it_too(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("NNCOMPARE_LESSON", str(tmp_path / "nowhere.json"))
    with pytest.raises(UserError, match=r"^The lesson nowhere\.json cannot be read: No such file or directory\.$"):
        set_lesson(None, Limits())


def test_every_lesson_fits_the_limits_that_the_readme_recommends() -> None:
    limits = Limits(most_epochs=30, most_channels=32, most_minutes=5)
    assert [name for name, lesson in built_in_lessons().items() if limits.exceeded(lesson.settings)] == []


def test_a_lesson_beyond_the_limits_is_refused() -> None:
    with pytest.raises(UserError, match=r"The lesson dropout cannot be trained here\. Model A: Epochs must be at most"):
        set_lesson("dropout", Limits(most_epochs=2))
