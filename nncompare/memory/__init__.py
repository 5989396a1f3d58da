"""What fits in memory: the rules for batch sizes, the cost of a training, and the plan made from both."""

from nncompare.memory.batch_size import calculate_max_batch_size, closest_valid_batch_size
from nncompare.memory.budget import BudgetError, memory_limit, model_memory_limit, model_share
from nncompare.memory.mebibytes import in_mebibytes
from nncompare.memory.plan import Plan, make_plan

__all__ = [
    "BudgetError",
    "Plan",
    "calculate_max_batch_size",
    "closest_valid_batch_size",
    "in_mebibytes",
    "make_plan",
    "memory_limit",
    "model_memory_limit",
    "model_share",
]
