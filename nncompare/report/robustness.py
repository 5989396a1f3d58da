"""Robustness curves in the report: with their finding, as rows of figures, drawn, and as CSV."""

from dataclasses import dataclass

from nncompare.analysis import Robustness
from nncompare.data import DatasetInfo
from nncompare.disturbances import DISTURBANCES
from nncompare.figures import figure_svg
from nncompare.figures.robustness import WIDE, describe_robustness, robustness_figure
from nncompare.report.robustness_wording import p_words, robustness_explanation, robustness_headline
from nncompare.report.tables import csv_of
from nncompare.words import accuracies


@dataclass(frozen=True)
class StrengthRow:
    """One strength as text: the accuracy of each model, the p value, and whose lead counts; or that it counts not."""

    strength: str
    accuracies: tuple[str, ...]
    p_value: str
    leads: str
    is_near_guessing: bool


def robustness_rows(found: Robustness) -> list[StrengthRow]:
    """Return the figures at each strength."""
    info = DISTURBANCES[found.disturbance]
    columns = [found.accuracy(name) for name in found.right]
    p_values = [p_words(p_value).removeprefix("p ").removeprefix("≤ ") for p_value in found.p_values]
    return [
        StrengthRow(info.write(strength), tuple(accuracies(values)), p_value, leads, leads != better)
        for strength, values, p_value, leads, better in zip(
            found.strengths,
            zip(*columns, strict=True),
            p_values or [""] * len(found.strengths),
            found.leads or [""] * len(found.strengths),
            found.better or [""] * len(found.strengths),
            strict=True,
        )
    ]


@dataclass(frozen=True)
class RobustnessSection:
    """What report and page tell of one disturbance."""

    title: str
    headline: str
    explanation: list[str]
    rows: list[StrengthRow]
    names: list[str]
    svg: str


def robustness_section(found: Robustness, dataset: DatasetInfo, size: tuple[float, float] = WIDE) -> RobustnessSection:
    """Write and draw what report and page tell."""
    return RobustnessSection(
        DISTURBANCES[found.disturbance].title,
        robustness_headline(found),
        robustness_explanation(found),
        robustness_rows(found),
        list(found.right),
        robustness_svg(found, dataset, size),
    )


def robustness_csv(found: Robustness) -> str:
    """Return a table with one row for each strength, in full precision.

    Columns: disturbance, strength, its unit, seed, images; for each model the epochs, the right answers, the accuracy
    and both ends of its 95% interval; where there are two, the images that only one has right, the p value of the exact
    McNemar test corrected after Holm, the better model, and whose lead counts: none where both are near guessing.
    """
    info = DISTURBANCES[found.disturbance]
    of_model = ("epochs", "right", "accuracy", "low", "high")
    of_both = ("only A right", "only B right", "p (McNemar, Holm)", "better", "lead") if found.p_values else ()
    names = [f"{name} {column}" for name in found.right for column in of_model]
    lines: list[list[object]] = [["disturbance", "strength", "unit", "seed", "images", *names, *of_both]]
    both = list(zip(found.only_a_right, found.only_b_right, found.p_values, found.better, found.leads, strict=True))
    for here, strength in enumerate(found.strengths):
        cells = [cell for name in found.right for cell in _cells(found, name, here)]
        about = [found.disturbance, f"{strength:g}", info.unit.strip(), found.seed, found.images]
        lines.append([*about, *cells, *(both[here] if both else ())])
    return csv_of(lines)


def robustness_svg(found: Robustness, dataset: DatasetInfo, size: tuple[float, float] = WIDE) -> str:
    """Draw the curves for the middle of an HTML page."""
    return figure_svg(robustness_figure(found, dataset, size), describe_robustness(found, dataset))


def _cells(found: Robustness, name: str, here: int) -> tuple[object, ...]:
    low, high = found.band(name)[here]
    return found.epochs.get(name, ""), found.right[name][here], found.accuracy(name)[here], low, high
