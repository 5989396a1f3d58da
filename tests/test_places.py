"""A user without a home directory, one that cannot be written to, and file systems without locks."""

import errno
import fcntl
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from filelock import Timeout

from nncompare import places
from nncompare.config import Comparison
from nncompare.store import Store

FOLDERS = (places.data_folder, places.cache_folder, places.runtime_folder)


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Return the folder for temporary files; nothing but the home directory says where this user's files are."""
    for variable in ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_RUNTIME_DIR", "NNCOMPARE_HOME", "NNCOMPARE_DATA_DIR"):
        monkeypatch.delenv(variable, raising=False)
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    places._stand_in.cache_clear()
    yield folder
    places._stand_in.cache_clear()


def no_home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As for a user without a passwd entry: a container that is run with any number."""
    monkeypatch.delenv("HOME", raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)


def a_file(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home").write_text("")
    monkeypatch.setenv("HOME", str(folder / "home"))


def a_home_that_cannot_be_written(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "home").mkdir(mode=0o500)
    monkeypatch.setenv("HOME", str(folder / "home"))


def nowhere(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "all").mkdir(mode=0o500)
    monkeypatch.setenv("HOME", str(folder / "all" / "nobody"))


Home = Callable[[Path, pytest.MonkeyPatch], None]
homes = pytest.mark.parametrize("home", [no_home, a_file, a_home_that_cannot_be_written, nowhere])


@homes
def test_without_a_home_everything_lies_among_temporary_files(
    home: Home, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, no_rights_of_root: None
) -> None:
    home(tmp_path, monkeypatch)
    for folder in (find() for find in FOLDERS):
        assert folder.is_relative_to(temporary) or folder.is_relative_to(f"/run/user/{os.geteuid()}"), folder
        places.make_private(folder)
    store = Store.default()
    store.create(_comparison()).release()
    assert len(store.summaries()) == 1
    assert Store.default().summaries() == store.summaries()
    private = {path.stat().st_mode & 0o777 for path in temporary.iterdir()}
    assert private == {0o700}


@homes
def test_without_a_home_one_sentence_says_so(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, no_rights_of_root: None
) -> None:
    home(tmp_path, monkeypatch)
    where = Store.default().home
    assert Store.default().note == (
        f"There is no home directory that can be written to. Comparisons are kept in {where}, and may be gone after a "
        "restart. Set NNCOMPARE_HOME to a folder that stays."
    )
    monkeypatch.setenv("NNCOMPARE_HOME", str(tmp_path / "stays"))
    assert Store.default().note == ""


@homes
def test_other_programs_get_a_home(
    home: Home, tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch, no_rights_of_root: None
) -> None:
    home(tmp_path, monkeypatch)
    expected = places.data_folder()
    variables = places.home_for_children()
    assert Path(variables["HOME"]).is_relative_to(temporary)
    monkeypatch.undo()
    script = "from nncompare.store import Store; print(Store.default().home); print(Store.default().note)"
    found = {name: text for name, text in os.environ.items() if not name.startswith(("XDG_", "NNCOMPARE_"))}
    environment = {**found, **variables, "TMPDIR": str(temporary)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, timeout=60, check=True
    )
    where, note = done.stdout.splitlines()
    assert where == str(expected), "they share what is kept"
    assert "may be gone" in note, "which is still among temporary files"


def test_with_a_home_nothing_is_changed(tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert places.home_for_children() == {}
    assert places.data_folder().is_relative_to(tmp_path)
    assert places.cache_folder().is_relative_to(tmp_path)
    assert not places.is_temporary(places.data_folder())
    assert Store.default().note == ""
    assert list(temporary.iterdir()) == []


def test_what_others_have_put_in_its_place_is_not_used(
    tmp_path: Path, temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_file(tmp_path, monkeypatch)
    taken = temporary / f"nncompare-home-{os.geteuid()}"
    taken.mkdir()
    taken.chmod(0o777)
    folder = places.data_folder()
    assert not folder.is_relative_to(taken)
    assert places.is_temporary(folder)
    assert folder == places.data_folder(), "always the same"
    (made,) = [path for path in temporary.iterdir() if path != taken]
    assert stat.S_IMODE(made.stat().st_mode) == 0o700


@pytest.mark.skipif(sys.platform != "linux", reason="a file is known by its number in /proc")
@pytest.mark.parametrize("code", [errno.ENOLCK, errno.EOPNOTSUPP])
def test_where_a_file_system_has_no_locks_those_of_this_machine_do(
    code: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on NFS without its lock service."""
    real, home = fcntl.flock, tmp_path / "home"
    refused = []

    def flock(fd: int, operation: int) -> None:
        if os.readlink(f"/proc/self/fd/{fd}").startswith(str(home)):
            refused.append(fd)
            raise OSError(code, os.strerror(code))
        real(fd, operation)

    monkeypatch.setattr(fcntl, "flock", flock)
    store, other = Store(home), Store(home)
    folder = store.create(_comparison())
    assert refused
    assert other.open(folder.id).is_open
    with pytest.raises(OSError, match="could not be acquired") as told:
        places.acquire(home / "locks" / folder.id, 0)
    assert isinstance(told.value, Timeout)
    folder.release()
    assert not other.open(folder.id).is_open
    other.delete(folder.id)
    assert store.summaries() == []


def test_an_error_that_is_not_about_locks_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        places.acquire(tmp_path / "file" / "lock", 0)


def _comparison() -> Comparison:
    return Comparison(b=None)
