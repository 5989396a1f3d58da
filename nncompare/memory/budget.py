"""The memory of one model: half of 70% of the available memory, or half of the user's budget.

Beside the networks there is more that takes memory: the notebook, the engine, and what each training needs whatever its
width. On most machines it has room in the other 30%; where memory is short it is left out of the share.
"""

from nncompare.environment import MEMORY_LIMIT
from nncompare.machine import available_memory, least_reading
from nncompare.memory.footprint import SMALLEST_BATCH, training_footprint
from nncompare.memory.mebibytes import MEBIBYTE, in_mebibytes

MODELS_OF_A_PAIR = 2
USABLE_SHARE = 0.7
# Measured, see "Beside the networks" in docs/measurements.md.
NOTEBOOK_BYTES = 250 * MEBIBYTE  # the kernel of a dashboard, and the server that started it
ENGINE_BYTES = 470 * MEBIBYTE  # scheduler, the process that has loaded torch, two workers that wait, connections
RUN_BYTES = 150 * MEBIBYTE  # what one training takes beside its network: the images, and torch at work
_ROUND_BYTES = 64 * MEBIBYTE  # of a figure that would do
_SPARE_BYTES = 16 * MEBIBYTE  # in that figure: what this program takes is a little more or less each time


class BudgetError(ValueError):
    """A memory budget that is too small or too large, or too little memory; the message is a sentence for the user."""


def memory_limit() -> int:
    """Return the usable bytes: 70% of the available memory."""
    return int(USABLE_SHARE * available_memory().available_bytes)


def model_share(available_bytes: int, to_come_bytes: int = 0) -> int:
    """Return the bytes that one model may take of what is available, 0 where there are none.

    Of that, something else may still take `to_come_bytes`, such as an engine that was not started yet.
    """
    beside_runs = (available_bytes - to_come_bytes) // MODELS_OF_A_PAIR - RUN_BYTES
    return max(0, min(int(USABLE_SHARE * available_bytes) // MODELS_OF_A_PAIR, beside_runs))


def model_memory_limit(budget: int | None, available_bytes: int, physical_bytes: int) -> int:
    """Return the bytes that one model of a pair may take: half of the budget, or of 70% of the available memory.

    A model that is trained alone gets the same half, so its result does not depend on the other one.

    Raises
    ------
    BudgetError
        If the budget is too small for any network, or larger than what can be had beside this program; or if less is
        available than two of the smallest networks need.
    """
    if budget is None:
        _require(available_bytes, physical_bytes, _least_bytes() + MODELS_OF_A_PAIR * RUN_BYTES)
        return model_share(available_bytes)
    require_enough(budget)
    most = physical_bytes - NOTEBOOK_BYTES - ENGINE_BYTES - MODELS_OF_A_PAIR * RUN_BYTES
    _require(most, physical_bytes, _least_bytes())
    if budget > most:
        raise BudgetError(
            f"The memory budget of {in_mebibytes(budget)} ({budget:,} bytes) is more than the memory that is there: of "
            f"{in_mebibytes(physical_bytes)} this program needs some itself. Choose at most {in_mebibytes(most)} "
            f"({most:,} bytes)."
        )
    return budget // MODELS_OF_A_PAIR


def require_enough(budget: int) -> None:
    """Raise a BudgetError if half of a budget is less than one channel with a batch of 4 needs."""
    least = _least_bytes()
    if budget < least:
        raise BudgetError(
            f"The memory budget of {in_mebibytes(budget)} ({budget:,} bytes) is too small. Two networks with one "
            f"channel and a batch of {SMALLEST_BATCH} need {in_mebibytes(least)} ({least:,} bytes)."
        )


def require_room_for_engine() -> None:
    """Raise a BudgetError where a limit holds no engine with two of the smallest networks: one of them would be killed.

    Where nothing but the machine itself is the limit, other programs can make room.
    """
    memory = least_reading()
    if memory.source != "psutil":
        needed = ENGINE_BYTES + MODELS_OF_A_PAIR * RUN_BYTES + _least_bytes()
        _require(memory.available_bytes, memory.total_bytes, needed)


def _require(available_bytes: int, total_bytes: int, needed_bytes: int) -> None:
    if available_bytes < needed_bytes:
        enough = -(-(total_bytes + needed_bytes - available_bytes + _SPARE_BYTES) // _ROUND_BYTES) * _ROUND_BYTES
        left, total, needed = map(in_mebibytes, (max(0, available_bytes), total_bytes, needed_bytes))
        raise BudgetError(
            f"There is too little memory to train two models: {left} of {total} are left, and {needed} are needed. "
            f"{in_mebibytes(enough)} in all would be enough: end other programs, or raise the limit ({MEMORY_LIMIT})."
        )


def _least_bytes() -> int:
    return MODELS_OF_A_PAIR * training_footprint(1, "adam").total(SMALLEST_BATCH)
