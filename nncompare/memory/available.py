"""How much memory this process may still take, and who says so.

psutil sees the whole host, also inside a container, so every cgroup above the process is read as well.
"""

import os
from dataclasses import dataclass
from pathlib import Path

import psutil

USABLE_SHARE = 0.7
_CGROUP_ROOT = Path("/sys/fs/cgroup")
_OWN_CGROUPS = Path("/proc/self/cgroup")


@dataclass(frozen=True)
class MemoryReading:
    """Available memory in bytes, and where the figure comes from."""

    available_bytes: int
    source: str


def available_memory() -> MemoryReading:
    """Give the least of what psutil, every cgroup above this process and ``MEM_LIMIT`` (bytes) leave."""
    return min(memory_readings(), key=lambda reading: reading.available_bytes)


def memory_limit() -> int:
    """Give the bytes that may be used: 70% of the available memory."""
    return int(USABLE_SHARE * available_memory().available_bytes)


def memory_readings() -> list[MemoryReading]:
    """List every figure that is known for the available memory, each with its source."""
    return [MemoryReading(psutil.virtual_memory().available, "psutil"), *_cgroup_readings(), *_environment_reading()]


def _environment_reading() -> list[MemoryReading]:
    text = os.environ.get("MEM_LIMIT", "")
    return [MemoryReading(int(text), "MEM_LIMIT")] if text.isdigit() and int(text) > 0 else []


def _cgroup_readings() -> list[MemoryReading]:
    readings = []
    for folder in _cgroup_folders():
        for limit_name, usage_name, cache_key in (
            ("memory.max", "memory.current", "inactive_file"),
            ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
        ):
            limit, usage = _number(folder / limit_name), _number(folder / usage_name)
            if limit is not None and usage is not None and limit < 2**60:
                free = limit - usage + _statistic(folder / "memory.stat", cache_key)
                readings.append(MemoryReading(max(free, 0), str(folder / limit_name)))
    return readings


def _cgroup_folders() -> list[Path]:
    try:
        lines = _OWN_CGROUPS.read_text().splitlines()
    except OSError:
        return []
    folders = []
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if controllers == "" or "memory" in controllers.split(","):
            root = _CGROUP_ROOT / "memory" if controllers else _CGROUP_ROOT
            own = root / path.lstrip("/")
            folders += [folder for folder in (own, *own.parents) if folder.is_relative_to(root)]
    return folders


def _number(file: Path) -> int | None:
    try:
        text = file.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None


def _statistic(file: Path, key: str) -> int:
    try:
        pairs = dict(line.split() for line in file.read_text().splitlines())
    except (OSError, ValueError):
        return 0
    return int(pairs.get(key, 0))
