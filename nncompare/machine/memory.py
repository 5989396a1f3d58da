"""How much memory this process may still take, with the source of each figure.

Inside a container psutil reports the whole host, so every control group of the process is read as well. ``MEM_LIMIT``
alone says nothing of what is used: that is what all processes take for which it was set.
"""

from dataclasses import dataclass, replace

import psutil

from nncompare.environment import MEMORY_LIMIT, environment
from nncompare.machine.cgroups import control_groups, read_number, read_statistic
from nncompare.machine.processes import sharing_bytes
from nncompare.machine.promises import promised_to_others

_NO_LIMIT_BYTES = 2**60  # version 1 writes a huge number if there is no limit
_GROUP_FILES = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.high", "memory.current", "inactive_file"),  # beyond this everything is throttled
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)
"""Of version 2 and 1: a limit, what counts towards it, and the part of that which would be given back."""


@dataclass(frozen=True)
class MemoryReading:
    """Available and total bytes, and the source of both; what others were promised is available no more."""

    available_bytes: int
    total_bytes: int
    source: str
    promised_bytes: int = 0


def available_memory() -> MemoryReading:
    """Return the least that psutil, the control groups of this process and ``MEM_LIMIT`` (bytes) leave.

    What trainings of other notebooks were promised, and have not yet taken, is left to them: of ``MEM_LIMIT`` to those
    for which it holds as well.
    """
    readings, promised = memory_readings(), promised_to_others()
    limit = environment().memory_limit
    under_limit = promised_to_others(limit) if promised and limit else 0
    left = [_without(reading, under_limit if reading.source == MEMORY_LIMIT else promised) for reading in readings]
    return min(left, key=lambda reading: reading.available_bytes)


def _without(reading: MemoryReading, promised: int) -> MemoryReading:
    return replace(reading, available_bytes=max(0, reading.available_bytes - promised), promised_bytes=promised)


def least_reading() -> MemoryReading:
    """Return the reading that leaves the least, what others were promised included; below 0 where more is taken."""
    return min(memory_readings(), key=lambda reading: reading.available_bytes)


def physical_memory() -> int:
    """Return the bytes of memory, free or not: the least total of all readings."""
    return min(reading.total_bytes for reading in memory_readings())


def memory_readings() -> list[MemoryReading]:
    """Return every known figure for the available memory, each with its source; below 0 where more is taken."""
    memory = psutil.virtual_memory()
    return [MemoryReading(memory.available, memory.total, "psutil"), *_group_readings(), *_environment_reading()]


def _environment_reading() -> list[MemoryReading]:
    text = environment().memory_limit
    limit = int(text) if text.isdecimal() else 0
    return [MemoryReading(limit - sharing_bytes(), limit, MEMORY_LIMIT)] if limit else []


def _group_readings() -> list[MemoryReading]:
    readings = []
    for folder in control_groups("memory"):
        for limit_name, usage_name, cache_key in _GROUP_FILES:
            limit, usage = read_number(folder / limit_name), read_number(folder / usage_name)
            if limit is not None and usage is not None and limit < _NO_LIMIT_BYTES:
                free = limit - usage + read_statistic(folder / "memory.stat", cache_key)
                readings.append(MemoryReading(max(free, 0), limit, str(folder / limit_name)))
    return readings
