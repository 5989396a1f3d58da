import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nncompare.machine import MemoryReading
from nncompare.memory import budget, calculate_max_batch_size, closest_valid_batch_size
from nncompare.memory.budget import memory_limit as usable_memory

sizes = st.integers(4, 10**12)
wishes = st.integers(1, 10**12)


@pytest.mark.parametrize(
    ("test_images", "in_memory", "wish", "answer"),
    [
        (10_000, 10**6, 300, 512),
        (10_000, 10**6, 9_000, 8_192),
        (10_000, 100, 300, 64),
        (10_000, 10**6, 1, 4),
        (10_000, 10**6, 512, 512),
        (10_000, 10**6, 513, 1_024),
        (8_192, 10**6, 10**12, 8_192),
        (4, 4, 1, 4),
        (7, 10**6, 5, 4),
    ],
)
def test_the_closest_valid_batch_size(test_images: int, in_memory: int, wish: int, answer: int) -> None:
    assert closest_valid_batch_size(test_images, in_memory, wish) == answer


@given(sizes, sizes, wishes)
def test_the_answer_follows_the_rule_of_the_design(test_images: int, in_memory: int, wish: int) -> None:
    valid = [2**power for power in range(2, 41) if 2**power <= min(test_images, in_memory)]
    enough = [size for size in valid if size >= wish]
    assert closest_valid_batch_size(test_images, in_memory, wish) == (min(enough) if enough else max(valid))


@given(sizes, sizes, wishes, wishes)
def test_a_larger_wish_never_gives_a_smaller_batch(test_images: int, in_memory: int, one: int, other: int) -> None:
    small, large = sorted((one, other))
    assert closest_valid_batch_size(test_images, in_memory, small) <= closest_valid_batch_size(
        test_images, in_memory, large
    )


@given(sizes, sizes, sizes, wishes)
def test_more_memory_never_gives_a_smaller_batch(test_images: int, one: int, other: int, wish: int) -> None:
    small, large = sorted((one, other))
    assert closest_valid_batch_size(test_images, small, wish) <= closest_valid_batch_size(test_images, large, wish)


@pytest.mark.parametrize(("test_images", "in_memory"), [(3, 10**6), (0, 10**6), (10_000, 3), (10_000, 0)])
def test_too_little_for_four_images_is_told(test_images: int, in_memory: int) -> None:
    with pytest.raises(ValueError, match=rf"at least 4 images.*{test_images:,}.*{in_memory:,}\.$"):
        closest_valid_batch_size(test_images, in_memory, 64)


@pytest.mark.parametrize("wrong", [0, -1, 2.5, "64", None, True, math.nan, math.inf])
def test_a_wish_that_is_no_number_of_images_is_told(wrong: Any) -> None:
    with pytest.raises(ValueError, match="user_input_batch_size must be a whole number of at least 1; got"):
        closest_valid_batch_size(10_000, 10**6, wrong)


@pytest.mark.parametrize(
    ("arguments", "limit", "answer"),
    [((28 * 28,), 28 * 28 * 4 * 100, 100), ((28 * 28, 3), 28 * 28 * 4 * 100, 33), ((1, 1, 1), 10**12, 10**12)],
)
def test_the_textbook_formula_on_pixels(arguments: tuple[int, ...], limit: int, answer: int) -> None:
    assert calculate_max_batch_size(*arguments, memory_limit=limit) == answer


def test_a_limit_below_one_image_holds_none() -> None:
    assert calculate_max_batch_size(784, 1, 4, memory_limit=784 * 4 - 1) == 0


def test_without_a_limit_70_percent_of_the_available_memory_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(budget, "available_memory", lambda: MemoryReading(1_000_000, 2_000_000, "a test"))
    assert usable_memory() == 700_000
    assert calculate_max_batch_size(10, 1, 4) == 17_500


@pytest.mark.parametrize("name", ["image_size", "channels", "dtype_size"])
@pytest.mark.parametrize("wrong", [0, -1, 1.5, "1", None, True])
def test_a_wrong_size_is_told_by_name(name: str, wrong: Any) -> None:
    with pytest.raises(ValueError, match=f"{name} must be a whole number of at least 1; got"):
        calculate_max_batch_size(**{"image_size": 784, "memory_limit": 10**6, name: wrong})


def test_whole_numbers_of_numpy_are_whole_numbers() -> None:
    sizes = np.array([10_000, 10**6, 300])
    answer = closest_valid_batch_size(*sizes)
    assert (answer, type(answer)) == (512, int)
    pixels: Any = np.int32(784)
    limit: Any = np.int64(784 * 4 * 100)
    assert calculate_max_batch_size(pixels, memory_limit=limit) == 100


@pytest.mark.parametrize("wrong", [np.float64(4), np.bool_(True), np.array([4, 5])])
def test_other_values_of_numpy_are_told(wrong: Any) -> None:
    with pytest.raises(ValueError, match="must be a whole number of at least 1; got"):
        closest_valid_batch_size(10_000, 10**6, wrong)
