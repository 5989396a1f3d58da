"""The wheel and the sdist: what is in them, and that the dashboard is served from an installed one."""

import os
import subprocess
import sys
import tarfile
import tomllib
import venv
from email import message_from_bytes
from pathlib import Path
from zipfile import ZipFile

import pytest
from browser import Browser
from hatchling.builders.sdist import SdistBuilder
from hosts import voila
from wheels import build_wheel

import nncompare

ROOT = Path(__file__).parents[1]


def content(wheel: Path) -> dict[str, bytes]:
    with ZipFile(wheel) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_the_wheel_holds_the_package_and_the_notebook(wheel: Path) -> None:
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "nncompare").rglob("*") if path.is_file()}
    package = {name for name in files if "__pycache__" not in name}
    held = {name for name in content(wheel) if ".dist-info/" not in name}
    assert "nncompare/py.typed" in package
    assert held == package | {"nncompare/server/dashboard.ipynb"}


def test_the_version_is_written_in_one_place(wheel: Path) -> None:
    (metadata,) = (data for name, data in content(wheel).items() if name.endswith(".dist-info/METADATA"))
    assert message_from_bytes(metadata)["Version"] == nncompare.__version__
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert ("version" in project, project["dynamic"]) == (False, ["version"])


def test_the_sdist_builds_the_same_wheel(wheel: Path, tmp_path: Path) -> None:
    sdist = next(SdistBuilder(str(ROOT)).build(directory=str(tmp_path)))
    with tarfile.open(sdist) as archive:
        archive.extractall(tmp_path, filter="data")
    source = tmp_path / Path(sdist).name.removesuffix(".tar.gz")
    assert content(build_wheel(source, tmp_path / "again")) == content(wheel)


def test_an_installed_wheel_brings_its_notebook(installed: Path, tmp_path: Path) -> None:
    """That it serves the dashboard, and how, is said by server/test_served_process."""
    script = "import nncompare.server.serve as serve; print(serve.__file__, serve.notebook_path())"
    found = subprocess.run(
        [sys.executable, "-P", "-c", script],
        env={**os.environ, "PYTHONPATH": str(installed)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
    ).stdout.split()
    assert found == [str(installed / "nncompare" / "server" / name) for name in ("serve.py", "dashboard.ipynb")]


@pytest.mark.skipif(
    os.environ.get("NNCOMPARE_EMPTY_ENVIRONMENT") != "1",
    reason="NNCOMPARE_EMPTY_ENVIRONMENT=1 asks for it: make wheel-check",
)
@pytest.mark.timeout(1_800)
def test_the_wheel_trains_and_serves_in_an_empty_environment(wheel: Path, user_cache: Path, tmp_path: Path) -> None:
    """All dependencies are installed, which takes minutes and a network."""
    venv.create(tmp_path / "empty", with_pip=True)
    scripts = tmp_path / "empty" / Path(sys.executable).parent.name
    constraints = ROOT / "constraints.txt"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    pip = [str(scripts / "pip"), "install", "--quiet", "--constraint", str(constraints), str(wheel)]
    subprocess.run(pip, check=True, cwd=tmp_path, env=environment)
    models = ["--a", "channels=1,epochs=1", "--b", "channels=2,epochs=1"]
    command = [str(scripts / "nncompare"), "compare", "--dataset", "synthetic-digits", *models]
    subprocess.run(command, check=True, cwd=tmp_path, env=environment)
    with voila(tmp_path / "served", user_cache, {"PYTHONPATH": ""}, scripts=scripts) as host:
        assert Browser(host).sign_in().open_page()
