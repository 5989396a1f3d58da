import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncompare.config import RunConfig
from nncompare.memory import BudgetError, make_plan, model_memory_limit
from nncompare.memory.footprint import training_footprint

GIBIBYTE = 2**30
LEAST = 2 * training_footprint(1, "adam").total(4)


def test_without_a_budget_each_model_takes_half_of_70_percent() -> None:
    assert model_memory_limit(None, 10 * GIBIBYTE, 16 * GIBIBYTE) == int(0.7 * 10 * GIBIBYTE) // 2


def test_a_budget_is_halved_and_not_multiplied() -> None:
    assert model_memory_limit(100_000_000, GIBIBYTE // 16, 16 * GIBIBYTE) == 50_000_000


def test_all_the_memory_that_is_there_is_a_valid_budget() -> None:
    assert model_memory_limit(16 * GIBIBYTE, GIBIBYTE, 16 * GIBIBYTE) == 8 * GIBIBYTE


def test_a_budget_above_the_memory_that_is_there_is_told() -> None:
    with pytest.raises(
        BudgetError,
        match=r"^The memory budget of 20,480 MiB .* is more than the memory that is there\. Choose at most 16,384 MiB ",
    ):
        model_memory_limit(20 * GIBIBYTE, GIBIBYTE, 16 * GIBIBYTE)


def test_the_largest_budget_that_is_advised_is_taken() -> None:
    physical = 16 * GIBIBYTE + 700_000  # no whole number of MiB, and nearer to the next one
    with pytest.raises(BudgetError) as told:
        model_memory_limit(physical + 1, GIBIBYTE, physical)
    (advised,) = re.findall(r"at most ([\d,]+) MiB", str(told.value))
    assert model_memory_limit(int(advised.replace(",", "")) * 2**20, GIBIBYTE, physical) > 0


@pytest.mark.parametrize("budget", [1, 1_000, LEAST - 1])
def test_a_budget_below_one_channel_with_four_images_is_told(budget: int) -> None:
    with pytest.raises(BudgetError, match=rf"\({budget:,} bytes\) is too small\. .* need .* \({LEAST:,} bytes\)\.$"):
        model_memory_limit(budget, GIBIBYTE, 16 * GIBIBYTE)


@given(st.integers(LEAST, 10**12), st.sampled_from(["adam", "sgd"]))
def test_every_valid_budget_trains_some_network(budget: int, optimizer: str) -> None:
    limit = model_memory_limit(budget, GIBIBYTE, 10**12)
    assert make_plan(RunConfig(channels=256, batch_size=60_000, optimizer=optimizer), limit, 10_000).batch_size >= 4
