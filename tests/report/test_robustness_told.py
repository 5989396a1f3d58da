"""What is said of robustness, and its table as a file."""

import csv
from io import StringIO

import pytest

from nncompare.analysis import Robustness
from nncompare.data import CATALOG
from nncompare.disturbances import DISTURBANCES, DisturbanceName
from nncompare.report.robustness import robustness_csv, robustness_rows, robustness_section
from nncompare.report.robustness_wording import p_words, robustness_explanation, robustness_headline

GOOD, WORSE, BROKEN, GONE = 980, 930, 400, 100


def found(
    a: list[int], b: list[int] | None = None, disturbance: DisturbanceName = "rotate", guessed: int = 0
) -> Robustness:
    """Make robustness on 1,000 images: of both, one has right what the other one has, and more."""
    strengths = DISTURBANCES[disturbance].strengths
    right = {"A": tuple(a)} | ({"B": tuple(b)} if b is not None else {})
    leads = [one - other for one, other in zip(a, b or [], strict=False)]
    only_a, only_b = (tuple(max(0, sign * lead) for lead in leads) for sign in (1, -1))
    return Robustness(disturbance, strengths, 1_000, right, only_a, only_b, 7, dict.fromkeys(right, 1.0), guessed)


NEITHER = " Neither clearly breaks first."
BREAKING = found([GOOD] * 6 + [WORSE] * 3, [GOOD] * 4 + [BROKEN] * 5)


@pytest.mark.parametrize(
    ("robustness", "words"),
    [
        (BREAKING, "B breaks first: from 25° on A is better (p < 0.001)."),
        (found([GOOD] * 9, [GOOD] * 9), "No difference shown at any strength."),
        (found([GOOD] * 9, [WORSE] * 9), f"A is better at every strength (p < 0.001).{NEITHER}"),
        (
            found([WORSE] * 9, [GOOD] * 3 + [WORSE] * 6),
            f"B is better up to 15° (p < 0.001).{NEITHER}",
        ),
        (
            found([WORSE] * 9, [GOOD] + [WORSE] * 8),
            f"B is better undisturbed (p < 0.001).{NEITHER}",
        ),
        (
            found([GOOD] * 8 + [GONE], [GOOD] * 4 + [BROKEN] * 4 + [GONE]),
            "B breaks first: from 25° to 60° A is better (p < 0.001).",
        ),
        (found([GOOD] * 9, [GOOD, 969] + [GOOD] * 7), f"At 10° A is better (p ≤ 0.009).{NEITHER}"),
        (
            found([GOOD] * 3 + [BROKEN] * 6, [WORSE] * 9),
            "A breaks first: A is better up to 15° and B from 20° on (p < 0.001).",
        ),
        (
            found([WORSE] * 9, [GOOD] * 3 + [WORSE] * 3 + [GOOD] + [WORSE] * 2),
            f"B is better up to 15° and at 45° (p < 0.001).{NEITHER}",
        ),
        (
            found([GOOD] * 2 + [WORSE] * 2 + [GOOD] * 2 + [BROKEN] * 3, [GOOD, WORSE] * 4 + [WORSE], "shift"),
            "A breaks first: A is better at 1\N{NO-BREAK SPACE}px, B at 2\N{NO-BREAK SPACE}px, A at "
            "5\N{NO-BREAK SPACE}px and B from 6\N{NO-BREAK SPACE}px on (p < 0.001).",
        ),
        (found([GOOD] * 9, [GOOD] * 6 + [BROKEN] * 3, "scale"), "B breaks first: from 60% on A is better (p < 0.001)."),
        (
            found([GOOD] * 4 + [WORSE] * 5, [WORSE] * 9, "scale"),
            f"A is better down to 75% (p < 0.001).{NEITHER}",
        ),
        (
            found([GOOD] * 6 + [WORSE] * 2 + [200], [GOOD] * 4 + [BROKEN] * 4 + [GONE], guessed=110),
            "B breaks first: from 25° to 60° A is better (p < 0.001).",
        ),
        (
            found([GONE] * 8 + [200], [GONE] * 9, guessed=110),
            "No lead counts: where one model is better, both are near guessing.",
        ),
        (found([GOOD] * 6 + [GONE] * 3), "A alone: 98.0% right undisturbed, fewer than half from 45° on."),
        (found([GOOD] * 9), "A alone: 98.0% right undisturbed, still 98.0% at 90°."),
        (found([GONE] * 9), "A alone: 10.0% right undisturbed, fewer than half at every strength."),
    ],
)
def test_the_finding_is_told_in_a_line(robustness, words):
    assert robustness_headline(robustness) == words


def test_it_is_said_how_that_was_measured():
    words = " ".join(robustness_explanation(BREAKING))
    assert "Rotate: the same 1,000 test images, evenly spaced, at every strength." in words
    assert "exact McNemar test, corrected for nine looks after Holm" in words
    assert "A after 1 epoch and B after 1 epoch, seed 7" in words
    assert "McNemar" not in " ".join(robustness_explanation(found([GOOD] * 9)))


def test_what_breaking_and_a_lead_mean_is_said_where_it_matters():
    breaks, counts = "fewer than half of the right answers that it has undisturbed", "which has 11.0% right"
    near = found([GOOD] * 8 + [200], [GOOD] * 8 + [GONE], guessed=110)
    for robustness, is_break, is_near in ((BREAKING, True, False), (near, False, True)):
        words = " ".join(robustness_explanation(robustness))
        assert (breaks in words, counts in words) == (is_break, is_near)


def test_a_p_value_is_never_said_to_be_smaller_than_it_is():
    assert [p_words(p) for p in (0.0, 0.00099, 0.001, 0.031, 0.0301, 1.0)] == [
        "p < 0.001",
        "p < 0.001",
        "p ≤ 0.001",
        "p ≤ 0.031",
        "p ≤ 0.031",
        "p ≤ 1.000",
    ]


def test_rows_tell_both_models_apart():
    first, *_, last = robustness_rows(found([9_999 // 10] * 9, [998] * 9))
    assert (first.strength, first.accuracies, first.leads) == ("0°", ("99.9%", "99.8%"), "")
    assert (last.strength, last.p_value) == ("90°", "1.000")
    assert robustness_rows(BREAKING)[-1] == type(first)("90°", ("93.0%", "40.0%"), "< 0.001", "A", False)


def test_rows_headline_and_chart_agree_which_leads_count():
    robustness = found([GOOD] * 8 + [200], [GOOD] * 4 + [BROKEN] * 4 + [GONE], guessed=110)
    *_, counts, near = robustness_rows(robustness)
    assert (counts.leads, counts.is_near_guessing) == ("A", False)
    assert (near.leads, near.is_near_guessing, near.p_value) == ("", True, "< 0.001")
    assert robustness_headline(robustness) == "B breaks first: from 25° to 60° A is better (p < 0.001)."


def test_the_table_as_a_file_has_every_figure():
    rows = list(csv.DictReader(StringIO(robustness_csv(BREAKING))))
    assert [float(row["strength"]) for row in rows] == list(DISTURBANCES["rotate"].strengths)
    assert {(row["disturbance"], row["unit"], row["seed"], row["images"]) for row in rows} == {
        ("rotate", "°", "7", "1000")
    }
    last = rows[-1]
    assert (last["A right"], last["A accuracy"], last["only A right"], last["only B right"]) == (
        "930",
        "0.93",
        "530",
        "0",
    )
    low, high = BREAKING.band("B")[-1]
    assert (float(last["B low"]), float(last["B high"])) == (low, high)
    assert float(last["p (McNemar, Holm)"]) == BREAKING.p_values[-1]
    assert [row["better"] for row in rows] == [row["lead"] for row in rows] == [""] * 4 + ["A"] * 5
    alone = robustness_csv(found([GOOD] * 9, disturbance="shift")).splitlines()
    assert alone[0] == "disturbance,strength,unit,seed,images,A epochs,A right,A accuracy,A low,A high"
    assert alone[1].startswith("shift,0,px,7,1000,1.0,980,0.98,")


def test_a_section_has_all_that_a_page_tells():
    section = robustness_section(BREAKING, CATALOG["mnist"])
    assert (section.title, section.names, len(section.rows)) == ("Rotate", ["A", "B"], 9)
    assert section.headline == robustness_headline(BREAKING)
    assert section.svg.startswith("<svg")
    assert "Model B: 98.0% at 0°" in section.svg
