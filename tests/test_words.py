import math

import pytest

from nncompare import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (words.count(60_000), "60,000"),
        (words.count(None), "–"),
        (words.percent(0.98449), "98.4%"),
        (words.percent(1.0, 0), "100%"),
        (words.percent(math.nan), "–"),
        (words.loss(0.05231), "0.052"),
        (words.loss(0.05231, 4), "0.0523"),
        (words.loss(9.268337e26, 4), "9.27e+26"),
        (words.loss(math.inf), "–"),
        (words.clock(7.4), "0:07"),
        (words.clock(59.6), "1:00"),
        (words.clock(3729), "1:02:09"),
        (words.clock(None), "–"),
        (words.waiting(1, None), "Waiting: next in line"),
        (words.waiting(3, 118), "Waiting: 3rd in line, about 2 min"),
        (words.waiting(11, 12.2), "Waiting: 11th in line, about 12 s"),
        (words.waiting(1_022, 9_000), "Waiting: 1,022nd in line, about 2.5 h"),
        (words.waiting(21, 0.1), "Waiting: 21st in line, about 1 s"),
        (words.shape((16, 14, 14)), "16 × 14 × 14"),
    ],
)
def test_figures_are_written_as_a_reader_expects(text, expected):
    assert text == expected
