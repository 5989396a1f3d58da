"""A chart on the page: the drawing of the kernel, and what the page does over it without asking back."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import traitlets

from nncompare.figures import CurveChart
from nncompare.figures.key import KEY
from nncompare.ui.clickable import STATIC
from nncompare.ui.elements import set_value
from nncompare.ui.making import Scripted

_SIDES, _LETTERS, _LARGEST = (160, 4_000), (10, 60), 1e12


@dataclass(frozen=True)
class Choice:
    """What can be chosen beside a chart's title: its name, words by value, and what is chosen at first."""

    title: str
    options: Mapping[str, str]
    chosen: str


class Chart(Scripted):
    """Shows a chart as SVG that fills its card, with a crosshair, a choice beside its title, and names to press.

    Calls `on_size(width, height, letters)` in CSS pixels whenever its card has another size, `on_choose` with a value
    of its `options`, and `on_line` with the name of a line. What is not offered cannot be chosen, whatever the browser
    says.
    """

    _esm = (STATIC / "chart.js").read_text(encoding="utf-8")
    title = traitlets.Unicode().tag(sync=True)
    key: traitlets.List[Any] = traitlets.List().tag(sync=True)
    is_share = traitlets.Bool().tag(sync=True)
    value = traitlets.Unicode().tag(sync=True)
    readout = traitlets.Dict().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)
    choice = traitlets.Unicode().tag(sync=True)
    options: traitlets.List[Any] = traitlets.List().tag(sync=True)
    chosen = traitlets.Unicode().tag(sync=True)

    def __init__(
        self,
        quantity: str,
        choice: Choice,
        on_size: Callable[[float, float, float], None],
        on_choose: Callable[[str], None],
        on_line: Callable[[str], None],
    ) -> None:
        key = [list(entry) for entry in KEY.items() if quantity == "accuracy" or entry[0] != "plus"]
        super().__init__(
            f"nnc-card nnc-chart nnc-chart-{quantity}",
            title=quantity.capitalize(),
            key=key,
            is_share=quantity == "accuracy",
            choice=choice.title,
            options=[[value, words] for value, words in choice.options.items()],
            chosen=choice.chosen,
        )
        self._on_size, self._on_choose, self._on_line = on_size, on_choose, on_line
        self.on_msg(self._on_message)

    def show(self, chart: CurveChart) -> None:
        """Show a chart as it is drawn now, with the numbers behind it, in one message."""
        with self.hold_sync():
            set_value(self, value=chart.svg(), readout=vars(chart.readout()), note=chart.words_on_seeds.capitalize())

    def _on_message(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        match content:
            case {"size": [_, _, _] as size} if all(map(_is_number, size)):
                self._on_size(*map(_within, size, (_SIDES, _SIDES, _LETTERS)))
            case {"choose": str(chosen)} if chosen in [value for value, _ in self.options]:
                self._on_choose(chosen)
            case {"line": str(name)} if name in self.readout.get("names", {}):
                self._on_line(name)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and -_LARGEST < value < _LARGEST


def _within(value: float, bounds: Sequence[float]) -> float:
    return float(round(min(max(value, bounds[0]), bounds[1])))
