"""How the size of a difference is written."""

import pytest

from nncompare.words import points


@pytest.mark.parametrize(
    ("right", "words"), [(55, "0.6"), (-55, "0.6"), (54, "0.5"), (645, "6.5"), (9, "0.09"), (10, "0.1"), (0, "0.00")]
)
def test_points_are_rounded_as_people_do(right: int, words: str) -> None:
    assert points(right / 10_000) == words
