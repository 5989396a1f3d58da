"""The first minute: `make run` with whatever Python there is, and again when that has been put right.

Python is played by small scripts, so nothing is installed.
"""

import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
NEWER, OLDER = (3, 11, 9), (3, 10, 12)

# Says that it is of another version, and makes environments of copies of itself.
PYTHON = """#!{python}
import sys
from pathlib import Path

VERSION, HAS_ENSUREPIP = {version}, {has_ensurepip}
words, here = sys.argv[1:], Path(sys.argv[0])
with open({log!r}, "a") as log:
    print(*VERSION[:2], *words[:3] if words[0] == "-m" else words[:1], file=log)
if words[0] == "-c":
    sys.version_info, sys.argv = (*VERSION, "final", 0), ["-c", *words[2:]]
    if not HAS_ENSUREPIP:
        sys.modules["ensurepip"] = None
        if here.name == "python":
            sys.modules["pip"] = None
    exec(words[1])
elif words[:2] == ["-m", "venv"]:
    made = Path(words[2], "bin", "python")
    made.parent.mkdir(parents=True, exist_ok=True)
    if not made.exists():
        made.write_text(Path(__file__).read_text())
        made.chmod(0o755)
    sys.exit(0 if HAS_ENSUREPIP else "ensurepip is not available")
elif words[:2] == ["-m", "pip"]:
    if VERSION < (3, 11) or not HAS_ENSUREPIP:
        sys.exit("ResolutionImpossible, or there is no pip")
    nncompare = here.with_name("nncompare")
    nncompare.write_text("#!/bin/sh\\necho served by %d.%d\\n" % VERSION[:2])
    nncompare.chmod(0o755)
"""


class Checkout:
    """A fresh clone, as far as `make run` looks at it, and a python3 in the path."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path, self._log = folder / "clone", folder / "bin", folder / "log"
        self.folder.mkdir()
        self.path.mkdir()
        for name in ("Makefile", "pyproject.toml", "constraints.txt"):
            shutil.copy(ROOT / name, self.folder)

    @property
    def venv(self) -> Path:
        return self.folder / ".venv"

    def install(self, version: tuple[int, int, int], *, has_ensurepip: bool = True) -> None:
        file = self.path / "python3"
        told = {"python": sys.executable, "version": version, "has_ensurepip": has_ensurepip, "log": str(self._log)}
        file.write_text(PYTHON.format(**told))
        file.chmod(0o755)

    def make(self, *words: str) -> subprocess.CompletedProcess[str]:
        self._log.write_text("")
        inherited = {name: value for name, value in os.environ.items() if name not in ("MAKEFLAGS", "MAKELEVEL")}
        environment = {**inherited, "PATH": f"{self.path}:/usr/bin:/bin"}
        command = ["make", *(words or ["run"])]
        return subprocess.run(command, cwd=self.folder, env=environment, capture_output=True, text=True, timeout=60)

    def asked(self) -> list[str]:
        return self._log.read_text().splitlines()


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


def assert_served(done: subprocess.CompletedProcess[str]) -> None:
    assert (done.returncode, done.stdout.splitlines()[-1:]) == (0, ["served by 3.11"]), done.stdout + done.stderr


def test_an_old_python_is_told_before_anything_is_made_and_a_newer_one_works_then(checkout: Checkout) -> None:
    checkout.install(OLDER)
    done = checkout.make()
    assert done.returncode != 0
    assert "nncompare needs Python 3.11 or newer, and python3 is Python 3.10. Install a newer one" in done.stderr
    assert not checkout.venv.exists()
    checkout.install(NEWER)
    assert_served(checkout.make())


def test_what_an_old_python_left_half_made_is_made_anew(checkout: Checkout) -> None:
    checkout.install(OLDER)
    subprocess.run([checkout.path / "python3", "-m", "venv", checkout.venv], check=True, timeout=60)
    checkout.install(NEWER)
    assert_served(checkout.make())


def test_a_debian_without_python3_venv_is_told_the_package_and_works_with_it(checkout: Checkout) -> None:
    checkout.install(NEWER, has_ensurepip=False)
    done = checkout.make()
    assert done.returncode != 0
    assert "sudo apt install python3.11-venv" in done.stderr
    assert not checkout.venv.exists()
    checkout.install(NEWER)
    assert_served(checkout.make())


def test_an_environment_without_pip_is_made_anew(checkout: Checkout) -> None:
    checkout.install(NEWER, has_ensurepip=False)
    subprocess.run([checkout.path / "python3", "-m", "venv", checkout.venv], capture_output=True, timeout=60)
    assert (checkout.venv / "bin" / "python").exists()
    checkout.install(NEWER)
    assert_served(checkout.make())


def test_an_environment_whose_python_is_gone_is_made_anew(checkout: Checkout, tmp_path: Path) -> None:
    checkout.install(NEWER)
    assert_served(checkout.make())
    (checkout.venv / "bin" / "python").unlink()
    (checkout.venv / "bin" / "python").symlink_to(tmp_path / "gone")
    (checkout.venv / "bin" / "nncompare").write_text("#!/gone/python\n")
    assert_served(checkout.make())


def test_a_whole_environment_is_kept_whatever_python_is_in_the_path(checkout: Checkout) -> None:
    checkout.install(NEWER)
    assert_served(checkout.make())
    checkout.install(OLDER)
    assert_served(checkout.make())
    assert not [line for line in checkout.asked() if "pip" in line], "nothing is installed twice"
    (checkout.venv / "mine").touch()
    os.utime(checkout.folder / "pyproject.toml", (2**32, 2**32))
    assert_served(checkout.make())
    assert [line for line in checkout.asked() if "pip" in line], "what pyproject.toml asks for is installed"
    assert (checkout.venv / "mine").exists()


def test_a_python_that_is_not_there_is_told(checkout: Checkout) -> None:
    done = checkout.make("run", "PYTHON=no-such-python")
    assert done.returncode != 0
    assert "There is no no-such-python. nncompare needs Python 3.11 or newer" in done.stderr
    assert not checkout.venv.exists()


def test_the_makefile_asks_for_the_python_of_the_project() -> None:
    lowest = re.search(r"[\d.]+", PROJECT["requires-python"])
    assert lowest is not None
    numbers = f"({lowest[0].replace('.', ', ')})"
    makefile = (ROOT / "Makefile").read_text("utf-8")
    assert set(re.findall(r"version_info [<>=]+ \(\d+, \d+\)", makefile)) == {
        f"version_info < {numbers}",
        f"version_info >= {numbers}",
    }
    assert set(re.findall(r"Python ([\d.]+) or newer", makefile)) == {lowest[0]}
