"""Writes constraints with the lowest version of everything that pyproject.toml names for users; see `make lowest`.

The tools of the tests, and packages that are named after the file, stay at the tested version. What all of them need is
left to pip.
"""

import re
import sys
import tomllib
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


def lowest_versions() -> dict[str, str]:
    """Return the lower bound of each dependency."""
    return dict(re.findall(r"^([\w.-]+)>=([\w.]+)", "\n".join(PROJECT["dependencies"]), re.MULTILINE))


def tested(names: Collection[str]) -> list[str]:
    """List the lines of constraints.txt that pin these packages."""
    wanted = {_plain(name) for name in names}
    pins = (ROOT / "constraints.txt").read_text("utf-8").splitlines()
    return [pin for pin in pins if _plain(pin.partition("==")[0]) in wanted]


def constraints(kept: Collection[str]) -> str:
    """Return the text of the file; the packages that are `kept` stay at the tested version."""
    tools = [re.split("[>=]", line)[0] for line in PROJECT["optional-dependencies"]["test"]]
    pins = [f"{name}=={version}" for name, version in lowest_versions().items() if name not in kept]
    return "\n".join([*pins, *tested([*tools, *kept]), ""])


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(constraints(sys.argv[2:]), "utf-8")
