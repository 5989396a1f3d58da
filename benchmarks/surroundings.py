"""On what and of what was measured: the machine, the versions, the commit."""

import os
import platform
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import psutil

from nncompare.machine import physical_memory, usable_cores

ROOT = Path(__file__).parents[1]
_TOLD_FLAGS = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


@dataclass(frozen=True)
class Surroundings:
    """Everything that a figure depends on beside the code; `is_dirty` says that the code was not that of the commit."""

    date: str
    commit: str
    is_dirty: bool
    cpu: str
    cores: int
    memory_gib: float
    instructions: str
    system: str
    python: str
    torch: str
    load_before: float

    def lines(self) -> list[str]:
        """Return it in words, for the head of the table."""
        return [
            f"{self.date}, commit {self.commit}{' with changes' if self.is_dirty else ''}",
            f"{self.cpu}, {self.cores} cores, {self.memory_gib:.0f} GiB, {self.instructions}",
            f"Python {self.python}, torch {self.torch}, {self.system}; load before {self.load_before:.2f}",
        ]


def look_around() -> Surroundings:
    """Find out."""
    flags = _of_cpu("flags").split()
    return Surroundings(
        date=datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC"),
        commit=_git("rev-parse", "--short", "HEAD") or "unknown",
        is_dirty=bool(_git("status", "--porcelain", "--", ".", ":!benchmarks/results")),
        cpu=_of_cpu("model name") or platform.processor() or platform.machine(),
        cores=usable_cores(),
        memory_gib=physical_memory() / 2**30,
        instructions=" ".join(flag for flag in _TOLD_FLAGS if flag in flags) or platform.machine(),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        torch=version("torch"),  # imported here, it would share its memory with the workers that are weighed
        load_before=psutil.getloadavg()[0],
    )


def _of_cpu(key: str) -> str:
    """Return one value of the first processor; empty if the system does not tell."""
    file = Path("/proc/cpuinfo")
    lines = file.read_text(encoding="utf-8").splitlines() if file.is_file() else []
    return next((line.partition(":")[2].strip() for line in lines if line.split(":")[0].strip() == key), "")


def _git(*words: str) -> str:
    environment = {**os.environ, "GIT_OPTIONAL_LOCKS": "0"}
    try:
        done = subprocess.run(["git", *words], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):  # no git, or no checkout
        return ""
    return done.stdout.strip()
