"""Robustness curves: accuracy over the strength of a disturbance."""

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from nncompare.analysis import Robustness
from nncompare.data import DatasetInfo
from nncompare.disturbances import DISTURBANCES
from nncompare.figures.lines import spaced
from nncompare.figures.output import NAME
from nncompare.figures.palette import MODELS, MUTED, NAMES, PAPER
from nncompare.figures.style import figure_style, new_chart, write_subject
from nncompare.words import accuracies, count

WIDE, BESIDE, NARROW = (720, 360), (520, 320), (340, 300)
"""Sizes in points: alone on a page, two beside each other, on a phone."""
_TICK, _NAME_GAP, _SIDES, _SHORT = 36, 19, 130, 500
"""Pixels: between two numbers of the x axis and between two names, at least; beside the plot; and what is narrow."""
_BAND, _DOT = 0.18, 6
_KEY = "filled: a lead that counts"


def robustness_figure(found: Robustness, dataset: DatasetInfo, size: tuple[float, float] = WIDE) -> Figure:
    """Draw the accuracy of each model over the strength, with 95% bands, in `size` points.

    A dot is filled where a lead counts, and hollow where none does. A line stands where the model that breaks later
    begins to be better.
    """
    info, (width, _) = DISTURBANCES[found.disturbance], size
    with figure_style():
        figure, axes = new_chart(f"Robustness: {info.title.lower()}", *size)
        write_subject(axes, _subject(found, dataset) if width > _SHORT else f"{count(found.images)} test images")
        axes.yaxis.set_major_formatter(PercentFormatter(1, 0))
        axes.set(xlim=(found.strengths[0], found.strengths[-1]), ylim=(0, 1), xlabel=f"strength in{_unit(info.unit)}")
        ticks = _ticks(found, width)
        axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
        if found.breaking is not None:
            axes.axvline(found.strengths[found.breaking.first], color=MUTED, linewidth=1, linestyle=(0, (3, 3)))
        for name in found.right:
            _draw(axes, found, name)
        _write_names(axes, found)
    return figure


def _subject(found: Robustness, dataset: DatasetInfo) -> str:
    words = f"{count(found.images)} test images of {dataset.subject}"
    return f"{words} · {_KEY}" if len(found.right) > 1 else words


def describe_robustness(found: Robustness, dataset: DatasetInfo) -> str:
    """Return in words what the picture shows: where each curve begins and ends."""
    info = DISTURBANCES[found.disturbance]
    places = found.strengths[0], found.strengths[len(found.strengths) // 2], found.strengths[-1]
    words = [_through(found, name, [info.write(place) for place in places]) for name in found.right]
    return " ".join(
        [f"{info.title}: accuracy over strength, {count(found.images)} test images of {dataset.subject}.", *words]
    )


def _through(found: Robustness, name: str, places: Sequence[str]) -> str:
    values = found.accuracy(name)
    shown = accuracies([values[0], values[len(values) // 2], values[-1]])
    return f"Model {name}: {', '.join(f'{value} at {place}' for value, place in zip(shown, places, strict=True))}."


def _unit(unit: str) -> str:
    return {"°": " degrees", "%": " %"}.get(unit, " pixels")


def _draw(axes: Axes, found: Robustness, name: str) -> None:
    colour, values = MODELS[name], found.accuracy(name)
    low, high = zip(*found.band(name), strict=True)
    axes.fill_between(found.strengths, low, high, color=colour, alpha=_BAND, linewidth=0)
    leads = found.leads or [name] * len(values)
    fills = [colour if here else PAPER for here in leads]
    axes.plot(found.strengths, values, color=colour, linewidth=1.8, solid_capstyle="round", clip_on=False)
    for strength, value, fill in zip(found.strengths, values, fills, strict=True):
        axes.plot([strength], [value], "o", ms=_DOT, mec=colour, mew=1.5, mfc=fill, clip_on=False, zorder=3)


def _write_names(axes: Axes, found: Robustness) -> None:
    """Write each model and its last value beside the end of its curve, so that neither lies on the other."""
    ends = {name: found.accuracy(name)[-1] for name in found.right}
    places = spaced(list(ends.values()), _NAME_GAP / axes.bbox.height, 0, 1)
    for (name, _), words, place in zip(ends.items(), accuracies(list(ends.values())), places, strict=True):
        text = axes.annotate(f"{name} {words}", (1, place), (10, -4.5), "axes fraction", "offset points", gid=NAME)
        text.set(color=NAMES[name], fontsize=12, fontweight="bold", annotation_clip=False)


def _ticks(found: Robustness, width: float) -> list[float]:
    """Choose the strengths that have room for their numbers: the ends, where a model begins to be better, others."""
    strengths, breaking = found.strengths, found.breaking
    gap = _TICK * abs(strengths[-1] - strengths[0]) / (width - _SIDES)
    chosen = [strengths[0], strengths[-1]]
    for strength in [*([strengths[breaking.first]] if breaking is not None else []), *strengths]:
        if min(abs(strength - other) for other in chosen) >= gap:
            chosen.append(strength)
    return sorted(chosen)
