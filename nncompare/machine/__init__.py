"""The memory and cores of this machine, what limits them, and whether other users share them."""

from nncompare.machine.cores import CoreReading, core_readings, usable_cores
from nncompare.machine.memory import MemoryReading, available_memory, least_reading, memory_readings, physical_memory
from nncompare.machine.sharing import signs_of_sharing

__all__ = [
    "CoreReading",
    "MemoryReading",
    "available_memory",
    "core_readings",
    "least_reading",
    "memory_readings",
    "physical_memory",
    "signs_of_sharing",
    "usable_cores",
]
