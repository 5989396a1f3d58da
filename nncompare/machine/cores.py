"""How many cores this process may use, with the source of each figure."""

import math
import os
from dataclasses import dataclass

import psutil

from nncompare.environment import CORE_LIMIT, environment
from nncompare.machine.cgroups import control_groups, read_number, read_words


@dataclass(frozen=True)
class CoreReading:
    """A number of usable cores and its source; a quota of a control group may be a fraction, such as 1.5."""

    cores: float
    source: str


def usable_cores() -> int:
    """Return the usable cores: the least of the affinity, every quota and ``CPU_LIMIT``, rounded down, at least 1."""
    return max(1, int(min(reading.cores for reading in core_readings())))


def core_readings() -> list[CoreReading]:
    """Return every known limit of the cores, each with its source."""
    return [_affinity(), *_quotas(), *_environment_reading()]


def _affinity() -> CoreReading:
    if hasattr(psutil.Process, "cpu_affinity"):  # not on macOS
        return CoreReading(len(psutil.Process().cpu_affinity()), "affinity")
    return CoreReading(os.cpu_count() or 1, "the system")


def _quotas() -> list[CoreReading]:
    readings = []
    for folder in control_groups("cpu"):
        words = read_words(folder / "cpu.max")
        if len(words) == 2 and all(word.isdigit() for word in words) and int(words[1]):
            readings.append(CoreReading(int(words[0]) / int(words[1]), str(folder / "cpu.max")))
        quota, period = (read_number(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
        if quota and period:
            readings.append(CoreReading(quota / period, str(folder / "cpu.cfs_quota_us")))
    return readings


def _environment_reading() -> list[CoreReading]:
    try:
        cores = float(environment().core_limit)
    except ValueError:
        return []
    return [CoreReading(cores, CORE_LIMIT)] if 0 < cores < math.inf else []
