"""What fits in memory: the brief's batch-size rules, the cost of a configuration, and the plan made of both."""

from nncompare.memory.available import MemoryReading, available_memory, memory_limit
from nncompare.memory.batch_size import calculate_max_batch_size, closest_valid_batch_size
from nncompare.memory.plan import Plan, make_plan

__all__ = [
    "MemoryReading",
    "Plan",
    "available_memory",
    "calculate_max_batch_size",
    "closest_valid_batch_size",
    "make_plan",
    "memory_limit",
]
