"""The package as users install it."""

import subprocess
import sys
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder


def build_wheel(source: Path, folder: Path) -> Path:
    return Path(next(WheelBuilder(str(source)).build(directory=str(folder))))


def install(wheel: Path, folder: Path) -> Path:
    """Install it without its dependencies; return the folder for `PYTHONPATH`."""
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", str(folder)]
    subprocess.run([*pip, str(wheel)], check=True, timeout=60)
    return folder
