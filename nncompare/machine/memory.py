"""How much memory this process may still take, and who says so.

psutil sees the whole host, also inside a container, so every control group above the process is read as well.
"""

from dataclasses import dataclass

import psutil

from nncompare.environment import MEMORY_LIMIT, environment
from nncompare.machine.cgroups import control_groups, read_number, read_statistic

_NO_LIMIT_BYTES = 2**60  # version 1 writes a huge number where there is no limit


@dataclass(frozen=True)
class MemoryReading:
    """Bytes that are available of a total, and where both figures come from."""

    available_bytes: int
    total_bytes: int
    source: str


def available_memory() -> MemoryReading:
    """Give the least of what psutil, every control group above this process and ``MEM_LIMIT`` (bytes) leave."""
    return min(memory_readings(), key=lambda reading: reading.available_bytes)


def physical_memory() -> int:
    """Give the bytes that are there at all, free or not: the least total of every reading."""
    return min(reading.total_bytes for reading in memory_readings())


def memory_readings() -> list[MemoryReading]:
    """List every figure that is known for the available memory, each with its source."""
    memory = psutil.virtual_memory()
    return [MemoryReading(memory.available, memory.total, "psutil"), *_group_readings(), *_environment_reading()]


def _environment_reading() -> list[MemoryReading]:
    text = environment().memory_limit
    return [MemoryReading(int(text), int(text), MEMORY_LIMIT)] if text.isdigit() and int(text) > 0 else []


def _group_readings() -> list[MemoryReading]:
    readings = []
    for folder in control_groups("memory"):
        for limit_name, usage_name, cache_key in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.high", "memory.current", "inactive_file"),  # beyond it everything comes nearly to a standstill
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            limit, usage = read_number(folder / limit_name), read_number(folder / usage_name)
            if limit is not None and usage is not None and limit < _NO_LIMIT_BYTES:
                free = limit - usage + read_statistic(folder / "memory.stat", cache_key)
                readings.append(MemoryReading(max(free, 0), limit, str(folder / limit_name)))
    return readings
