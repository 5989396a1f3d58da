import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncompare.config import RunConfig
from nncompare.machine import MemoryReading
from nncompare.memory import BudgetError, Room, fit, model_memory_limit
from nncompare.memory import budget as budget_module
from nncompare.memory.footprint import training_footprint

MEBIBYTE, GIBIBYTE = 2**20, 2**30
LEAST = 2 * training_footprint(1, "adam").total(4)


def test_without_a_budget_each_model_takes_half_of_70_percent() -> None:
    assert model_memory_limit(None, 10 * GIBIBYTE, 16 * GIBIBYTE) == int(0.7 * 10 * GIBIBYTE) // 2


def test_a_budget_is_halved_and_not_multiplied() -> None:
    assert model_memory_limit(100_000_000, GIBIBYTE // 16, 16 * GIBIBYTE) == 50_000_000


def test_nearly_all_the_memory_that_is_there_is_a_valid_budget() -> None:
    assert model_memory_limit(15 * GIBIBYTE, GIBIBYTE, 16 * GIBIBYTE) == 15 * GIBIBYTE // 2


def test_a_budget_above_the_memory_that_is_there_is_told() -> None:
    with pytest.raises(
        BudgetError,
        match=r"^The memory budget of 20,480 MiB .* is more than the memory that is there: of 16,384 MiB this program "
        r"needs some itself\. Choose at most 15,\d{3} MiB ",
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


@given(st.integers(LEAST, 9 * 10**11), st.sampled_from(["adam", "sgd"]))
def test_every_valid_budget_trains_some_network(budget: int, optimizer: str) -> None:
    limit = model_memory_limit(budget, GIBIBYTE, 10**12)
    assert (
        fit(RunConfig(channels=256, batch_size=60_000, optimizer=optimizer), Room(limit), 10_000).plan.batch_size >= 4
    )


@pytest.mark.parametrize("available", [400 * MEBIBYTE, 600 * MEBIBYTE, 900 * MEBIBYTE])
def test_where_memory_is_short_a_training_itself_is_left_out_of_the_share(available: int) -> None:
    """Images, and torch at work: about as much for a network of one channel as for one of a hundred."""
    limit = model_memory_limit(None, available, GIBIBYTE)
    assert limit < int(0.7 * available) // 2
    assert 100 * MEBIBYTE < available // 2 - limit < 250 * MEBIBYTE


def figure_that_would_do(told: BudgetError) -> int:
    (figure,) = re.findall(r"([\d,]+) MiB in all would be enough", str(told))
    return int(figure.replace(",", "")) * MEBIBYTE


@pytest.mark.parametrize("available", [0, 89 * MEBIBYTE, 200 * MEBIBYTE])
@pytest.mark.parametrize("budget", [None, 100 * MEBIBYTE])
def test_what_cannot_be_had_is_refused_with_the_figure_that_would_do(available: int, budget: int | None) -> None:
    total = 256 * MEBIBYTE
    with pytest.raises(BudgetError, match=r"^There is too little memory to train two models: ") as told:
        model_memory_limit(budget, available, total)
    more = figure_that_would_do(told.value) - total
    assert 0 < more < 2 * GIBIBYTE
    assert model_memory_limit(None, available + more, total + more) >= LEAST // 2


@pytest.mark.parametrize("source", ["MEM_LIMIT", "/sys/fs/cgroup/memory.max"])
@pytest.mark.parametrize("left", [-200, 50, 300])
def test_no_engine_is_started_where_a_limit_holds_none(left: int, source: str, monkeypatch: pytest.MonkeyPatch) -> None:
    readings = [MemoryReading(8 * GIBIBYTE, 16 * GIBIBYTE, "psutil")]
    monkeypatch.setattr("nncompare.machine.memory.memory_readings", lambda: readings)
    readings.append(MemoryReading(left * MEBIBYTE, 512 * MEBIBYTE, source))
    with pytest.raises(BudgetError, match=r" 512 MiB are left, and \d+ MiB are needed") as told:
        budget_module.require_room_for_engine()
    more = figure_that_would_do(told.value) - 512 * MEBIBYTE
    readings[-1] = MemoryReading(left * MEBIBYTE + more, 512 * MEBIBYTE + more, source)
    budget_module.require_room_for_engine()


def test_where_only_the_machine_is_the_limit_an_engine_may_be_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """Other programs can be ended, and what they have put there can be moved to the disk."""
    monkeypatch.setattr("nncompare.machine.memory.memory_readings", lambda: [MemoryReading(0, GIBIBYTE, "psutil")])
    budget_module.require_room_for_engine()
