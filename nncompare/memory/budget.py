"""The memory of one model: half of 70% of the available memory, or half of the user's budget."""

from nncompare.machine import available_memory
from nncompare.memory.footprint import SMALLEST_BATCH, training_footprint
from nncompare.memory.mebibytes import in_mebibytes

MODELS_OF_A_PAIR = 2
USABLE_SHARE = 0.7


class BudgetError(ValueError):
    """A memory budget that is too small or too large; the message is a sentence for the user."""


def memory_limit() -> int:
    """Return the usable bytes: 70% of the available memory."""
    return int(USABLE_SHARE * available_memory().available_bytes)


def model_memory_limit(budget: int | None, available_bytes: int, physical_bytes: int) -> int:
    """Return the bytes that one model of a pair may take: half of the budget, or of 70% of the available memory.

    A model that is trained alone gets the same half, so its result does not depend on the other one.

    Raises
    ------
    BudgetError
        If the budget is too small for any network, or larger than the physical memory.
    """
    if budget is None:
        return int(USABLE_SHARE * available_bytes) // MODELS_OF_A_PAIR
    require_enough(budget)
    if budget > physical_bytes:
        raise BudgetError(
            f"The memory budget of {in_mebibytes(budget)} ({budget:,} bytes) is more than the memory that is there. "
            f"Choose at most {in_mebibytes(physical_bytes)} ({physical_bytes:,} bytes)."
        )
    return budget // MODELS_OF_A_PAIR


def require_enough(budget: int) -> None:
    """Raise a BudgetError if half of a budget is less than one channel with a batch of 4 needs."""
    least = MODELS_OF_A_PAIR * training_footprint(1, "adam").total(SMALLEST_BATCH)
    if budget < least:
        raise BudgetError(
            f"The memory budget of {in_mebibytes(budget)} ({budget:,} bytes) is too small. Two networks with one "
            f"channel and a batch of {SMALLEST_BATCH} need {in_mebibytes(least)} ({least:,} bytes)."
        )
