"""What fits in memory: the rules for batch sizes, the cost of a training, and the plan made from both."""

from nncompare.memory.batch_size import calculate_max_batch_size, closest_valid_batch_size
from nncompare.memory.budget import BudgetError, model_memory_limit, model_share
from nncompare.memory.mebibytes import in_mebibytes
from nncompare.memory.plan import Plan, Room, fit

__all__ = [
    "BudgetError",
    "Plan",
    "Room",
    "calculate_max_batch_size",
    "closest_valid_batch_size",
    "fit",
    "in_mebibytes",
    "model_memory_limit",
    "model_share",
]
