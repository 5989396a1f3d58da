"""pyproject.toml gives ranges, constraints.txt pins what was tested, environment.yml says the same to conda."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]

# What conda-forge calls otherwise than PyPI.
CONDA_NAMES = {"torch": "pytorch", "matplotlib": "matplotlib-base"}
# In environment.yml, yet no package of the project's.
CONDA_TOOLS = {"python", "pip"}


def requirements(lines: list[str]) -> dict[str, SpecifierSet]:
    parsed = [Requirement(line) for line in lines]
    return {canonicalize_name(requirement.name): requirement.specifier for requirement in parsed}


RUNTIME = requirements(PROJECT["dependencies"])
TESTING = requirements(PROJECT["optional-dependencies"]["test"])
BENCHMARK = requirements(PROJECT["optional-dependencies"]["keras"])
EVERYTHING = RUNTIME | TESTING | BENCHMARK


def pins() -> dict[str, str]:
    lines = [line.partition("#")[0].strip() for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines()]
    requirements = [Requirement(line) for line in lines if line]
    found: dict[str, str] = {}
    for requirement in requirements:
        (only,) = requirement.specifier
        assert only.operator == "==", f"{requirement} is not pinned"
        found[canonicalize_name(requirement.name)] = only.version
    return found


def conda() -> dict[str, SpecifierSet]:
    entries: list[Any] = yaml.safe_load((ROOT / "environment.yml").read_text("utf-8"))["dependencies"]
    plain = [entry for entry in entries if isinstance(entry, str)]
    # A single = is conda's own and means "this and what begins with it".
    return requirements([re.sub(r"(?<![=<>!~])=(?!=)(\S+)", r"==\1.*", entry) for entry in plain])


@pytest.mark.parametrize("name", sorted(EVERYTHING))
def test_every_dependency_is_pinned_within_its_range(name: str) -> None:
    wanted = EVERYTHING[name]
    assert name in pins(), f"constraints.txt does not pin {name}"
    assert wanted.contains(pins()[name], prereleases=True), f"{name} {pins()[name]} is not {wanted}"


def test_every_dependency_has_a_lower_bound() -> None:
    assert [name for name, range_ in EVERYTHING.items() if not any(s.operator == ">=" for s in range_)] == []


def test_conda_users_get_the_same_packages_in_the_same_ranges() -> None:
    told = {name: range_ for name, range_ in conda().items() if name not in CONDA_TOOLS}
    names = {CONDA_NAMES.get(name, name) for name in RUNTIME}
    # Either name of a package that has two will do.
    told = {name if name in names else CONDA_NAMES.get(name, name): range_ for name, range_ in told.items()}
    runtime = {CONDA_NAMES.get(name, name): range_ for name, range_ in RUNTIME.items()}
    assert {name: range_ for name, range_ in told.items() if name in runtime} == runtime
    assert set(told) - set(runtime) <= {CONDA_NAMES.get(name, name) for name in TESTING}


def test_conda_users_get_the_same_python() -> None:
    wanted = SpecifierSet(PROJECT["requires-python"])
    lowest = next(iter(wanted)).version
    assert conda()["python"].contains(lowest) or str(conda()["python"]) == str(wanted)
    assert not conda()["python"].contains("3.10.99")


def test_the_lowest_versions_are_pinned_for_the_job_that_tests_them(tmp_path: Path) -> None:
    lowest = {name: next(s.version for s in range_ if s.operator == ">=") for name, range_ in RUNTIME.items()}
    for kept in ((), ("torch", "torchvision")):
        script, file = ROOT / "tests" / "support" / "lowest.py", tmp_path / "lowest.txt"
        subprocess.run([sys.executable, script, file, *kept], check=True, timeout=60)
        pinned = {name: str(range_) for name, range_ in requirements(file.read_text("utf-8").splitlines()).items()}
        as_tested = {name: f"=={pins()[name]}" for name in (*TESTING, *kept)}
        assert pinned == {name: f"=={version}" for name, version in lowest.items()} | as_tested
