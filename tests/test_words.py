import math
from datetime import datetime

import pytest

from nncompare import words


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (words.count(60_000), "60,000"),
        (words.count(None), "–"),
        (words.number_of(1, "epoch"), "1 epoch"),
        (words.number_of(60_000, "image"), "60,000 images"),
        (words.moment(datetime(2026, 11, 3, 8, 15)), "3 Nov 2026, 08:15"),
        (words.percent(0.98449), "98.4%"),
        (words.percent(1.0, 0), "100%"),
        (words.percent(math.nan), "–"),
        (words.loss(0.05231), "0.052"),
        (words.loss(0.05231, 4), "0.0523"),
        (words.loss(9.268337e26, 4), "9.27e+26"),
        (words.loss(math.inf), "–"),
        (words.loss(0.00031), "0.00031"),
        (words.loss(0.00031, 4), "0.000310"),
        (words.loss(0.0014), "0.0014"),
        (words.loss(3.1e-9), "3.1e-09"),
        (words.loss(0.0), "0.000"),
        (words.loss(1234.5), "1234.500"),
        (words.brief_loss(0.05231), "0.052"),
        (words.brief_loss(0.05231, 4), "0.0523"),
        (words.brief_loss(12.3456, 4), "12.346"),
        (words.brief_loss(999.96, 4), "1000.0"),
        (words.brief_loss(1234.5), "1.2e3"),
        (words.brief_loss(5.6e33), "5.6e33"),
        (words.brief_loss(5.6e133), "6e133"),
        (words.brief_loss(0.00031), "3.1e-4"),
        (words.brief_loss(3.1e-12), "3e-12"),
        (words.brief_loss(0.0), "0.000"),
        (words.brief_loss(497.32, 3, 5), "497.3"),
        (words.brief_loss(1.1e30, 3, 5), "1e30"),
        (words.brief_loss(math.inf), "–"),
        (words.brief_clock(7.4), "0:07"),
        (words.brief_clock(3599.4), "59:59"),
        (words.brief_clock(3729), "1 h 02"),
        (words.brief_clock(36_000), "10 h"),
        (words.brief_clock(None), "–"),
        (words.setting(10.0), "10"),
        (words.setting(0.0), "0"),
        (words.setting(0.00012345678), "0.00012345678"),
        (words.setting(60_000), "60,000"),
        (words.setting("one-cycle"), "one-cycle"),
        (words.spelled(2), "two"),
        (words.spelled(1_000), "1,000"),
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


@pytest.mark.parametrize(
    ("values", "write", "least", "expected"),
    [
        ([0.9871, 0.9874], words.percent, 1, ["98.71%", "98.74%"]),
        ([0.9871, 0.9871], words.percent, 1, ["98.7%", "98.7%"]),
        ([0.9, 0.95], words.percent, 1, ["90.0%", "95.0%"]),
        ([0.05231, 0.05233], words.loss, 3, ["0.05231", "0.05233"]),
        ([0.00031, 0.0004], words.loss, 3, ["0.00031", "0.00040"]),
        ([0.5, None], words.loss, 3, ["0.500", "–"]),
        ([math.nan, math.nan], words.percent, 1, ["–", "–"]),
        ([0.3, 0.1 + 0.2], words.percent, 1, ["30.0%", "30.0%"]),
    ],
)
def test_what_differs_reads_differently(values, write, least, expected):
    assert words.apart(values, write, least) == expected


def test_pairs_that_nothing_tells_apart_cost_the_others_no_digits():
    pairs = [[0.3, 0.1 + 0.2], [0.9871, 0.9874], [0.5, 0.6]]
    assert words.digits_apart(words.percent, pairs, 1) == 2
    assert words.digits_apart(words.percent, [[0.99999, 1.0]], 0, 2) == 0


def test_one_of_several_is_counted_and_the_only_one_is_not():
    assert words.one_of("seed", 7, [6, 7, 8]) == "seed 2 of 3"
    assert words.one_of("seed", 7, [7]) == ""


def test_two_accuracies_have_the_digits_with_which_their_difference_can_be_checked():
    assert (words.points(0.7987 - 0.7924), words.accuracies([0.7924, 0.7987])) == ("0.6", ["79.24%", "79.87%"])
    assert words.accuracies([0.792, 0.798]) == ["79.2%", "79.8%"]
    assert words.accuracies([0.9015, None]) == ["90.1%", words.UNKNOWN]


def test_no_difference_of_two_accuracies_contradicts_them():
    for right in range(9_000, 9_100):
        values = [right / 10_000, 0.9095]
        a, b = (float(shown[:-1]) for shown in words.accuracies(values))
        assert words.points((a - b) / 100) == words.points(values[0] - values[1]), values
