"""A file of the user is replaced whole, or not at all."""

import errno
import os
import stat
from pathlib import Path

import pytest

from nncompare.whole_file import replace_file, replaceable

OLD, NEW = b"what was there before", b"new " * 1_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    file = tmp_path / "report.html"
    file.write_bytes(OLD)
    return file


def test_a_new_file_has_the_usual_permissions(tmp_path: Path) -> None:
    usual = tmp_path / "usual"
    usual.write_bytes(OLD)
    replace_file(tmp_path / "report.html", NEW)
    assert (tmp_path / "report.html").read_bytes() == NEW
    assert (tmp_path / "report.html").stat().st_mode == usual.stat().st_mode


def test_what_is_there_is_replaced_and_keeps_its_permissions(file: Path) -> None:
    file.chmod(0o640)
    os.utime(file, (1, 1))  # the clock of a file system may be too coarse to tell one moment from the next
    before = file.stat()
    replace_file(file, NEW)
    assert file.read_bytes() == NEW
    assert stat.S_IMODE(file.stat().st_mode) == 0o640
    assert file.stat().st_ino != before.st_ino, "it was not written in place"
    assert file.stat().st_mtime_ns > before.st_mtime_ns
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
@pytest.mark.parametrize(("owner", "name"), [(os, "fsync"), (Path, "replace")])
def test_where_writing_breaks_off_all_is_as_before(
    file: Path, owner: object, name: str, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(owner, name, fail)
    with pytest.raises(type(error)):
        replace_file(file, NEW)
    assert file.read_bytes() == OLD
    assert os.listdir(file.parent) == [file.name]


@pytest.mark.parametrize("has_target", [True, False])
def test_of_a_link_the_target_is_replaced(tmp_path: Path, has_target: bool) -> None:
    (tmp_path / "away").mkdir()
    target, link = tmp_path / "away" / "target.html", tmp_path / "link.html"
    link.symlink_to("away/target.html")
    if has_target:
        target.write_bytes(OLD)
    replace_file(link, NEW)
    assert os.readlink(link) == "away/target.html"
    assert target.read_bytes() == NEW


def test_links_in_a_circle_are_refused(tmp_path: Path) -> None:
    (tmp_path / "one").symlink_to("two")
    (tmp_path / "two").symlink_to("one")
    with pytest.raises(OSError, match="symbolic links"):
        replace_file(tmp_path / "one", NEW)
    assert (tmp_path / "one").is_symlink()


def test_a_pipe_is_written_to() -> None:
    reading, writing = os.pipe()
    try:
        replace_file(f"/dev/fd/{writing}", NEW)
        assert os.read(reading, len(NEW) + 1) == NEW
    finally:
        os.close(reading)
        os.close(writing)


@pytest.mark.usefixtures("no_rights_of_root")
@pytest.mark.parametrize("is_folder", [True, False])
def test_what_may_not_be_written_is_left_alone(file: Path, is_folder: bool) -> None:
    protected = file.parent if is_folder else file
    protected.chmod(0o555 if is_folder else 0o444)
    try:
        with pytest.raises(PermissionError):
            replaceable(file)
        with pytest.raises(PermissionError):
            replace_file(file, NEW)
    finally:
        protected.chmod(0o755)
    assert file.read_bytes() == OLD


@pytest.mark.parametrize("name", ["", "missing/report.html", "report.html/report.html"])
def test_what_is_no_place_for_a_file_is_told_before(file: Path, name: str) -> None:
    with pytest.raises(OSError, match="directory"):
        replaceable(file.parent / name)
