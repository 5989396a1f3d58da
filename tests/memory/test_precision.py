"""What "auto" takes as the number format."""

import pytest

from nncompare.memory.plan import chosen_precision


@pytest.mark.parametrize(
    ("channels", "has_native_bfloat16", "taken"),
    [(16, True, "bfloat16"), (64, True, "bfloat16"), (15, True, "float32"), (16, False, "float32")],
)
def test_auto_takes_bfloat16_where_it_is_native_and_pays(channels: int, has_native_bfloat16: bool, taken: str) -> None:
    assert chosen_precision("auto", channels, has_native_bfloat16=has_native_bfloat16) == taken


@pytest.mark.parametrize("wish", ["float32", "bfloat16"])
def test_what_is_wished_is_taken(wish: str) -> None:
    assert chosen_precision(wish, 16, has_native_bfloat16=wish == "float32") == wish  # type: ignore[arg-type]
