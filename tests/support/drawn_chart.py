"""Charts of a few points, and what can be read in a drawn one."""

from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

from nncompare.events import TestPoint, TrainPoint
from nncompare.figures import CurveChart, View
from nncompare.figures.points import Quantity
from nncompare.history import Curve, History

SVG = "{http://www.w3.org/2000/svg}"
MODEL_NAMES = {"A train", "A test", "B train", "B test"}


def texts(svg: str) -> list[tuple[str, float, float]]:
    """All texts with their places: [(words, x, y)]; of names, without their values."""
    return [(_own_words(text), float(text.attrib["x"]), float(text.attrib["y"])) for text in _elements(svg)]


def words(svg: str) -> list[str]:
    """All texts."""
    return [text for text, _, _ in texts(svg)]


def places_of_names(svg: str) -> dict[str, tuple[float, float]]:
    """Where the names of the lines stand: {name: (x, y)}."""
    return {text: (x, y) for text, x, y in texts(svg) if text in MODEL_NAMES}


def values(svg: str) -> dict[str, str | None]:
    """What is written behind the names: {name: value}."""
    return {_own_words(text): text[0].text for text in _elements(svg) if len(text)}


def chart_of(quantity: Quantity, is_log: bool = False, **more: Any) -> CurveChart:
    """Return an empty chart with this scale."""
    chart = CurveChart(quantity, **more)
    chart.look(View(is_log=is_log))
    return chart


def history_of(*points: tuple[float, float]) -> History:
    """Return a history with these losses by epoch; the last one is the only test point."""
    return History(train=points_curve(TrainPoint, points), test=points_curve(TestPoint, points[-1:], sample_size=1000))


def points_curve(kind: type[TrainPoint | TestPoint], points: Any, **more: Any) -> Curve:
    """Return a curve of one kind of points."""
    history = History()
    for epoch, loss in points:
        history.add(kind(epoch, round(60_000 * epoch), 1, 1.0, loss, 0.5, **more))
    return history.train if kind is TrainPoint else history.test


def _elements(svg: str) -> Iterator[ElementTree.Element]:
    return ElementTree.fromstring(svg).iter(f"{SVG}text")


def _own_words(text: ElementTree.Element) -> str:
    return (text.text or "").strip()
